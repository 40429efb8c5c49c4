// SPDX-License-Identifier: MIT
//
// The words of a piece of C++: names, and whether they are called, members of something, fields of options, or types
// that it makes itself. Comments, directives and strings have none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "documents/declarations.hpp"

namespace documents {

/// What a piece of C++ says, and how.
struct Words {
  std::set<std::string> names;    ///< "Net", "train::Moment", "train::Moment::epoch"; without elman::
  std::set<std::string> calls;    ///< of these, what "(", "<" or "{" stands behind
  std::set<std::string> members;  ///< behind ".", "->" and "::"
  std::set<std::string> fields;   ///< {.rate = 0.1}
  std::set<std::string> own;      ///< types that it makes itself, and parameters of templates
};

/// "train::Moment::epoch" that begins at `at`, as its parts; `at` is behind it then.
inline std::vector<std::string> chain_at(const std::string& code, std::size_t& at) {
  std::vector<std::string> parts{""};
  for (; at < code.size(); ++at) {
    if (is_word(code[at])) {
      parts.back() += code[at];
    } else if (code.compare(at, 2, "::") == 0 && at + 2 < code.size() && is_word(code[at + 2])) {
      parts.emplace_back();
      ++at;
    } else {
      break;
    }
  }
  return parts;
}

inline Words words_of(const std::string& text) {
  const std::string code = HeaderReader::code_of(text);
  const std::set<std::string> makers{"class", "struct", "using", "concept"};
  Words words;
  std::string before;  // the word in front, if nothing but blanks is between
  for (std::size_t at = 0; at < code.size();) {
    if (!is_word(code[at])) {
      if (code[at] != ' ' && code[at] != '\n') before.clear();
      ++at;
      continue;
    }
    const std::string in_front = code.substr(at < 2 ? 0 : at - 2, (std::min)(at, std::size_t{2}));
    const bool is_member = in_front.ends_with(".") || in_front == "->" || in_front == "::";
    std::vector<std::string> parts = chain_at(code, at);
    const bool is_elman = parts.front() == "elman" && parts.size() > 1 && !is_member;
    if (is_elman) parts.erase(parts.begin());
    const std::size_t next = (std::min)(code.find_first_not_of(" \n", at), code.size());
    const std::string behind = code.substr(next, 2);
    if (parts.size() == 1 && makers.count(before) > 0) words.own.insert(parts.front());
    if (parts.size() == 1 && in_front.ends_with(".") && behind.starts_with("=") && behind != "==")
      words.fields.insert(parts.front());
    std::string chain;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      chain += (k == 0 ? "" : "::") + parts[k];
      if (is_member || k > 0) words.members.insert(parts[k]);
      if (!is_member && (is_elman || words.own.count(parts.front()) == 0)) words.names.insert(chain);
    }
    if (behind.find_first_of("(<{") == 0 && words.names.count(chain) > 0 && !is_member) words.calls.insert(chain);
    before = parts.size() == 1 ? parts.front() : "";
  }
  return words;
}

}  // namespace documents
