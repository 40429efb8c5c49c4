// SPDX-License-Identifier: MIT
//
// The parts of a checkpoint into a file. What writes and what reads (part_reader.hpp) have the same verbs, so that what
// a part is made of is listed once (kept.hpp). Matrices and vectors are tensors PART.NAME; all else is in one JSON
// object a part, whole numbers as decimal text:
//
//   {"adam": {"is": "elman::optim::Adam{…} of 92 parameters in float", "steps": "1200"}, "epoch": {…}, …}
#pragma once

#include <array>
#include <concepts>
#include <string>
#include <utility>

#include "elman/check.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/whole_numbers.hpp"
#include "elman/io/tensor_writer.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

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
    } catch (const nlohmann::ordered_json::exception&) {
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
        elman::detail::require_that(
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

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
