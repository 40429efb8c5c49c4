// SPDX-License-Identifier: MIT
//
// Blocks of the documents; listings: a block of C++ between fences, and the text behind it that it prints.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "documents/markdown.hpp"
#include "support/folder.hpp"

namespace documents {

using Lines = std::vector<std::string>;

inline const std::filesystem::path root = ELMAN_SOURCE_DIR;

/// Without the blanks that they begin with: a listing stands further left than in the test that compiles it.
inline Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line.substr((std::min)(line.find_first_not_of(' '), line.size())));
  }
  return lines;
}

inline std::vector<Block> blocks_in(const std::string& document) { return blocks_of(content(root / document)); }

struct Listing {
  std::size_t line = 0;  ///< of the fence
  Lines code;
  std::string prints = {};   ///< the ```text block behind it, before anything else; empty: none
  std::string heading = {};  ///< that it stands under, without #
};

/// The ```cpp blocks of a document.
inline std::vector<Listing> listings_in(const std::string& document) {
  std::vector<Listing> listings;
  std::string before;
  for (const Block& block : blocks_in(document)) {
    if (block.language == "cpp") listings.push_back({block.line, lines_of(block.text), {}, block.heading});
    if (block.language == "text" && block.is_next && before == "cpp") listings.back().prints = block.text;
    before = block.language;
  }
  return listings;
}

/// The lines of the ```bash blocks of a document.
inline Lines commands_in(const std::string& document) {
  Lines commands;
  for (const Block& block : blocks_in(document)) {
    if (block.language != "bash") continue;
    for (const std::string& line : lines_of(block.text)) commands.push_back(line);
  }
  return commands;
}

/// The number that a heading begins with: "3.1" of "3.1 By hand", "4." of "4. A net"; "" if there is none.
inline std::string number_of(const std::string& heading) {
  return heading.substr(0, (std::min)(heading.find_first_not_of(".0123456789"), heading.size()));
}

inline bool stands_in(const Lines& code, const Lines& source) {
  return std::search(source.begin(), source.end(), code.begin(), code.end()) != source.end();
}

/// Whether both have the same words, and numbers that differ by no more than one in the last place that is printed:
/// round-off differs between compilers, and grows while a net is trained.
inline bool are_alike(const std::string& printed, const std::string& expected) {
  std::istringstream all(printed), right(expected);
  const auto unit_of = [](const std::string& word) {
    const std::size_t point = word.find('.');
    return point == std::string::npos ? 1.0 : std::pow(0.1, static_cast<double>(word.size() - point - 1));
  };
  for (std::string a, b; true;) {
    const bool has_word = static_cast<bool>(all >> a), has_other = static_cast<bool>(right >> b);
    if (!has_word || !has_other) return has_word == has_other;
    std::size_t read_a = 0, read_b = 0;
    double number = 0, other = 0;
    try {
      number = std::stod(a, &read_a);
      other = std::stod(b, &read_b);
    } catch (const std::exception&) {
      read_a = 0;
    }
    const bool are_numbers = read_a == a.size() && read_b == b.size();
    if (are_numbers ? std::abs(number - other) > 1.01 * unit_of(b) : a != b) return false;
  }
}

/// What the documents say that the listing prints which begins so. Throws if there is none of that beginning.
inline std::string printed_by(const std::string& document, const std::string& begin) {
  for (const Listing& listing : listings_in(document)) {
    if (listing.code.front() == begin) return listing.prints;
  }
  throw std::runtime_error(document + ": has no listing that begins with " + begin);
}

struct Printed {
  std::string heading, text;
};

/// What a program prints, by the lines "## heading" that it prints too.
inline std::vector<Printed> by_heading(const std::string& text) {
  std::vector<Printed> printed;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("## ", 0) == 0) {
      printed.push_back({line.substr(3), {}});
    } else if (!printed.empty()) {
      printed.back().text += line + "\n";
    }
  }
  return printed;
}

/// What a document says that its listings print, with the heading that each stands under.
inline std::vector<Printed> printed_by_heading(const std::string& document) {
  std::vector<Printed> printed;
  for (const Listing& listing : listings_in(document)) {
    if (!listing.prints.empty()) printed.push_back({listing.heading, listing.prints});
  }
  return printed;
}

}  // namespace documents
