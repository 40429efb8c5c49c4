// SPDX-License-Identifier: MIT
//
// The series that forecast tells the future of: columns of a CSV file, one of those that Debian's python3-statsmodels
// brings along, or one that is made.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <elman/io/csv.hpp>
#include <filesystem>
#include <map>
#include <numbers>
#include <string>
#include <vector>

namespace example {

struct SeriesSource {
  std::string data, name;                 ///< a file, or one of known_series, or neither
  std::vector<std::string> columns = {};  ///< by name or number; none: the last
  elman::io::CsvFill fill = elman::io::CsvFill::refuse;
  bool decimal_comma = false;
};

struct LongSeries {
  std::string what;                                     ///< for people
  elman::Columns<double, elman::Dynamic> numbers = {};  ///< 1 × T
};

inline const std::string statsmodels = "/usr/lib/python3/dist-packages/statsmodels/datasets/";

/// Yearly sunspots; weekly carbon dioxide in the air of Mauna Loa, in which weeks are missing; monthly temperatures of
/// the Pacific, a year a line.
inline const std::map<std::string, SeriesSource>& known_series() {
  using elman::io::CsvFill;
  static const std::map<std::string, SeriesSource> known{
      {"sunspots", {statsmodels + "sunspots/sunspots.csv", "sunspots", {"SUNACTIVITY"}}},
      {"co2", {statsmodels + "co2/co2.csv", "co2", {"co2"}, CsvFill::linear}},
      {"elnino",
       {statsmodels + "elnino/elnino.csv",
        "elnino",
        {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}},
      {"made", {"", "made"}}};
  return known;
}

/// A wave that grows and shrinks and is never quite the same, with noise on it.
inline LongSeries made_series(std::size_t steps = 600) {
  elman::Random random{1};
  LongSeries series{"a series that is made: a wave of 17 steps, its height another of 61, and noise"};
  series.numbers.resize(1, static_cast<elman::Index>(steps));
  for (elman::Index t = 0; t < series.numbers.cols(); ++t) {
    const double turns = 2 * std::numbers::pi * static_cast<double>(t);
    series.numbers(0, t) = 20 + 8 * std::sin(turns / 17) * (1 + 0.6 * std::sin(turns / 61)) + 0.3 * random.normal();
  }
  return series;
}

/// Several columns are one series, read line by line. Throws std::runtime_error as elman::io::CsvTable does.
inline LongSeries read_series(const SeriesSource& source) {
  if (source.data.empty()) {
    const bool is_there = source.name.empty() && std::filesystem::exists(known_series().at("sunspots").data);
    return is_there ? read_series(known_series().at("sunspots")) : made_series();
  }
  const elman::io::CsvTable table =
      elman::io::read_csv(source.data, {.decimal_comma = source.decimal_comma, .fill = source.fill});
  std::vector<elman::io::CsvColumn> columns;
  for (const std::string& column : source.columns) {
    const bool is_number = column.size() < 10 && column.find_first_not_of("0123456789") == std::string::npos;
    const bool is_name = std::ranges::find(table.names(), column) != table.names().end();
    if (is_number && !is_name && !column.empty()) {
      columns.emplace_back(std::stoi(column));
    } else {
      columns.emplace_back(column);
    }
  }
  if (columns.empty()) columns.emplace_back(table.columns() - 1);
  const auto numbers = table.matrix<double>(columns);
  elman::Index missing = 0;
  for (const auto& column : columns) missing += table.missing(column);
  LongSeries series{source.data, numbers.reshaped(1, numbers.size())};
  if (missing > 0) series.what += ", " + std::to_string(missing) + " missing values filled";
  return series;
}

inline void add_series_options(CLI::App& app, SeriesSource& source) {
  static const std::map<std::string, elman::io::CsvFill> fills{{"refuse", elman::io::CsvFill::refuse},
                                                               {"previous", elman::io::CsvFill::previous},
                                                               {"linear", elman::io::CsvFill::linear}};
  CLI::Option* const data = app.add_option("--data", source.data, "CSV file with the series");
  app.add_option("--column", source.columns,
                 "Its column, by name or number (from 0); of several the numbers are read line by line. Default: the "
                 "last")
      ->needs(data);
  app.add_option("--fill", source.fill,
                 "What stands where values are missing: previous, linear (between its neighbours), or refuse: none may "
                 "be missing")
      ->transform(CLI::CheckedTransformer(fills))
      ->option_text("refuse|previous|linear=refuse")
      ->default_str("refuse")
      ->needs(data);
  app.add_flag("--decimal-comma", source.decimal_comma, "Numbers of the file have decimal commas")->needs(data);
  app.add_option("--series", source.name,
                 "Without a file: sunspots (yearly), co2 (weekly) or elnino (monthly), of Debian's "
                 "python3-statsmodels, or made. Default: sunspots if it is installed, else made")
      ->check(CLI::IsMember({"sunspots", "co2", "elnino", "made"}))
      ->excludes(data);
}

/// What the options say, with the file of a series that has a name.
inline SeriesSource chosen_source(const SeriesSource& source) {
  return source.name.empty() ? source : known_series().at(source.name);
}

}  // namespace example
