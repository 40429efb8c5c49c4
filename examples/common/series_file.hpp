// SPDX-License-Identifier: MIT
//
// Series from files in the `.ts` text format of the UEA archive (timeseriesclassification.com):
//
//   # a comment
//   @dimensions 3
//   @classLabel true wren robin
//   @data
//   0.1,0.2,0.3:1,2,3:5,?,6:wren         a series: 3 dimensions of 3 steps each, and its class
//
// Series may differ in length. Missing values ('?' or NaN) are filled or refused; time stamps are refused.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "files.hpp"
#include "series.hpp"

namespace example {

/// What stands for a missing value, in each dimension of a series by itself. linear: on the straight line between the
/// known values before and after it, at the ends the nearest known one; mean: the mean of the known ones.
enum class Fill { none, linear, mean };

/// Fills what is NaN in one dimension of a series, which is not NaN all over.
template <class Row>
void fill_missing(Row&& row, Fill fill) {
  double sum = 0, known = 0;
  for (const float value : row) {
    if (std::isnan(value)) continue;
    sum += static_cast<double>(value);
    ++known;
  }
  elman::Index last = -1;  // the last step whose value was known
  for (elman::Index t = 0; t <= row.size(); ++t) {
    if (t < row.size() && std::isnan(row(t))) continue;
    for (elman::Index gap = last + 1; gap < t; ++gap) {
      if (fill == Fill::mean) {
        row(gap) = static_cast<float>(sum / known);
      } else if (last < 0 || t == row.size()) {
        row(gap) = last < 0 ? row(t) : row(last);
      } else {
        const float share = static_cast<float>(gap - last) / static_cast<float>(t - last);
        row(gap) = (1 - share) * row(last) + share * row(t);
      }
    }
    last = t;
  }
}

/// A `.ts` file as it is read, line by line.
class SeriesReader {
 public:
  /// Throws std::runtime_error with file, line and what is wrong there.
  static Series read(const std::string& path, Fill fill = Fill::none) { return SeriesReader(path, fill).read(); }

 private:
  SeriesReader(const std::string& path, Fill fill) : path_(path), fill_(fill) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::runtime_error(path_ + (line_ > 0 ? ", line " + std::to_string(line_) : "") + ": " + message);
  }

  Series read() {
    std::ifstream stream = open_file(path_);
    bool in_data = false;
    for (std::string line; std::getline(stream, line);) {
      ++line_;
      if (line_ == 1 && line.starts_with(byte_order_mark)) line.erase(0, byte_order_mark.size());
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (line.empty() || line.front() == '#') continue;
      if (in_data) {
        read_series(line);
      } else if (line.front() == '@') {
        in_data = read_header(line);
      } else {
        fail("expected @data before the first series, as in the .ts format");
      }
    }
    if (stream.bad()) fail("cannot be read further");
    const bool empty = line_ == 0;
    line_ = 0;
    if (empty) fail("empty");
    if (!in_data) fail("no @data");
    if (result_.series.empty()) fail("no series behind @data");
    return std::move(result_);
  }

  /// One @line; returns whether it is @data.
  bool read_header(const std::string& line) {
    std::istringstream words(line);
    std::string key, value;
    words >> key >> value;
    const auto lower = [](std::string text) {
      for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      return text;
    };
    key = lower(key);
    if (key == "@dimensions" || key == "@dimension") {
      const auto end = value.data() + value.size();
      const auto [stop, error] = std::from_chars(value.data(), end, dimensions_);
      if (error != std::errc{} || stop != end || dimensions_ < 1) fail(key + " is '" + value + "'; expected 1 or more");
    } else if (key == "@univariate" && lower(value) == "true") {
      dimensions_ = 1;
    } else if (key == "@timestamps" && lower(value) == "true") {
      fail("@timeStamps is true; series with time stamps are not supported");
    } else if (key == "@classlabel") {
      if (lower(value) != "true") fail("@classLabel is '" + value + "'; expected true and the classes");
      for (std::string name; words >> name;) {
        if (std::ranges::count(result_.names, name) > 0) fail("@classLabel names class '" + name + "' twice");
        result_.names.push_back(name);
      }
      if (result_.names.size() < 2)
        fail("@classLabel names " + std::to_string(result_.names.size()) + " classes; expected at least 2");
    } else if (key == "@data" && result_.names.empty()) {
      fail("no @classLabel before @data");
    }
    return key == "@data";
  }

  void read_series(const std::string& line) {
    std::vector<std::string_view> fields = pieces(line, ':');
    const std::string_view label = trim(fields.back());
    fields.pop_back();
    if (dimensions_ == 0) dimensions_ = fields.size();
    if (fields.size() != dimensions_ || fields.empty()) {
      fail(std::to_string(fields.size()) + " dimensions before the class; expected " + std::to_string(dimensions_));
    }
    const auto named = std::ranges::find(result_.names, label);
    if (named == result_.names.end()) fail("class '" + std::string(label) + "' is not one that @classLabel names");
    Series::Matrix series;
    for (std::size_t row = 0; row < fields.size(); ++row) {
      const std::vector<std::string_view> values = pieces(fields[row], ',');
      const auto steps = static_cast<elman::Index>(values.size());
      if (row == 0) series.resize(static_cast<elman::Index>(dimensions_), steps);
      if (steps != series.cols()) {
        fail("dimension " + std::to_string(row + 1) + " has " + std::to_string(steps) + " values; expected " +
             std::to_string(series.cols()) + " as dimension 1 has");
      }
      auto dimension = series.row(static_cast<elman::Index>(row));
      for (std::size_t t = 0; t < values.size(); ++t) {
        dimension(static_cast<elman::Index>(t)) = number(trim(values[t]), row + 1);
      }
      if (dimension.array().isNaN().all()) {
        fail("all values of dimension " + std::to_string(row + 1) + " are missing; expected at least one to fill from");
      }
      fill_missing(dimension, fill_);
    }
    result_.series.push_back(std::move(series));
    result_.labels.push_back(named - result_.names.begin());
  }

  /// NaN for a missing value, if it may be filled.
  float number(std::string_view text, std::size_t dimension) const {
    const std::string where = " in dimension " + std::to_string(dimension);
    const std::string quoted = '\'' + std::string(text) + '\'';
    const auto is_nan = [&] {
      const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
      return std::ranges::equal(text, std::string_view("nan"), same);
    };
    if (text == "?" || is_nan()) {
      if (fill_ == Fill::none) fail("missing value " + quoted + where + "; --fill linear or --fill mean would fill it");
      return std::numeric_limits<float>::quiet_NaN();
    }
    if (text.size() > 1 && text[0] == '0' && std::isdigit(static_cast<unsigned char>(text[1])) != 0) {
      fail(quoted + where + " begins with 0; expected a number with a decimal point, not a comma");
    }
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0;  // what is too small for a float becomes 0
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(static_cast<float>(value))) {
      fail(quoted + where + "; expected a finite number, with a decimal point and commas between numbers");
    }
    return static_cast<float>(value);
  }

  static std::string_view trim(std::string_view text) {
    text.remove_prefix((std::min)(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
  }

  static std::vector<std::string_view> pieces(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end; (end = text.find(separator)) != std::string_view::npos; text.remove_prefix(end + 1)) {
      parts.push_back(text.substr(0, end));
    }
    parts.push_back(text);
    return parts;
  }

  std::string path_;
  Fill fill_;
  std::size_t line_ = 0;
  std::size_t dimensions_ = 0;
  Series result_;
};

}  // namespace example
