// SPDX-License-Identifier: MIT
//
// The header of a safetensors file: eight bytes with its length, and JSON that says of each tensor its type, its shape
// and where its numbers lie behind the header,
//
//   {"__metadata__": {"key": "text"}, "W": {"dtype": "F32", "shape": [8, 8], "data_offsets": [0, 256]}, …}
//
// Whatever a file says is checked here, before anything is made of it: tensors lie one behind the other and fill the
// file, without overlap, hole or rest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/tensor_info.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

struct TensorHeader {
  std::vector<TensorInfo> tensors;  ///< in the order in which they lie
  std::map<std::string, std::string> metadata;
};

/// What nlohmann's parser calls for each thing it meets.
class HeaderReader {
 public:
  explicit HeaderReader(const std::string& file) : file_(file) {}

  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("true or false"); }
  bool number_integer(std::int64_t number) { return unexpected(join("the number ", number).c_str()); }
  bool number_float(double, const std::string& text) { return unexpected(("the number " + printable(text)).c_str()); }
  bool binary(nlohmann::ordered_json::binary_t&) { return unexpected("bytes"); }
  bool number_unsigned(std::uint64_t number) {
    if (depth_ != in_list) return unexpected(join("the number ", number).c_str());
    require_that(numbers_.size() < most_sizes, file_, "tensor ", in_quotes(name_), " has more than ", most_sizes,
                 " numbers as ", key_);
    numbers_.push_back(number);
    return true;
  }
  bool string(std::string& text) {
    if (depth_ == in_entry && is_metadata_) {
      metadata.emplace(key_, std::move(text));
    } else if (depth_ == in_entry && key_ == "dtype") {
      set_dtype(text);
    } else {
      return unexpected("a text");
    }
    return true;
  }
  bool start_object(std::size_t) {
    if (depth_ == nowhere) return enter(in_header);
    if (depth_ != in_header) return unexpected("an object");
    is_metadata_ = name_ == "__metadata__";
    dtype_.reset();
    shape_.reset();
    offsets_.reset();
    keys_.clear();
    return enter(in_entry);
  }
  bool key(std::string& key) {
    if (depth_ == in_header) {
      require_that(names_.insert(key).second, file_, "header has ", in_quotes(key), " twice");
      name_ = key;
    } else {
      require_that(keys_.insert(key).second, file_, "header has ", in_quotes(key), " twice in ", in_quotes(name_));
      const bool is_known = is_metadata_ || key == "dtype" || key == "shape" || key == "data_offsets";
      require_that(is_known, file_, "tensor ", in_quotes(name_), " has ", in_quotes(key),
                   "; expected dtype, shape and data_offsets alone");
      key_ = key;
    }
    return true;
  }
  bool end_object() {
    if (depth_ == in_entry && !is_metadata_) end_tensor();
    depth_ = depth_ == in_entry ? in_header : nowhere;
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ != in_entry || is_metadata_ || key_ == "dtype") return unexpected("a list");
    numbers_.clear();
    return enter(in_list);
  }
  bool end_array() {
    (key_ == "shape" ? shape_ : offsets_) = std::move(numbers_);
    numbers_ = {};
    depth_ = in_entry;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::ordered_json::exception& error) {
    fail(file_, "header is no JSON at byte ", position, ": ", reason(error));
  }

 private:
  enum Depth { nowhere, in_header, in_entry, in_list };
  static constexpr std::size_t most_sizes = 64;

  bool enter(Depth depth) {
    depth_ = depth;
    return true;
  }
  bool unexpected(const char* what) {
    if (depth_ == nowhere) fail(file_, "header is ", what, "; expected an object");
    if (depth_ == in_header) fail(file_, "header has ", what, " as ", in_quotes(name_), "; expected an object");
    if (is_metadata_) fail(file_, "header has ", what, " as ", in_quotes(key_), " of __metadata__; expected a text");
    fail(file_, "tensor ", in_quotes(name_), " has ", what, depth_ == in_list ? " in " : " as ", key_,
         key_ == "dtype" ? "; expected a text" : "; expected a list of whole numbers from 0");
  }
  void set_dtype(const std::string& text) {
    for (const Dtype& dtype : dtypes) {
      if (dtype.name == text) dtype_ = dtype;
    }
    if (dtype_) return;
    std::string all;
    for (const Dtype& dtype : dtypes) all.append(all.empty() ? "" : ", ").append(dtype.name);
    fail(file_, "tensor ", in_quotes(name_), " has dtype ", in_quotes(text), "; expected one of ", all);
  }
  void end_tensor() {
    const auto need = [&](bool is_there, const char* what) {
      require_that(is_there, file_, "tensor ", in_quotes(name_), " has no ", what);
    };
    need(dtype_.has_value(), "dtype");
    need(shape_.has_value(), "shape");
    need(offsets_.has_value(), "data_offsets");
    require_that(offsets_->size() == 2, file_, "tensor ", in_quotes(name_), " has ", offsets_->size(),
                 " data_offsets; expected 2, where it begins and where it ends");
    TensorInfo info{name_, *dtype_, {}, (*offsets_)[0], (*offsets_)[1]};
    require_that(info.begin <= info.end, file_, "tensor ", in_quotes(name_), " has data_offsets [", info.begin, ", ",
                 info.end, "]; expected an end behind the beginning");
    constexpr auto most = static_cast<std::uint64_t>((std::numeric_limits<Index>::max)());
    std::uint64_t bytes = info.dtype.bytes;
    bool is_empty = false;
    for (const std::uint64_t size : *shape_) is_empty = is_empty || size == 0;
    for (const std::uint64_t size : *shape_) {
      require_that(size <= most && (is_empty || size <= most / bytes), file_, "tensor ", in_quotes(name_),
                   " has more numbers than can be counted: one of its sizes is ", size);
      if (!is_empty) bytes *= size;
      info.shape.push_back(static_cast<Index>(size));
    }
    if (is_empty) bytes = 0;
    require_that(info.end - info.begin == bytes, file_, "tensor ", in_quotes(name_), " has ", info.end - info.begin,
                 " bytes; expected ", bytes, " of ", info.dtype.name, " of shape ", shape_text(info.shape));
    tensors.push_back(std::move(info));
  }

  const std::string& file_;
  Depth depth_ = nowhere;
  bool is_metadata_ = false;
  std::string name_, key_;
  std::set<std::string> names_, keys_;
  std::vector<std::uint64_t> numbers_;
  std::optional<Dtype> dtype_;
  std::optional<std::vector<std::uint64_t>> shape_, offsets_;
};

/// Of a header's JSON, behind which `data_bytes` follow. Throws std::runtime_error, with `file` in front, if anything
/// in it is wrong.
inline TensorHeader parse_header(const std::string& file, std::string_view json, std::uint64_t data_bytes) {
  require_that(!json.empty(), file, "has an empty header; expected {} at least");
  require_that(json.front() == '{', file, "header begins with byte ", int{static_cast<unsigned char>(json.front())},
               "; expected {");
  // What follows it would never be seen: the parser takes it for the end.
  require_that(json.find('\0') == json.npos, file, "header has a byte 0, which JSON has not, at ", json.find('\0'));
  HeaderReader reader(file);
  nlohmann::ordered_json::sax_parse(json.begin(), json.end(), &reader);
  auto& tensors = reader.tensors;
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t end = 0;
  for (const auto& tensor : tensors) {
    require_that(tensor.begin == end, file, "tensor ", in_quotes(tensor.name), " begins at byte ", tensor.begin,
                 " of the data; ", tensor.begin < end ? "the one before ends at " : "expected ", end);
    end = tensor.end;
  }
  require_that(end <= data_bytes, file, "ends after ", data_bytes, " bytes of data; expected ", end);
  require_that(end == data_bytes, file, "has ", data_bytes, " bytes of data; expected ", end,
               ", where its last tensor ends");
  return {std::move(tensors), std::move(reader.metadata)};
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
