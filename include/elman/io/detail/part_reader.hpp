// SPDX-License-Identifier: MIT
//
// The parts of a checkpoint out of a file, by the verbs of what writes them (part_writer.hpp). Faults are those of the
// file: std::runtime_error with the path, or nlohmann's exceptions of what is not there.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/part_writer.hpp"
#include "elman/io/detail/whole_numbers.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// What a file says, as it stands in a message: no longer than can be read, and without what cannot be printed.
inline std::string printable(std::string text) {
  constexpr std::size_t longest = 1000;
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

class PartReader : public PartPlace {
 public:
  static constexpr bool reads = true;

  /// Notes in `seen` the tensors that it reads.
  PartReader(TensorReader& file, const nlohmann::ordered_json& said, std::string part, bool non_finite,
             std::set<std::string>& seen)
      : PartPlace(std::move(part), non_finite), file_(file), said_(said), seen_(seen) {}

  void is(const std::string& what) const {
    const std::string held = said("is");
    require_that(held == what, file_.name(), in_quotes(part_), " is ", printable(held), "; expected ", what);
  }
  /// What else it must be; `what` names it.
  void has(const char* key, const std::string& text, const char* what) const {
    const std::string held = said(key);
    require_that(held == text, file_.name(), in_quotes(part_), " is ", printable(said("is")), " with another ", what,
                 ", ", printable(held), "; expected ", text);
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
    require_that(whole_numbers_of(text, read), file_.name(), in_quotes(part_), " has ", key, " ", in_quotes(text),
                 "; expected whole numbers of its type");
    if constexpr (std::same_as<Numbers, std::vector<Number>>) numbers.resize(read.size());
    require_that(read.size() == static_cast<std::size_t>(numbers.size()), file_.name(), in_quotes(part_), " has ",
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
    require_that(tensor.shape.size() == 1 || tensor.shape.size() == 2, file_.name(), "tensor ", in_quotes(tensor.name),
                 " has shape ", shape_text(tensor.shape), "; expected one of a vector or a matrix");
    return {tensor.shape[0], tensor.shape.size() == 1 ? 1 : tensor.shape[1]};
  }

  [[__noreturn__]] void refuse(const std::string& what) const { fail(file_.name(), in_quotes(part_), " ", what); }

 private:
  std::string said(const char* key) const { return said_.at(key).get<std::string>(); }

  TensorReader& file_;
  const nlohmann::ordered_json& said_;
  std::set<std::string>& seen_;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
