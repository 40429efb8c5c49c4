// SPDX-License-Identifier: MIT
//
// Names in the code of documents: those that look like elman's must be.
//
//   train::Loop, elman::optim::Adam, Leaky::time_constants     a namespace or a type of the headers, and what is in it
//   {.learning_rate = 1e-3, .amsgrad = true}                   fields of options
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "documents/declarations.hpp"
#include "documents/library.hpp"
#include "documents/markdown.hpp"

namespace documents {

struct Names {
  std::set<std::string> all;     ///< "train::Loop", "train::Loop::run"
  std::set<std::string> spaces;  ///< "train"
  std::set<std::string> types;   ///< "Loop": their last part
  std::set<std::string> members, fields;
};

inline Names names_of(const std::vector<Header>& library) {
  // Targets of CMake, which look like it.
  Names names{{"elman", "io", "compiled"}, {}, {}, {}, {}};
  const auto add = [&](const auto& self, const Declaration& d, bool is_member) -> void {
    if (d.name.empty()) return;
    names.all.insert(name_of(d));
    if (d.kind == Kind::type || d.kind == Kind::alias || d.kind == Kind::enumeration) names.types.insert(d.name);
    if (is_member) names.members.insert(d.name);
    if (is_member && d.kind == Kind::variable) names.fields.insert(d.name);
    for (const Declaration& m : d.members) self(self, m, true);
  };
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) {
      add(add, d, false);
      if (d.is_public && d.scope.size() > 5) names.spaces.insert(d.scope.substr(7));
    }
  }
  return names;
}

/// The pieces of a line that are code.
inline std::vector<std::string> code_in(const PageLine& line) {
  if (line.is_code) {
    return line.language.empty() || line.language == "cpp" ? std::vector<std::string>{line.text}
                                                           : std::vector<std::string>{};
  }
  std::vector<std::string> pieces;
  bool is_code = line.begins_in_code;
  for (std::size_t at = 0; at <= line.text.size(); is_code = !is_code) {
    const std::size_t end = std::min(line.text.find('`', at), line.text.size());
    if (is_code) pieces.push_back(line.text.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

/// "train::Loop", "elman::train::Loop" and the like in a piece of code, without the namespace of the binary interface.
inline std::vector<std::string> qualified_names_in(const std::string& code) {
  std::vector<std::string> chains;
  for (std::size_t at = 0; at < code.size();) {
    if (!is_word(code[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    std::vector<std::string> parts{""};
    while (end < code.size()) {
      if (is_word(code[end])) {
        parts.back() += code[end++];
      } else if (code.compare(end, 2, "::") == 0 && end + 2 < code.size() && is_word(code[end + 2])) {
        parts.emplace_back();
        end += 2;
      } else {
        break;
      }
    }
    const bool is_global = at >= 2 && code.compare(at - 2, 2, "::") == 0;  // "…::detail"
    at = end;
    if (is_global || parts.size() < 2) continue;
    std::string chain;
    if (parts.front() == "elman") {
      parts.erase(parts.begin());
      if (parts.front().compare(0, 2, "v0") == 0) parts.erase(parts.begin());
      chain = "elman";
    }
    for (const std::string& part : parts) chain += (chain.empty() ? "" : "::") + part;
    chains.push_back(chain);
  }
  return chains;
}

inline bool is_name(const Names& names, std::string chain) {
  const bool is_elman = chain.compare(0, 7, "elman::") == 0;
  if (is_elman) chain.erase(0, 7);
  const std::size_t first = chain.find("::"), last = chain.rfind("::");
  if (names.all.count(chain) > 0 || chain.compare(0, 8, "detail::") == 0) return true;
  if (first == chain.npos) return !is_elman;
  const std::string owner = chain.substr(0, last);
  const std::size_t before = owner.rfind("::");
  const std::string type = before == owner.npos ? owner : owner.substr(before + 2);
  const bool is_ours =
      is_elman || names.spaces.count(chain.substr(0, first)) > 0 || names.types.count(chain.substr(0, first)) > 0;
  if (!is_ours) return true;  // std::vector, or a struct of a program's own
  // What a type has may be a base's, or another's that it is an alias of.
  return names.spaces.count(owner) == 0 && names.types.count(type) > 0 &&
         names.members.count(chain.substr(last + 2)) > 0;
}

/// The names behind "{." and ", .", in front of "=".
inline std::vector<std::string> fields_in(const std::string& code) {
  std::vector<std::string> fields;
  for (std::size_t at = code.find('.'); at != code.npos; at = code.find('.', at + 1)) {
    const std::size_t before = at == 0 ? code.npos : code.find_last_not_of(' ', at - 1);
    if (before != code.npos && code[before] != '{' && code[before] != ',') continue;
    std::size_t end = at + 1;
    while (end < code.size() && is_word(code[end])) ++end;
    const std::size_t next = code.find_first_not_of(' ', end);
    if (end > at + 1 && next != code.npos && code[next] == '=') fields.push_back(code.substr(at + 1, end - at - 1));
  }
  return fields;
}

/// A line for each name in code that looks like elman's and is not.
inline std::string unknown_names(const Pages& pages, const Names& names) {
  std::string faults;
  for (const auto& [path, text] : pages) {
    std::size_t number = 0;
    for (const PageLine& line : lines_of_page(text)) {
      ++number;
      for (const std::string& code : code_in(line)) {
        const std::string where = path + ":" + std::to_string(number) + ": no header has ";
        for (const std::string& chain : qualified_names_in(code)) {
          if (!is_name(names, chain)) faults += where + chain + "\n";
        }
        for (const std::string& field : fields_in(code)) {
          if (names.fields.count(field) == 0) faults += where + "an option ." + field + "\n";
        }
      }
    }
  }
  return faults;
}

}  // namespace documents
