// SPDX-License-Identifier: MIT
//
// The parts of a checkpoint between their objects and the file: one who writes and one who reads, with the same verbs,
// so that what a part is made of is listed once (kept.hpp). Matrices and vectors are tensors PART.NAME; all else is in
// one JSON object a part, whole numbers as decimal text:
//
//   {"adam": {"is": "elman::optim::Adam{…} of 92 parameters in float", "steps": "1200"}, "epoch": {…}, …}
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <class T>
concept IsNumber = (std::integral<T> && sizeof(T) <= 8) || std::same_as<T, float> || std::same_as<T, double>;

/// "float", "whole number"; "floats".
template <IsNumber Number>
std::string number_name() {
  if (std::same_as<Number, bool>) return "bool";
  return std::integral<Number> ? "whole number" : std::same_as<Number, float> ? "float" : "double";
}
template <IsNumber Number>
std::string numbers_name() {
  return number_name<Number>() + "s";
}

/// What holds every whole number of a type.
template <std::integral Number>
using Widest = std::conditional_t<std::is_signed_v<Number>, long long, unsigned long long>;

/// "3 1 4".
template <std::integral Number, class Numbers>
std::string whole_numbers_text(const Numbers& numbers) {
  std::string text;
  for (const auto given : numbers) {
    const auto number = static_cast<Number>(given);
    if (!text.empty()) text += ' ';
    append(text, static_cast<Widest<Number>>(number));
  }
  return text;
}

/// The inverse; an empty list and false if the text is not one of such numbers.
template <std::integral Number>
bool whole_numbers_of(const std::string& text, std::vector<Number>& numbers) {
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from != end) {
    Widest<Number> number{};
    const auto [rest, error] = std::from_chars(from, end, number);
    const bool is_one = error == std::errc() && (rest == end || (*rest == ' ' && rest + 1 != end)) &&
                        number >= static_cast<Widest<Number>>((std::numeric_limits<Number>::min)()) &&
                        number <= static_cast<Widest<Number>>((std::numeric_limits<Number>::max)());
    if (!is_one) {
      numbers.clear();
      return false;
    }
    numbers.push_back(static_cast<Number>(number));
    from = rest == end ? end : rest + 1;
  }
  return true;
}

/// What both know: where the part is in the file.
class PartPlace {
 public:
  PartPlace(std::string part, bool non_finite) : part_(std::move(part)), non_finite_(non_finite) {}

  /// Of a tensor: "adam.m", or that of the part if it has one alone.
  std::string full(const std::string& name) const { return name.empty() ? part_ : part_ + "." + name; }

 protected:
  std::string part_;
  bool non_finite_;
};

class PartWriter : public PartPlace {
 public:
  static constexpr bool reads = false;

  PartWriter(TensorWriter& file, nlohmann::ordered_json& said, std::string part, bool non_finite)
      : PartPlace(std::move(part), non_finite), file_(file), said_(said) {}

  /// What the part must be to be read.
  void is(const std::string& what) { said_["is"] = what; }
  void has(const char* key, const std::string& text, const char*) { said_[key] = text; }

  /// Any bytes; what is not UTF-8, as numbers.
  void text(const std::string& value) {
    try {
      static_cast<void>(nlohmann::ordered_json(value).dump());
      said_["value"] = value;
    } catch (const nlohmann::json::exception&) {
      said_["bytes"] = whole_numbers_text<unsigned char>(value);
    }
  }
  template <std::integral Number, class Numbers>
  void whole_numbers(const char* key, const Numbers& numbers) {
    said_[key] = whole_numbers_text<Number>(numbers);
  }
  template <std::integral Number>
  void whole_number(const char* key, const Number& number) {
    said_[key] = whole_numbers_text<Number>(std::array<Number, 1>{number});
  }
  /// Refers to them.
  template <std::floating_point Scalar>
  void vector(const std::string& name, const VectorView<Scalar>& numbers) {
    file_.add_vector(full(name), ConstVectorView<Scalar>(numbers.data(), numbers.size()));
  }
  template <std::floating_point Scalar>
  void matrix(const std::string& name, const MatrixView<Scalar>& numbers) {
    file_.add(full(name), const_view(numbers));
  }
  /// Of the transpose.
  template <std::floating_point Scalar>
  void transposed(const std::string& name, const MatrixView<Scalar>& numbers) {
    file_.add_transposed(full(name), const_view(numbers));
  }
  /// Throws if one is not finite, unless that is allowed.
  template <std::floating_point Scalar>
  void require_finite(const std::string& name, const MatrixView<Scalar>& numbers) const {
    for (Index col = 0; col < numbers.cols() && !non_finite_; ++col) {
      for (Index row = 0; row < numbers.rows(); ++row) {
        elman::detail::require(
            elman::detail::is_finite(numbers(row, col)), "Checkpoint::save: ", full(name), "(", row, ", ", col, ") is ",
            numbers(row, col),
            "; expected a finite number, or that .non_finite is asked for; the file is left as it was");
      }
    }
  }

 private:
  template <class Scalar>
  static ConstMatrixView<Scalar> const_view(const MatrixView<Scalar>& view) {
    return {view.data(), view.rows(), view.cols(), view.outerStride()};
  }

  TensorWriter& file_;
  nlohmann::ordered_json& said_;
};

class PartReader : public PartPlace {
 public:
  static constexpr bool reads = true;

  /// Notes in `seen` the tensors that it reads.
  PartReader(TensorReader& file, const nlohmann::ordered_json& said, std::string part, bool non_finite,
             std::set<std::string>& seen)
      : PartPlace(std::move(part), non_finite), file_(file), said_(said), seen_(seen) {}

  void is(const std::string& what) const {
    const std::string held = said("is");
    require(held == what, file_.name(), in_quotes(part_), " is ", held, "; expected ", what);
  }
  /// The file names other options than the program.
  void has(const char* key, const std::string& text, const char* what) const {
    const std::string held = said(key);
    require(held == text, file_.name(), in_quotes(part_), " is ", said("is"), " with another ", what, ", ", held,
            "; expected ", text);
  }

  void text(std::string& value) const {
    if (said_.contains("bytes")) {
      std::vector<unsigned char> bytes;
      whole_numbers<unsigned char>("bytes", bytes);
      value.assign(bytes.begin(), bytes.end());
    } else {
      value = said("value");
    }
  }
  /// A std::vector takes their number.
  template <std::integral Number, class Numbers>
  void whole_numbers(const char* key, Numbers& numbers) const {
    const std::string text = said(key);
    std::vector<Number> read;
    require(whole_numbers_of(text, read), file_.name(), in_quotes(part_), " has ", key, " ", in_quotes(text),
            "; expected whole numbers of its type");
    if constexpr (std::same_as<Numbers, std::vector<Number>>) numbers.resize(read.size());
    require(read.size() == static_cast<std::size_t>(numbers.size()), file_.name(), in_quotes(part_), " has ",
            read.size(), " numbers in ", key, "; expected ", static_cast<std::size_t>(numbers.size()));
    std::copy(read.begin(), read.end(), numbers.begin());
  }
  template <std::integral Number>
  void whole_number(const char* key, Number& number) const {
    std::array<Number, 1> one{};
    whole_numbers<Number>(key, one);
    number = one[0];
  }
  template <std::floating_point Scalar>
  void vector(const std::string& name, const VectorView<Scalar>& numbers) {
    matrix(name, MatrixView<Scalar>(numbers));
  }
  template <std::floating_point Scalar>
  void matrix(const std::string& name, const MatrixView<Scalar>& numbers) {
    const TensorInfo& tensor = file_.of_shape(full(name), {numbers.rows(), numbers.cols()});
    seen_.insert(tensor.name);
    file_.read(tensor, numbers, {.non_finite = true});
  }
  template <std::floating_point Scalar>
  void transposed(const std::string& name, const MatrixView<Scalar>& numbers) {
    const TensorInfo& tensor = file_.of_shape(full(name), {numbers.cols(), numbers.rows()});
    seen_.insert(tensor.name);
    file_.read_transposed(tensor, numbers, {.non_finite = true});
  }
  template <std::floating_point Scalar>
  void require_finite(const std::string& name, const MatrixView<Scalar>&) const {
    file_.template check<Scalar>(file_.at(full(name)), {.non_finite = non_finite_});
  }
  /// How many numbers a tensor has.
  Index size(const std::string& name) const { return file_.at(full(name)).size(); }
  /// Of a tensor of one or two dimensions: rows and columns.
  std::array<Index, 2> shape(const std::string& name) const {
    const TensorInfo& tensor = file_.at(full(name));
    require(tensor.shape.size() == 1 || tensor.shape.size() == 2, file_.name(), "tensor ", in_quotes(tensor.name),
            " has shape ", shape_text(tensor.shape), "; expected one of a vector or a matrix");
    return {tensor.shape[0], tensor.shape.size() == 1 ? 1 : tensor.shape[1]};
  }

  [[noreturn]] void refuse(const std::string& what) const { fail(file_.name(), in_quotes(part_), " ", what); }

 private:
  std::string said(const char* key) const { return said_.at(key).get<std::string>(); }

  TensorReader& file_;
  const nlohmann::ordered_json& said_;
  std::set<std::string>& seen_;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
