// SPDX-License-Identifier: MIT
//
// Labelled multivariate series in the `.ts` text format of the UEA archive (timeseriesclassification.com):
//
//   # a comment
//   @dimensions 3
//   @classLabel true wren robin
//   @data
//   0.1,0.2,0.3:1,2,3:5,5,6:wren         a series: 3 dimensions of 3 steps each, and its class
//
// Series may differ in length. Missing values ('?') and time stamps are refused.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct Series {
  using Matrix = elman::Columns<float, elman::Dynamic>;

  std::vector<std::string> names;  ///< of the classes
  std::vector<Matrix> series;      ///< dimensions × steps each
  std::vector<elman::Index> labels;

  elman::Index dimensions() const { return series.front().rows(); }
  elman::Index label(std::size_t k) const { return labels[k]; }
  void batch(std::span<const std::size_t> indices, elman::Sequences<float, elman::Dynamic>& x) const {
    std::vector<Eigen::Map<const Matrix>> chosen;
    for (const std::size_t k : indices) chosen.emplace_back(series[k].data(), series[k].rows(), series[k].cols());
    x = elman::pack(chosen);
  }
};

/// Puts the series of another file behind those of `data`. Throws
/// std::runtime_error if it has other classes or another number of dimensions.
inline void append(Series& data, const Series& other, const std::string& path) {
  if (other.names != data.names) throw std::runtime_error(path + ": @classLabel names other classes than --train");
  if (other.dimensions() != data.dimensions()) {
    throw std::runtime_error(path + ": " + std::to_string(other.dimensions()) + " dimensions; expected " +
                             std::to_string(data.dimensions()) + " as --train has");
  }
  data.series.insert(data.series.end(), other.series.begin(), other.series.end());
  data.labels.insert(data.labels.end(), other.labels.begin(), other.labels.end());
}

/// A `.ts` file as it is read, line by line.
class SeriesReader {
 public:
  /// Throws std::runtime_error with file, line and what is wrong there.
  static Series read(const std::string& path) { return SeriesReader(path).read(); }

 private:
  explicit SeriesReader(const std::string& path) : path_(path) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw std::runtime_error(path_ + (line_ > 0 ? ", line " + std::to_string(line_) : "") + ": " + message);
  }

  Series read() {
    std::ifstream stream(path_);
    if (!stream) fail("cannot be read");
    bool in_data = false;
    for (std::string line; std::getline(stream, line);) {
      ++line_;
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (line.empty() || line.front() == '#') continue;
      if (in_data) {
        read_series(line);
      } else if (line.front() == '@') {
        in_data = read_header(line);
      } else {
        fail("expected @data before the first series");
      }
    }
    if (line_ == 0) fail("empty");
    line_ = 0;
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
      for (std::string name; words >> name;) result_.names.push_back(name);
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
      for (std::size_t t = 0; t < values.size(); ++t) {
        series(static_cast<elman::Index>(row), static_cast<elman::Index>(t)) = number(trim(values[t]), row + 1);
      }
    }
    result_.series.push_back(std::move(series));
    result_.labels.push_back(named - result_.names.begin());
  }

  float number(std::string_view text, std::size_t dimension) const {
    const std::string where = " in dimension " + std::to_string(dimension);
    if (text == "?") fail("missing value '?'" + where);
    float value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value)) {
      fail("'" + std::string(text) + "'" + where + "; expected a finite number");
    }
    return value;
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
  std::size_t line_ = 0;
  std::size_t dimensions_ = 0;
  Series result_;
};

/// Shifts and scales every dimension to mean 0 and standard deviation 1 over the steps of the chosen series: those
/// that are trained on.
inline void normalise(Series& data, std::span<const std::size_t> chosen) {
  double steps = 0;
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(data.dimensions());
  for (const std::size_t k : chosen) {
    steps += static_cast<double>(data.series[k].cols());
    sum += data.series[k].cast<double>().rowwise().sum().array();
  }
  const Eigen::VectorXd mean = sum / steps;
  Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(data.dimensions());
  for (const std::size_t k : chosen) {
    squares += (data.series[k].cast<double>().colwise() - mean).rowwise().squaredNorm().array();
  }
  const Eigen::ArrayXd deviation = (squares / steps).sqrt();
  const Eigen::VectorXd scale = (deviation > 0).select(deviation.inverse(), 1.0);  // a constant dimension becomes 0
  for (auto& series : data.series) {
    series = (scale.asDiagonal() * (series.cast<double>().colwise() - mean)).cast<float>();
  }
}

}  // namespace example
