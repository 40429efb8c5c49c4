// SPDX-License-Identifier: MIT
//
// What the tests of PyTorch's and Keras' layouts share: the files of tests/reference, and files with one thing changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace foreign {

using elman::Index;

inline std::filesystem::path reference(const std::string& library, const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path() / ("../../reference/" + library) / (name + ".safetensors");
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the error that function() is, or "" if it is none.
template <class Function>
std::string message_of(const Function& function) {
  try {
    function();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

/// Tensors of a file, to be changed and written again.
struct Tensors : std::map<std::string, Eigen::MatrixXd> {
  std::map<std::string, std::vector<Index>> shapes;

  explicit Tensors(const std::filesystem::path& path) {
    elman::io::TensorReader file(path);
    for (const auto& info : file.tensors()) {
      (*this)[info.name] = file.matrix<double>(info.name, {.convert = true});
      shapes[info.name] = info.shape;
    }
  }
  template <class Scalar>
  std::string write(const Folder& folder) const {
    const auto path = folder.path / "changed.safetensors";
    std::map<std::string, elman::Matrix<Scalar, elman::Dynamic, elman::Dynamic>> all;
    elman::io::TensorWriter file;
    for (const auto& [name, numbers] : *this) {
      auto& its = all[name] = numbers.template cast<Scalar>();
      if (its.cols() == 1) {
        file.add_vector(name, elman::ConstVectorView<Scalar>(its.data(), its.rows()));
      } else {
        file.add(name, its);
      }
    }
    file.write(path);
    return path.string();
  }
};

/// A tensor of steps as columns; a vector is one column.
inline Eigen::MatrixXd columns(elman::io::TensorReader& runs, const std::string& name) {
  Eigen::MatrixXd numbers = runs.matrix<double>(name, {.convert = true});
  if (runs.at(name).shape.size() == 2) numbers.transposeInPlace();
  return numbers;
}

template <class Net>
Net randomised(Net net, std::uint64_t seed) {
  elman::Random random(seed);
  for (auto& value : net.theta()) value = static_cast<typename Net::Scalar>(0.5 * random.normal());
  return net;
}

/// Whether all numbers have the same bits.
template <class Net>
bool same_bits(const Net& a, const Net& b) {
  return std::memcmp(a.theta().data(), b.theta().data(),
                     sizeof(typename Net::Scalar) * static_cast<std::size_t>(a.theta().size())) == 0;
}

/// Checks that loading is this error, with the net as it was.
template <class Net, class Load>
void expect_refusal(const Net& net, const Load& load, const std::string& message) {
  Net changed = net;
  CHECK(message_of([&] { load(changed); }) == message);
  CHECK(same_bits(changed, net));
}

}  // namespace foreign
