// SPDX-License-Identifier: MIT
//
// Named tensors of a file in the safetensors format. All that the file says of itself is checked when it is opened;
// numbers are read when they are asked for, a strip of rows at a time.
//
//   elman::io::TensorReader file("net.safetensors");
//   for (const auto& tensor : file.tensors()) … tensor.name, tensor.dtype.name, tensor.shape
//   const Eigen::MatrixXf W = file.matrix<float>("W");
#pragma once

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/file_source.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/number_bytes.hpp"
#include "elman/io/detail/strips.hpp"
#include "elman/io/detail/tensor_header.hpp"
#include "elman/io/tensor_info.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// What else may be read than finite numbers of the type that is asked for.
struct NumberOptions {
  bool convert = false;     ///< numbers of another type, rounded where they must be: F32 in a double, F64 in a float
  bool non_finite = false;  ///< NaN and infinity; numbers too large for a float are refused all the same
};

class TensorReader {
 public:
  /// Throws std::runtime_error if the file cannot be read, or is no such file.
  explicit TensorReader(const std::filesystem::path& path) : TensorReader(detail::FileSource(path)) {}
  /// From any stream that can be sought. `name`: for messages.
  TensorReader(std::string name, std::unique_ptr<std::istream> stream)
      : TensorReader(detail::FileSource(std::move(name), std::move(stream))) {}

  const std::string& name() const { return source_.name(); }
  std::uint64_t file_size() const { return source_.size(); }
  /// In the order in which they lie.
  const std::vector<TensorInfo>& tensors() const { return header_.tensors; }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  /// Null if there is none.
  const TensorInfo* find(std::string_view tensor) const {
    const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), tensor,
                                        [](const auto* info, std::string_view name) { return info->name < name; });
    return found == by_name_.end() || (*found)->name != tensor ? nullptr : *found;
  }
  /// Throws if there is none, or if its shape is another than [rows, cols], of one column [rows] too.
  const TensorInfo& of_shape(std::string_view tensor, const std::vector<Index>& shape) const {
    const TensorInfo& info = at(tensor);
    const bool is_column = shape.size() == 2 && shape[1] == 1 && info.shape == std::vector<Index>{shape[0]};
    detail::require_that(is_column || info.shape == shape, name(), "tensor ", detail::in_quotes(tensor), " has shape ",
                         shape_text(info.shape), "; expected ", shape_text(shape));
    return info;
  }
  const TensorInfo& at(std::string_view tensor) const {
    if (const TensorInfo* info = find(tensor)) return *info;
    constexpr std::size_t most = 30;
    std::string some;
    for (const auto& info : std::span(tensors()).first((std::min)(most, tensors().size()))) {
      some += (some.empty() ? "" : ", ") + detail::printable(info.name);
    }
    if (tensors().size() > most) some += detail::join(" and ", tensors().size() - most, " more");
    detail::fail(name(), "has no tensor ", detail::in_quotes(tensor), "; it has ", tensors().empty() ? "none" : some);
  }

  /// Throws if not all numbers of a tensor can be had as Scalars; tensor, place and number are named.
  template <std::floating_point Scalar>
  void(check)(const TensorInfo& tensor, const NumberOptions& options = {}) {
    check_type<Scalar>(tensor, options);
    with_format(tensor, [&]<class Format>(const Format&) {
      for_each_strip<Format>(tensor, [&](std::size_t first, std::size_t count, const unsigned char* bytes) {
        require_fit<Scalar, Format>(tensor, first, count, bytes, options);
      });
    });
  }
  /// Reads a tensor of shape [rows, cols], or [rows] into one column. What `check` refuses is refused too, when some
  /// numbers may have been written already.
  template <std::floating_point Scalar>
  void read(const TensorInfo& tensor, const MatrixView<Scalar>& to, const NumberOptions& options = {}) {
    check_type<Scalar>(tensor, options);
    of_shape(tensor.name, {to.rows(), to.cols()});
    with_format(tensor, [&]<class Format>(const Format&) {
      const auto take = [&](std::size_t first, std::size_t count, const unsigned char* bytes) {
        require_fit<Scalar, Format>(tensor, first, count, bytes, options);
        detail::put_rows<Scalar, Format>(bytes, first, count, to);
      };
      for_each_strip<Format>(tensor, take);
    });
  }
  /// Reads a tensor of shape [cols, rows] into its transpose. Throws as read does.
  template <std::floating_point Scalar>
  void read_transposed(const TensorInfo& tensor, const MatrixView<Scalar>& to, const NumberOptions& options = {}) {
    check_type<Scalar>(tensor, options);
    of_shape(tensor.name, {to.cols(), to.rows()});
    with_format(tensor, [&]<class Format>(const Format&) {
      const auto take = [&](std::size_t first, std::size_t count, const unsigned char* bytes) {
        require_fit<Scalar, Format>(tensor, first, count, bytes, options);
        detail::put_columns<Scalar, Format>(bytes, first, count, to);
      };
      for_each_strip<Format>(tensor, take);
    });
  }
  /// A tensor of one or two dimensions in new memory. Throws if it has others, and as read does.
  template <std::floating_point Scalar>
  Matrix<Scalar, Dynamic, Dynamic> matrix(std::string_view tensor, const NumberOptions& options = {}) {
    const TensorInfo& info = at(tensor);
    detail::require_that(info.shape.size() == 1 || info.shape.size() == 2, name(), "tensor ", detail::in_quotes(tensor),
                         " has shape ", shape_text(info.shape), "; expected one of a vector or a matrix");
    check_type<Scalar>(info, options);
    Matrix<Scalar, Dynamic, Dynamic> result(info.shape[0], info.shape.size() == 1 ? 1 : info.shape[1]);
    read(info, MatrixView<Scalar>(result), options);
    return result;
  }

 private:
  explicit TensorReader(detail::FileSource source) : source_(std::move(source)) {
    const std::uint64_t size = file_size();
    detail::require_that(size >= 8, name(), "has ", size, " bytes; expected at least 8, the length of a header");
    unsigned char length[8];
    source_.read(0, length, 8);
    const auto header = detail::word_at<std::uint64_t>(length);
    detail::require_that(header <= detail::longest_header, name(), "has a header of ", header,
                         " bytes; expected at most ", detail::longest_header);
    detail::require_that(header <= size - 8, name(), "has a header of ", header, " bytes; expected at most ", size - 8,
                         ", which follow");
    std::string json(static_cast<std::size_t>(header), ' ');
    source_.read(8, reinterpret_cast<unsigned char*>(json.data()), json.size());
    data_begin_ = 8 + header;
    header_ = detail::parse_header(name(), json, size - data_begin_);
    for (const TensorInfo& tensor : tensors()) by_name_.push_back(&tensor);
    std::sort(by_name_.begin(), by_name_.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  }

  template <class Use>
  void with_format(const TensorInfo& tensor, const Use& use) const {
    const auto is = [&](std::string_view name) { return tensor.dtype.name == name; };
    if (is("F32")) return use(detail::Native<float>{});
    if (is("F64")) return use(detail::Native<double>{});
    if (is("F16")) return use(detail::Float16Number{});
    if (is("BF16")) return use(detail::BFloat16Number{});
    detail::fail(name(), "tensor ", detail::in_quotes(tensor.name), " has dtype ", tensor.dtype.name,
                 "; expected F64, F32, F16 or BF16");
  }
  template <class Scalar>
  void check_type(const TensorInfo& tensor, const NumberOptions& options) const {
    static_assert(sizeof(Scalar) == 4 || sizeof(Scalar) == 8, "elman::io: numbers are read as float or double");
    with_format(tensor, [](const auto&) {});
    constexpr std::string_view own = sizeof(Scalar) == 4 ? "F32" : "F64";
    detail::require_that(options.convert || tensor.dtype.name == own, name(), "tensor ", detail::in_quotes(tensor.name),
                         " has dtype ", tensor.dtype.name, "; expected ", own, ", or that .convert is asked for");
  }
  template <class Scalar, class Format>
  void require_fit(const TensorInfo& tensor, std::size_t first, std::size_t count, const unsigned char* bytes,
                   const NumberOptions& options) const {
    if (detail::all_fit<Scalar, Format>(bytes, count, options.non_finite)) return;
    std::size_t k = 0;
    while (detail::all_fit<Scalar, Format>(bytes + k * Format::bytes, 1, options.non_finite)) ++k;
    refuse(tensor, first + k, static_cast<double>(detail::number_at<Format>(bytes, k)));
  }
  [[__noreturn__]] void refuse(const TensorInfo& tensor, std::size_t place, double number) const {
    std::string where;
    auto rest = static_cast<Index>(place);
    for (auto size = tensor.shape.rbegin(); size != tensor.shape.rend(); ++size) {
      where.insert(0, std::to_string(rest % *size) + (where.empty() ? "" : ", "));
      rest /= *size;
    }
    detail::fail(name(), "tensor ", detail::in_quotes(tensor.name), " has ", number, " at [", where, "]; expected ",
                 detail::fits_in<double>(number) ? "a number that a float can hold"
                                                 : "a finite number, or that .non_finite is asked for");
  }

  /// use(first, count, bytes) for all numbers of a tensor in their order, whole rows where a row is not too long.
  template <class Format, class Use>
  void for_each_strip(const TensorInfo& tensor, const Use& use) {
    const auto size = static_cast<std::size_t>(tensor.size());
    const std::size_t row = tensor.shape.empty() ? 1 : static_cast<std::size_t>(tensor.shape.back());
    const std::size_t strip = detail::strip_size(row, Format::bytes);
    buffer_.resize((std::min)(strip, size) * Format::bytes);
    for (std::size_t first = 0; first < size; first += strip) {
      const std::size_t count = (std::min)(strip, size - first);
      source_.read(data_begin_ + tensor.begin + first * Format::bytes, buffer_.data(), count * Format::bytes);
      use(first, count, buffer_.data());
    }
  }

  detail::FileSource source_;
  std::uint64_t data_begin_ = 0;
  detail::TensorHeader header_;
  std::vector<const TensorInfo*> by_name_;
  std::vector<unsigned char> buffer_;
};

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
