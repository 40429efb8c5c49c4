// SPDX-License-Identifier: MIT
//
// The fields of a CSV file: separated, quoted where they must be, a quote in quotes doubled; lines that end in LF or
// CR LF.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// The separator that stands equally often in each of the first lines, outside of quotes; else the one that the first
/// line has most of; else the last of those that are tried.
inline char found_separator(std::string_view text, std::string_view tried) {
  constexpr std::size_t enough = 10;
  std::vector<std::array<std::size_t, 3>> counts(1);  // a line each
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') {
      if (counts.size() == enough) break;
      counts.emplace_back();
    } else if (const auto which = tried.find(c); which != std::string_view::npos) {
      ++counts.back().at(which);
    }
  }
  if (counts.size() > 1 && counts.back() == std::array<std::size_t, 3>{}) counts.pop_back();  // the end, or a cut
  char most = tried.back();
  std::size_t largest = 0;
  for (std::size_t which = 0; which < tried.size(); ++which) {
    const std::size_t first = counts.front().at(which);
    if (first > 0 && std::all_of(counts.begin(), counts.end(), [&](auto& line) { return line.at(which) == first; })) {
      return tried[which];
    }
    if (first > largest) most = tried[which], largest = first;
  }
  return most;
}

/// A text in fields, the same number in each line that has any.
class CsvFields {
 public:
  /// Throws std::runtime_error, with the line, where quotes are not closed or a line has another number of fields.
  CsvFields(const std::string& file, std::string text, std::size_t begin, char separator)
      : text_(std::move(text)), separator_(separator) {
    std::size_t line = 1, blank = 0;
    for (std::size_t at = begin; at < text_.size();) {
      const std::size_t first = line;
      const bool is_blank = at_line_end(at);
      Index count = 0;
      for (bool more = true; more; ++count) {
        read_field(file, at, line);
        more = at < text_.size() && text_[at] == separator_;
        if (more) ++at;
      }
      if (at < text_.size()) ++at, ++line;  // the end of the line
      if (columns_ == 0 && !is_blank) columns_ = count;
      if (is_blank && columns_ != 1) {
        fields_.pop_back();
        if (blank == 0) blank = first;
        continue;
      }
      require_that(blank == 0, file, "line ", blank, " is empty; expected ", columns_,
                   columns_ == 1 ? " field" : " fields");
      require_that(count == columns_, file, "line ", first, " has ", count, count == 1 ? " field" : " fields",
                   "; expected ", columns_, ", as line ", lines_.empty() ? first : lines_.front(), " has");
      lines_.push_back(first);
      if (!is_blank) kept_ = lines_.size();
    }
    lines_.resize(kept_);  // without empty lines at the end
  }

  Index columns() const { return columns_; }
  Index size() const { return static_cast<Index>(lines_.size()); }
  /// Line k of those that have fields, as it is counted in the file, from 1.
  std::size_t line(Index k) const { return lines_[static_cast<std::size_t>(k)]; }
  std::string_view at(Index k, Index column) const {
    const auto& [begin, size] = fields_[static_cast<std::size_t>(k * columns_ + column)];
    return std::string_view(text_).substr(begin, size);
  }

 private:
  bool at_line_end(std::size_t at) const {
    if (at < text_.size() && text_[at] == '\r') ++at;
    return at == text_.size() || text_[at] == '\n';
  }

  /// Ends at a separator, at the end of a line or of the text.
  void read_field(const std::string& file, std::size_t& at, std::size_t& line) {
    if (at < text_.size() && text_[at] == '"') return read_quoted(file, at, line);
    const std::size_t begin = at;
    while (at < text_.size() && text_[at] != separator_ && text_[at] != '\n') ++at;
    const bool ends_line = at == text_.size() || text_[at] == '\n';
    const bool has_return = ends_line && at > begin && text_[at - 1] == '\r';
    fields_.emplace_back(begin, at - begin - (has_return ? 1 : 0));
  }
  /// What was in quotes moves together, as doubled ones become one.
  void read_quoted(const std::string& file, std::size_t& at, std::size_t& line) {
    const std::size_t first = line, begin = ++at;
    std::size_t end = begin;
    for (;;) {
      require_that(at < text_.size(), file, "line ", first, " has a quote that is opened and not closed");
      const char c = text_[at++];
      if (c == '"') {
        if (at == text_.size() || text_[at] != '"') break;
        ++at;
      }
      if (c == '\n') ++line;
      text_[end++] = c;
    }
    fields_.emplace_back(begin, end - begin);
    if (text_.compare(at, 2, "\r\n") == 0 || (at + 1 == text_.size() && text_[at] == '\r')) ++at;
    require_that(at == text_.size() || text_[at] == separator_ || text_[at] == '\n', file, "line ", line,
                 " goes on behind a closing quote: ", in_quotes(std::string_view(text_).substr(at, 20)),
                 "; expected the separator, or quotes in quotes doubled");
  }

  std::string text_;
  char separator_;
  std::vector<std::pair<std::size_t, std::size_t>> fields_;  // begin and size
  std::vector<std::size_t> lines_;
  std::size_t kept_ = 0;
  Index columns_ = 0;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
