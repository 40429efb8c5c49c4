// SPDX-License-Identifier: MIT
//
// Writes files as PyTorch, Keras and others would, into the folder that is given: what `inspect` says of them is
// tested, and what the examples say of files that are not theirs.
#include <algorithm>
#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using elman::Index;
using Matrix = Eigen::MatrixXf;
using Shapes = std::vector<std::pair<std::string, std::pair<Index, Index>>>;

/// Numbers are 0.5, in vectors (of no columns) too.
void write(const std::filesystem::path& path, const Shapes& shapes) {
  elman::io::TensorWriter file;
  std::vector<Matrix> numbers;
  numbers.reserve(shapes.size());
  for (const auto& [name, shape] : shapes) {
    const Matrix& matrix = numbers.emplace_back(Matrix::Constant(shape.first, std::max(shape.second, Index{1}), 0.5f));
    if (shape.second > 0) {
      file.add(name, matrix);
    } else {
      file.add_vector(name, elman::ConstVectorView<float>(matrix.data(), matrix.size()));
    }
  }
  file.write(path);
}

Shapes torch_layer(const std::string& suffix, Index in, Index hidden) {
  return {{"rnn.weight_ih" + suffix, {hidden, in}},
          {"rnn.weight_hh" + suffix, {hidden, hidden}},
          {"rnn.bias_ih" + suffix, {hidden, 0}},
          {"rnn.bias_hh" + suffix, {hidden, 0}}};
}
Shapes keras_layer(const std::string& path, Index in, Index hidden) {
  return {{path + "kernel:0", {in, hidden}},
          {path + "recurrent_kernel:0", {hidden, hidden}},
          {path + "bias:0", {hidden, 0}}};
}
Shapes joined(const std::vector<Shapes>& some) {
  Shapes all;
  for (const Shapes& shapes : some) all.insert(all.end(), shapes.begin(), shapes.end());
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "expected a folder\n";
    return 1;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  write(folder / "torch", joined({torch_layer("_l0", 3, 4),
                                  torch_layer("_l0_reverse", 3, 4),
                                  torch_layer("_l1", 8, 4),
                                  torch_layer("_l1_reverse", 8, 4),
                                  {{"fc.weight", {5, 8}}, {"fc.bias", {5, 0}}, {"embedding.weight", {20, 3}}}}));
  write(folder / "cell", {{"weight_ih", {4, 3}}, {"weight_hh", {4, 4}}});
  write(folder / "lstm", {{"lstm.weight_ih_l0", {16, 3}}, {"lstm.weight_hh_l0", {16, 4}}});
  write(folder / "keras", joined({{{"embedding/embeddings:0", {20, 3}}},
                                  keras_layer("bidirectional/forward_simple_rnn/simple_rnn_cell/", 3, 4),
                                  keras_layer("bidirectional/backward_simple_rnn/simple_rnn_cell/", 3, 4),
                                  keras_layer("simple_rnn_1/simple_rnn_cell/", 8, 6),
                                  {{"dense/kernel:0", {6, 2}}, {"dense/bias:0", {2, 0}}}}));
  write(folder / "none", {{"a", {2, 3}}});
  using Cell = elman::RNNCell<float, 2, 2, 2>;
  Cell cell{elman::zero};
  cell.W() << 0, 2, 0.5, 0;  // eigenvalues 1 and −1
  elman::io::save(folder / "cell_of_elman", cell, {.strings = {{"program", {"classify_words"}}}});
}
