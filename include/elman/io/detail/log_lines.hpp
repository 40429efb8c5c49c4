// SPDX-License-Identifier: MIT
//
// Lines of a log of numbers (log.hpp): how they are written, and how those of a log that goes on are read again, which
// is as strict. A format has
//
//   head(columns)                    what a file begins with
//   line(columns, cells)             a line of it
//   read(columns, line, cells)       the inverse: false of what line(columns, ...) has not written
//
// A cell is a number, as text that is the same in every locale and has all its bits, a word, or empty.
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

using Texts = std::vector<std::string>;

/// The shortest text that is read as the same bits: "0.1", "1e-05", "inf"; empty for NaN.
inline std::string cell_of(const double& number) { return elman::detail::is_nan(number) ? "" : join(number); }
inline std::string cell_of(Index number) { return join(number); }

/// A number of a cell, or `otherwise`.
template <class Number>
Number number_of(std::string_view cell, Number otherwise) {
  Number number{};
  const auto [end, error] = elman::detail::from_chars(cell.data(), cell.data() + cell.size(), number);
  return error == std::errc() && end == cell.data() + cell.size() ? number : otherwise;
}

/// Comma-separated values as RFC 4180 has them, the names of the columns in the first line.
struct CsvLines {
  static constexpr const char* name = "CsvLog";

  static std::string head(const Texts& columns) { return joined(columns); }
  static std::string line(const Texts&, const Texts& cells) { return joined(cells); }
  static bool read(const Texts& columns, std::string_view line, Texts& cells) {
    cells.assign(1, "");
    for (const char c : line) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    return cells.size() == columns.size();
  }

 private:
  static std::string joined(const Texts& cells) {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k) line += (k == 0 ? "" : ",") + quoted(cells[k]);
    return line + '\n';
  }
  /// What has a comma, a quote or the end of a line in it stands in quotes, and its quotes twice.
  static std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string inside;
    for (const char c : text) inside += c == '"' ? std::string("\"\"") : std::string(1, c);
    return '"' + inside + '"';
  }
};

/// JSON lines: an object a line, with the columns as its keys. JSON has neither NaN nor infinity: both are null.
struct JsonLines {
  static constexpr const char* name = "JsonLinesLog";

  static std::string head(const Texts&) { return ""; }
  static std::string line(const Texts& columns, const Texts& cells) {
    std::string line;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      line += (k == 0 ? '{' : ',') + quoted(columns[k]) + ':' + value_of(cells[k]);
    }
    return line + "}\n";
  }
  static bool read(const Texts& columns, std::string_view line, Texts& cells) {
    cells.clear();
    for (const std::string& column : columns) {
      const std::string key = (cells.empty() ? '{' : ',') + quoted(column) + ':';
      if (!line.starts_with(key)) return false;
      line.remove_prefix(key.size());
      std::string_view value = line.substr(0, line.find_first_of(",}"));
      line.remove_prefix(value.size());
      if (value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
      cells.emplace_back(value == "null" ? "" : value);
    }
    return line == "}";
  }

 private:
  static std::string value_of(const std::string& cell) {
    if (cell.empty() || cell == "inf" || cell == "-inf") return "null";
    return cell[0] >= 'a' ? quoted(cell) : cell;  // a word, or a number
  }
  static std::string quoted(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string inside;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20) {
        inside += {'\\', 'u', '0', '0', digits[byte / 16], digits[byte % 16]};
      } else {
        if (c == '"' || c == '\\') inside += '\\';
        inside += c;
      }
    }
    return '"' + inside + '"';
  }
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
