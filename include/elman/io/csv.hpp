// SPDX-License-Identifier: MIT
//
// Columns of a CSV file as a matrix. Needs Eigen alone; is not in elman.hpp.
//
//   const io::CsvTable table = io::read_csv("weather.csv");
//   const auto series = table.matrix<float>({"temperature", "wind"});     2 × T: a column of the matrix a line
//   const auto [names, labels] = table.classes("weather");                texts as classes
//   io::read_csv("wetter.csv", {.decimal_comma = true, .fill = io::CsvFill::linear}).matrix<float>({0, 3});
//
// UTF-8, with a byte order mark or without; a header line or none; the separator is found, or said. Faults are
// std::runtime_error and start with the path, the line and the column; whatever the locale, numbers are read alike.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/csv_fields.hpp"
#include "elman/io/detail/csv_numbers.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/file_source.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// Whether the first line names the columns. detect: it does if none of its fields is a number and one is no missing
/// value.
enum class CsvHeader { detect, yes, no };

/// How a file is read.
struct CsvOptions {
  char separator = 0;                    ///< no quote, no line end; 0: a tab, a semicolon or a comma, which is found
  CsvHeader header = CsvHeader::detect;  ///< whether there is a header line
  bool decimal_comma = false;            ///< 1,5 for 1.5; not with commas between fields
  std::vector<std::string> missing = {"", "NA", "NaN", "nan", "?"};  ///< what stands for no value, but for blanks
  CsvFill fill = CsvFill::refuse;                                    ///< what stands where a value is missing
  double constant = 0;                                               ///< that of CsvFill::constant: finite
};

/// A column, by its name or its number, counted from 0.
class CsvColumn {
 public:
  CsvColumn(const char* name) : name_(name) {}             // NOLINT: the conversion is the purpose
  CsvColumn(std::string name) : name_(std::move(name)) {}  // NOLINT: as above
  CsvColumn(std::integral auto number) : number_(static_cast<Index>(number)) {}  // NOLINT: as above

  bool is_number() const { return number_ != no_number; }
  Index number() const { return number_; }
  const std::string& name() const { return name_; }

 private:
  static constexpr Index no_number = (std::numeric_limits<Index>::min)();
  std::string name_;
  Index number_ = no_number;
};

/// Texts as classes: `names` in the order of their bytes, `labels` places in it, one a line.
struct CsvClasses {
  std::vector<std::string> names;
  std::vector<Index> labels;
};

class CsvTable {
 public:
  /// Of a text, `file` being what its faults begin with. Throws if an option is out of range, and std::runtime_error if
  /// the text has no line but a header, lines have unlike numbers of fields, or a quote is not closed.
  CsvTable(std::string file, std::string text, CsvOptions options = {})
      : file_(std::move(file)),
        options_(checked(std::move(options))),
        fields_(split(file_, std::move(text), options_)) {
    has_header_ = options_.header == CsvHeader::yes || (options_.header == CsvHeader::detect && begins_with_names());
    detail::require_that(size() > 0, file_, "has no line behind its header; expected at least 1");
    for (Index column = 0; has_header_ && column < columns(); ++column) {
      names_.emplace_back(detail::trimmed(fields_.at(0, column)));
    }
  }

  Index columns() const { return fields_.columns(); }
  Index size() const { return fields_.size() - (has_header_ ? 1 : 0); }  ///< lines, without a header
  const std::vector<std::string>& names() const { return names_; }       ///< of the columns; none without a header
  char separator() const { return options_.separator; }                  ///< as it was said, or found

  /// Rows × size(): chosen columns, or all. Scalar: float or double. Throws std::runtime_error if there is no such
  /// column, a field is no number, Scalar does not hold it, or a value is missing that .fill has nothing for.
  template <class Scalar>
  Columns<Scalar, Dynamic> matrix(const std::vector<CsvColumn>& chosen) const {
    static_assert(std::same_as<Scalar, float> || std::same_as<Scalar, double>,
                  "elman::io::CsvTable::matrix: Scalar must be float or double");
    Columns<Scalar, Dynamic> result(std::ssize(chosen), size());
    for (Index row = 0; row < result.rows(); ++row) {
      const Index column = find(chosen[static_cast<std::size_t>(row)]);
      const std::vector<double> values = numbers(column, static_cast<double>((std::numeric_limits<Scalar>::max)()));
      for (Index k = 0; k < size(); ++k) result(row, k) = static_cast<Scalar>(values[static_cast<std::size_t>(k)]);
    }
    return result;
  }
  template <class Scalar>
  Columns<Scalar, Dynamic> matrix() const {
    std::vector<CsvColumn> all;
    for (Index column = 0; column < columns(); ++column) all.emplace_back(column);
    return matrix<Scalar>(all);
  }

  /// The fields of a column as they are. Throws std::runtime_error if there is no such column.
  std::vector<std::string> strings(const CsvColumn& chosen) const {
    const Index column = find(chosen);
    std::vector<std::string> result;
    for (Index k = 0; k < size(); ++k) result.emplace_back(field(k, column));
    return result;
  }
  /// The same as classes. Throws std::runtime_error if there is no such column, or a value is missing.
  CsvClasses classes(const CsvColumn& chosen) const {
    const Index column = find(chosen);
    CsvClasses result;
    for (Index k = 0; k < size(); ++k) {
      detail::require_that(!is_missing(k, column), file_, place(k, column), " has no value; expected a class");
      result.names.emplace_back(detail::trimmed(field(k, column)));
    }
    const std::vector<std::string> each = result.names;
    std::sort(result.names.begin(), result.names.end());
    result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
    for (const std::string& name : each) {
      result.labels.push_back(std::lower_bound(result.names.begin(), result.names.end(), name) - result.names.begin());
    }
    return result;
  }
  /// How many values of a column are missing. Throws std::runtime_error if there is no such column.
  Index missing(const CsvColumn& chosen) const {
    const Index column = find(chosen);
    Index count = 0;
    for (Index k = 0; k < size(); ++k) count += is_missing(k, column) ? 1 : 0;
    return count;
  }

 private:
  static CsvOptions checked(CsvOptions options) {
    using elman::detail::require_that;
    const bool is_own = options.separator == '"' || options.separator == '\n' || options.separator == '\r';
    require_that(!is_own, "read_csv: separator is a quote or the end of a line; expected another character");
    require_that(!options.decimal_comma || options.separator != ',',
                 "read_csv: decimal_comma is true with commas between fields; expected another separator");
    require_that(elman::detail::is_finite(options.constant), "read_csv: constant is ", options.constant,
                 "; expected a finite number");
    return options;
  }
  static detail::CsvFields split(const std::string& file, std::string text, CsvOptions& options) {
    const std::string_view all = text;
    detail::require_that(!all.starts_with("\xff\xfe") && !all.starts_with("\xfe\xff"), file,
                         "is UTF-16; expected UTF-8: iconv -f UTF-16 -t UTF-8");
    const std::size_t begin = all.starts_with("\xef\xbb\xbf") ? 3 : 0;
    if (options.separator == 0) {
      options.separator = detail::found_separator(all.substr(begin), options.decimal_comma ? "\t;" : "\t;,");
    }
    detail::CsvFields fields(file, std::move(text), begin, options.separator);
    detail::require_that(fields.size() > 0, file, "is empty; expected lines of numbers or texts");
    return fields;
  }

  bool begins_with_names() const {
    bool has_name = false;
    for (Index column = 0; column < columns(); ++column) {
      const std::string_view name = detail::trimmed(fields_.at(0, column));
      double ignored = 0;
      if (detail::read_number(name, options_.decimal_comma, ignored) != detail::CsvNumber::no) return false;
      has_name = has_name || !stands_for_none(name);
    }
    return has_name;
  }
  std::string_view field(Index k, Index column) const { return fields_.at(k + (has_header_ ? 1 : 0), column); }
  bool stands_for_none(std::string_view word) const {
    return std::find(options_.missing.begin(), options_.missing.end(), word) != options_.missing.end();
  }
  bool is_missing(Index k, Index column) const { return stands_for_none(detail::trimmed(field(k, column))); }

  std::string called(Index column) const {
    if (!has_header_) return "column " + std::to_string(column);
    return "column " + detail::in_quotes(names_[static_cast<std::size_t>(column)]);
  }
  std::string place(Index k, Index column) const {
    return "line " + std::to_string(fields_.line(k + (has_header_ ? 1 : 0))) + ", " + called(column) + ",";
  }

  Index find(const CsvColumn& column) const {
    if (column.is_number()) {
      detail::require_that(column.number() >= 0 && column.number() < columns(), file_, "has no column ",
                           column.number(), "; expected at least 0 and below ", columns());
      return column.number();
    }
    const std::string& name = column.name();
    detail::require_that(has_header_, file_, "has no column ", detail::in_quotes(name),
                         ", for it has no header line; expected a number, counted from 0");
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      std::string all;
      for (const std::string& one : names_) all += (all.empty() ? "" : ", ") + detail::in_quotes(one);
      detail::fail(file_, "has no column ", detail::in_quotes(name), "; expected one of ",
                   all.size() > 1000 ? all.substr(0, 1000) + "..." : all);
    }
    detail::require_that(std::find(found + 1, names_.end(), name) == names_.end(), file_, "has more than one column ",
                         detail::in_quotes(name), "; expected a number, counted from 0");
    return found - names_.begin();
  }

  std::vector<double> numbers(Index column, double most) const {
    std::vector<double> values(static_cast<std::size_t>(size()));
    std::vector<Index> missing;
    for (Index k = 0; k < size(); ++k) {
      const std::string_view text = detail::trimmed(field(k, column));
      double& value = values[static_cast<std::size_t>(k)];
      if (stands_for_none(text)) {
        missing.push_back(k);
        continue;
      }
      const auto kind = detail::read_number(text, options_.decimal_comma, value);
      const bool has_comma = text.find(options_.decimal_comma ? '.' : ',') != std::string_view::npos;
      detail::require_that(kind != detail::CsvNumber::no, file_, place(k, column), " is ", detail::in_quotes(text),
                           "; expected a number",
                           !has_comma               ? ""
                           : options_.decimal_comma ? " with a decimal comma and no point"
                                                    : " with a decimal point; .decimal_comma reads commas");
      detail::require_that(kind == detail::CsvNumber::yes && elman::detail::within(value, -most, most), file_,
                           place(k, column), " is ", detail::in_quotes(text), "; expected a number that a ",
                           most < (std::numeric_limits<double>::max)() ? "float" : "double", " holds");
    }
    const Index left = detail::fill_missing(options_.fill, options_.constant, missing, values);
    if (left < 0) return values;
    detail::fail(file_, place(left, column), " has no value",
                 options_.fill == CsvFill::refuse ? "; expected a number, or a .fill for what is missing"
                                                  : ", and there is none that it could be filled from");
  }

  std::string file_;
  CsvOptions options_;
  detail::CsvFields fields_;
  bool has_header_ = false;
  std::vector<std::string> names_;
};

/// A CSV file. Throws std::runtime_error if it cannot be read, and as CsvTable does.
inline CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options = {}) {
  detail::FileSource file(path);
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read(0, reinterpret_cast<unsigned char*>(text.data()), text.size());
  return CsvTable(file.name(), std::move(text), options);
}

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
