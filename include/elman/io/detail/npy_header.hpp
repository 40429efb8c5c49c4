// SPDX-License-Identifier: MIT
//
// The header of a file of NumPy's: eight bytes with the version, the length of a text in two bytes (four from version
// 2.0 on), and the text, which is a dictionary of Python's,
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
// Whatever it says is checked here, before anything is made of it: behind it the numbers lie, no byte less or more.
// Source: numpy.lib.format.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/file_source.hpp"
#include "elman/io/detail/number_bytes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// A type of numbers as the file says it: "<f4" is a float, the lowest byte first.
struct NpyType {
  std::string name;
  char kind = 'f';  ///< f, i, u, or b, of one byte that is 0 or 1
  std::size_t bytes = 4;
  bool highest_first = false;
};

struct NpyHeader {
  NpyType type;
  bool fortran_order = false;  ///< the first index runs fastest
  std::vector<Index> shape;
  Index size = 0;           ///< the product of the shape
  std::uint64_t begin = 0;  ///< where the numbers begin in the file
};

/// "(2, 3)", as Python writes it.
inline std::string tuple_text(const std::vector<Index>& shape) {
  std::string text = "(";
  for (const Index size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + (shape.size() == 1 ? ",)" : ")");
}

/// The dictionary, read strictly: the three keys, in any order.
class NpyHeaderParser {
 public:
  NpyHeaderParser(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  NpyHeader parse() {
    take('{');
    while (next() != '}') {
      parse_entry();
      if (next() != '}') take(',');
    }
    take('}');
    if (next() != '\0' || at_ < text_.size()) expected("nothing behind the dictionary");
    const auto need = [&](bool is_there, const char* key) {
      require_that(is_there, file_, "header has no '", key, "'");
    };
    need(type_.has_value(), "descr");
    need(fortran_order_.has_value(), "fortran_order");
    need(shape_.has_value(), "shape");
    NpyHeader header{*type_, *fortran_order_, *shape_};
    header.size = size_of_shape();
    return header;
  }

 private:
  /// The next character that is no blank; 0 at the end.
  char next() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  [[__noreturn__]] void expected(std::string_view what) const {
    constexpr std::size_t shown = 20;
    if (at_ >= text_.size()) fail(file_, "header ends after ", text_.size(), " bytes; expected ", what);
    fail(file_, "header has ", in_quotes(text_.substr(at_, shown)), " at byte ", at_, "; expected ", what);
  }
  void take(char c) {
    if (next() != c) expected(std::string("'") + c + "'");
    ++at_;
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void parse_entry() {
    const std::string key = parse_string("the name of an entry, in quotes");
    const bool is_type = key == "descr", is_shape = key == "shape";
    require_that(is_type || is_shape || key == "fortran_order", file_, "header has an entry ", in_quotes(key),
                 "; expected 'descr', 'fortran_order' and 'shape' alone");
    const bool is_there = is_type ? type_.has_value() : is_shape ? shape_.has_value() : fortran_order_.has_value();
    require_that(!is_there, file_, "header has '", key, "' twice");
    take(':');
    const char first = next();
    if (is_type) {
      require_that(first != '[' && first != '(' && first != '{', file_, "has a structured dtype, of records; expected ",
                   readable);
      type_ = type_of(parse_string("a type in quotes"));
    } else if (is_shape) {
      shape_ = parse_tuple();
    } else {
      fortran_order_ = take_word("True");
      if (!*fortran_order_ && !take_word("False")) expected("True or False");
    }
  }
  std::string parse_string(std::string_view what) {
    const char quote = next();
    if (quote != '\'' && quote != '"') expected(what);
    const std::size_t end = text_.find(quote, at_ + 1);
    const std::string_view inside = text_.substr(at_ + 1, end == text_.npos ? text_.npos : end - at_ - 1);
    if (end == text_.npos || inside.find_first_of("\\\n") != inside.npos) expected("a text that ends with its quote");
    at_ = end + 1;
    return std::string(inside);
  }
  std::vector<Index> parse_tuple() {
    constexpr std::size_t most = 64;
    std::vector<Index> sizes;
    take('(');
    bool has_comma = true;
    while (next() != ')') {
      if (!has_comma) expected("','");
      sizes.push_back(parse_size());
      require_that(sizes.size() <= most, file_, "has more than ", most, " dimensions");
      has_comma = next() == ',';
      if (has_comma) ++at_;
    }
    if (sizes.size() == 1 && !has_comma) expected("',': a shape of one size is (3,)");
    take(')');
    return sizes;
  }
  Index parse_size() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    const std::string_view digits = text_.substr(begin, at_ - begin);
    const bool is_plain = !digits.empty() && (digits.size() == 1 || digits.front() != '0');
    if (!is_plain) {
      at_ = begin;
      expected("a whole number from 0");
    }
    Index size = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    require_that(result.ec == std::errc(), file_, "has more numbers than can be counted: one of its sizes is ",
                 digits.substr(0, 40));
    take_word("L");  // as Python 2 wrote them
    return size;
  }
  NpyType type_of(const std::string& name) const {
    const std::string_view all = name;
    const bool has_order = !all.empty() && (all[0] == '<' || all[0] == '>' || all[0] == '|');
    const std::string_view type = all.substr(has_order ? 1 : 0);
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), type) != names.end();
    };
    const bool is_byte = is_one_of({"i1", "u1", "b1"});
    const bool is_longer = is_one_of({"f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"});
    if (is_byte || (is_longer && has_order && all[0] != '|')) {
      return {name, type[0], static_cast<std::size_t>(type[1] - '0'), all[0] == '>'};
    }
    fail(file_, "has dtype ", in_quotes(name),
         meaning_of(is_longer      ? '<'
                    : type.empty() ? ' '
                                   : type[0]),
         "; expected ", readable);
  }
  static std::string_view meaning_of(char kind) {
    switch (kind) {
      case '<':
        return ", which does not say the order of its bytes";
      case 'O':
        return ", objects of Python";
      case 'S':
      case 'a':
      case 'U':
        return ", texts";
      case 'V':
        return ", bytes without a meaning";
      case 'c':
        return ", complex numbers";
      case 'M':
      case 'm':
        return ", times";
      default:
        return "";
    }
  }

  Index size_of_shape() const {
    const bool is_empty = std::find(shape_->begin(), shape_->end(), 0) != shape_->end();
    if (is_empty) return 0;
    const Index most = (std::numeric_limits<Index>::max)() / static_cast<Index>(sizeof(double));
    Index size = 1;
    for (const Index factor : *shape_) {
      require_that(size <= most / factor, file_, "has more numbers than can be counted: its shape is ",
                   tuple_text(*shape_));
      size *= factor;
    }
    return size;
  }

  static constexpr std::string_view readable = "f2, f4, f8, i1 to i8, u1 to u8 or b1, with < or > in front";

  const std::string& file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<NpyType> type_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<Index>> shape_;
};

/// Throws std::runtime_error if it is no such file, or anything in the header or about the file's length is wrong.
inline NpyHeader read_npy_header(FileSource& file) {
  constexpr std::string_view magic = "\x93NUMPY";
  constexpr std::uint64_t longest = 1'000'000;
  const std::string& name = file.name();
  unsigned char start[12] = {};
  const auto known = static_cast<std::size_t>((std::min)(file.size(), std::uint64_t{sizeof start}));
  file.read(0, start, known);
  const std::string_view begin(reinterpret_cast<const char*>(start), known);
  require_that(!begin.starts_with("PK"), name,
               "is an archive, as .npz are; expected one of the .npy in it: unzip takes them out");
  require_that(begin.starts_with(magic), name, "does not begin as an .npy does, with \\x93NUMPY");
  require_that(known >= 8, name, "ends after ", known, " bytes; expected a version");
  const unsigned major = start[6], minor = start[7];
  require_that(major >= 1 && major <= 3 && minor == 0, name, "has version ", major, ".", minor,
               "; expected 1.0, 2.0 or 3.0");
  const std::uint64_t prefix = major == 1 ? 10 : 12;
  require_that(known >= prefix, name, "ends after ", known, " bytes; expected the length of a header");
  const std::uint64_t length = major == 1 ? word_at<std::uint16_t>(start + 8) : word_at<std::uint32_t>(start + 8);
  require_that(length <= longest, name, "has a header of ", length, " bytes; expected at most ", longest);
  require_that(length <= file.size() - prefix, name, "has a header of ", length, " bytes; expected at most ",
               file.size() - prefix, ", which follow");
  std::string text(static_cast<std::size_t>(length), ' ');
  file.read(prefix, reinterpret_cast<unsigned char*>(text.data()), text.size());
  NpyHeader header = NpyHeaderParser(name, text).parse();
  header.begin = prefix + length;
  const std::uint64_t there = file.size() - header.begin;
  const std::uint64_t needed = static_cast<std::uint64_t>(header.size) * header.type.bytes;
  require_that(there == needed, name, there < needed ? "ends after " : "has ", there, " bytes of numbers; expected ",
               needed, " of ", header.type.name, " of shape ", tuple_text(header.shape));
  return header;
}

/// What stands in front of the numbers, as NumPy writes it: version 1.0, filled with blanks to a multiple of 64 bytes,
/// with room for its longest size to grow.
inline std::string npy_header(std::string_view type, bool fortran_order, const std::vector<Index>& shape) {
  constexpr std::size_t digits = 21;
  std::string text = join("{'descr': '", type, "', 'fortran_order': ", fortran_order ? "True" : "False",
                          ", 'shape': ", tuple_text(shape), ", }");
  if (!shape.empty()) text.append(digits - std::to_string(fortran_order ? shape.back() : shape.front()).size(), ' ');
  text.append(64 - (10 + text.size() + 1) % 64, ' ');
  text += '\n';
  unsigned char length[2];
  put_word(static_cast<std::uint16_t>(text.size()), length);
  return join(std::string_view("\x93NUMPY\x01\x00", 8),
              std::string_view(reinterpret_cast<const char*>(length), sizeof length), text);
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
