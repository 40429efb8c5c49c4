// SPDX-License-Identifier: MIT
//
// What is in this file? Tensors of a file in the safetensors format with shapes and norms, the spectral radius of each
// recurrent matrix (the largest |λ| of its eigenvalues: how slowly a linear net would forget), what else the file says,
// and the net that it can become, as C++.
//
//   inspect words.safetensors                   of elman::io::save, PyTorch or Keras
#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/foreign_net.hpp"
#include "common/options.hpp"
#include "common/terminal.hpp"

namespace {

using namespace example;
using Matrix = elman::Matrix<double, elman::Dynamic, elman::Dynamic>;

std::string shape_of(const elman::io::TensorInfo& tensor) {
  std::string text;
  for (const elman::Index size : tensor.shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

bool is_number(const elman::io::TensorInfo& tensor) {
  const std::string_view type = tensor.dtype.name;
  return type == "F64" || type == "F32" || type == "F16" || type == "BF16";
}

/// W of a recurrence, by its name in elman, PyTorch and Keras.
bool is_recurrent(std::string_view name) {
  if (name.ends_with(":0")) name.remove_suffix(2);
  return name == "W" || name.ends_with(".W") || name.find("weight_hh") != name.npos ||
         name.ends_with("recurrent_kernel");
}

/// Norm and, of a recurrent matrix, spectral radius.
std::string figures_of(elman::io::TensorReader& file, const elman::io::TensorInfo& tensor) {
  const std::size_t dimensions = tensor.shape.size();
  if (!is_number(tensor) || dimensions < 1 || dimensions > 2) return "";
  const Matrix numbers = file.matrix<double>(tensor.name, {.convert = true, .non_finite = true});
  if (!numbers.allFinite()) return "  not all finite";
  std::ostringstream text;
  text << "  norm " << std::setprecision(6) << numbers.norm();
  if (is_recurrent(tensor.name) && numbers.rows() == numbers.cols() && numbers.size() > 0) {
    text << "  spectral radius " << elman::spectral_radius(numbers);
  }
  return text.str();
}

/// One line, however long the text is and whatever is in it.
std::string one_line(const std::string& text) {
  constexpr std::size_t most = 100;
  std::string line;
  for (const char c : text.substr(0, most)) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return line + (text.size() > most ? "…" : "");
}

void inspect(const std::string& path) {
  elman::io::TensorReader file(path);
  elman::Index numbers = 0;
  for (const auto& tensor : file.tensors()) numbers += tensor.size();
  std::cout << file.tensors().size() << " tensors, " << numbers << " numbers, " << file.file_size() << " bytes\n";
  std::size_t widest = 0, widest_shape = 0;
  for (const auto& tensor : file.tensors()) {
    widest = (std::max)(widest, columns_of(tensor.name));
    widest_shape = (std::max)(widest_shape, shape_of(tensor).size());
  }
  for (const auto& tensor : file.tensors()) {
    const std::string name = one_line(tensor.name), shape = shape_of(tensor);
    std::cout << "  " << name << std::string(widest - (std::min)(widest, columns_of(name)), ' ') << "  " << std::left
              << std::setw(4) << tensor.dtype.name << "  " << shape << std::string(widest_shape - shape.size(), ' ')
              << figures_of(file, tensor) << '\n';
  }
  for (const auto& [key, value] : file.metadata()) {
    if (key != "elman.net") std::cout << one_line(key) << ": " << one_line(value) << '\n';
  }
  std::cout << "as a net:\n";
  if (file.metadata().contains("elman.net")) {
    std::cout << "  auto net = elman::io::load<" << elman::io::form(path).text() << ">(\"" << path << "\");\n";
    return;
  }
  if (file.metadata().contains("elman.checkpoint")) {
    std::cout << "  none yet: it is a training, which the program that has kept it goes on with\n";
    return;
  }
  try {
    const ForeignNet net = foreign_net(file);
    std::cout << "  " << net.type << " net{elman::zero};\n  elman::io::" << net.load << "(\"" << path << "\", net, "
              << net.names << ");\n"
              << "(the activation, tanh or ReLU, and the output, softmax, sigmoid or none, are not in the file)\n";
  } catch (const std::runtime_error& reason) {
    std::cout << "  none: " << reason.what() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Shows what is in a file of tensors, and which net it can become.", "inspect");
  std::string path;
  app.add_option("FILE", path, "A file in the safetensors format, of elman, PyTorch or Keras")->required();
  return run_program(app, argc, argv, [&] { inspect(path); });
}
