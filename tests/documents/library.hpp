// SPDX-License-Identifier: MIT
//
// What the headers of include/elman offer: every name that stands in no namespace detail.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "documents/declarations.hpp"
#include "support/folder.hpp"

namespace documents {

struct Header {
  std::string path;     ///< below include/elman
  std::string comment;  ///< the lines with which it begins
  std::vector<Declaration> declarations;
};

inline Header read_header(const std::string& path, const std::string& text) {
  Header header{path, "", HeaderReader(text).declarations()};
  std::istringstream in(text);
  for (std::string line; std::getline(in, line) && line.compare(0, 2, "//") == 0;) {
    if (line.find("SPDX") == line.npos) header.comment += (line.size() > 3 ? line.substr(3) : "") + "\n";
  }
  return header;
}

inline bool is_shown(const Declaration& d) { return d.is_public && !d.name.empty(); }

/// The headers of a folder that have public names, by their paths.
inline std::vector<Header> read_library(const std::filesystem::path& folder) {
  std::map<std::string, Header> headers;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    if (entry.path().extension() != ".hpp") continue;
    headers[path] = read_header(path, content(entry.path()));
  }
  std::vector<Header> library;
  for (auto& [path, header] : headers) {
    if (std::any_of(header.declarations.begin(), header.declarations.end(), is_shown))
      library.push_back(std::move(header));
  }
  return library;
}

/// "train::Loop": without elman.
inline std::string name_of(const Declaration& d) {
  return (d.scope.size() > 5 ? d.scope.substr(7) + "::" : "") + d.name;
}
inline std::string folder_of(const std::string& path) {
  return path.substr(0, (std::min)(path.find('/'), path.size()));
}

inline bool is_field(const Declaration& d) {
  return d.kind == Kind::variable && is_shown(d) && d.text.compare(0, 7, "static ") != 0 &&
         d.text.compare(0, 9, "template ") != 0;
}
/// A struct that is made as {.name = value}: of fields alone that all have defaults, or of options.
inline bool is_of_options(const Declaration& d) {
  bool has_fields = false, has_all_defaults = true;
  for (const Declaration& m : d.members) {
    has_fields = has_fields || is_field(m);
    has_all_defaults = has_all_defaults && (!is_field(m) || !m.value.empty());
    const bool is_constructor =
        m.kind == Kind::function && (m.name == d.name || m.text.compare(0, d.name.size() + 1, d.name + "(") == 0);
    if (is_constructor || (m.kind == Kind::variable && !m.is_public)) return false;
  }
  const bool is_called_so = d.name.size() > 7 && d.name.compare(d.name.size() - 7, 7, "Options") == 0;
  const bool is_derived = d.text.find(" : ") != d.text.npos;
  return d.kind == Kind::type && is_shown(d) && has_fields && (is_called_so || has_all_defaults) && !is_derived;
}

// --- What has no comment ---------------------------------------------------------------------------------------------

inline bool has_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

/// "TimeSplit" and "time_split" as "timesplit".
inline std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

/// "CrossEntropy" in cross_entropy.hpp.
inline bool is_named_after(const Header& header, const Declaration& d) {
  return plain_name(d.name) + ".hpp" == plain_name(header.path.substr(header.path.rfind('/') + 1));
}

/// A line for each public name without a comment. One has a comment if there is one beside it or beside another of that
/// name in the same place, if the header's says the name, or if the header is named after it. XOptions, XState and
/// XTape are said by X; functions, aliases and constants share a comment that stands in front of the first, if no empty
/// line parts them. Members may have it from their family: the class, or another class of the folder with such a
/// member. Constructors, operators, aliases of a class, what only gives back what it is named after, "f() const", and
/// what a base has already need none; each field of options needs its own.
inline std::string undocumented(const std::vector<Header>& library) {
  std::map<std::string, std::string> family;  // folder → what its headers say, and names with comments
  std::set<std::string> documented, plain_names;
  const auto add = [&](const auto& self, const std::string& folder, const std::vector<Declaration>& all) -> void {
    bool shares = false;
    for (const Declaration& d : all) {
      if (!is_shown(d)) continue;
      plain_names.insert(plain_name(d.name));
      const bool may_share =
          d.kind == Kind::function || d.kind == Kind::alias || d.text.find("constexpr ") != d.text.npos;
      shares = !d.doc.empty() || (shares && !d.is_apart && may_share);
      if (shares) documented.insert(name_of(d)), family[folder] += d.name + "\n" + d.doc;
      self(self, folder, d.members);
    }
  };
  for (const Header& header : library) {
    family[folder_of(header.path)] += header.comment;
    add(add, folder_of(header.path), header.declarations);
  }
  const auto is_said_by_owner = [&](const std::string& name) {
    for (const std::string_view end : {"Options", "State", "Tape"}) {
      const bool ends_so = name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
      if (ends_so && plain_names.count(plain_name(name.substr(0, name.size() - end.size()))) > 0) return true;
    }
    return false;
  };
  const auto has_comment = [&](const Header& header, const Declaration* of, const Declaration& d) {
    if (documented.count(name_of(d)) > 0) return true;
    if (of && is_field(d) && is_of_options(*of)) return false;
    if (has_word(header.comment, d.name) || is_said_by_owner(d.name)) return true;
    if (!of) return is_named_after(header, d);
    if (d.name == of->name || d.name.compare(0, 8, "operator") == 0 || d.kind == Kind::alias) return true;
    if (d.kind == Kind::function && (d.text.find("() const") != d.text.npos || has_word(d.text, "override")))
      return true;
    if (d.kind == Kind::enumerator && !of->doc.empty()) return true;
    return has_word(family.at(folder_of(header.path)), d.name);
  };
  std::string faults;
  const auto check = [&](const auto& self, const Header& header, const Declaration* of, const Declaration& d) -> void {
    if (!is_shown(d)) return;
    for (const Declaration& m : d.members) self(self, header, &d, m);
    if (has_comment(header, of, d)) return;
    faults += header.path + ":" + std::to_string(d.line) + ": " + name_of(d) + " has no comment\n";
  };
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) check(check, header, nullptr, d);
  }
  return faults;
}

/// A line for each number among options whose comment says no range: "at least 1", "in [0, 1)", "any".
inline std::string without_range(const std::vector<Header>& library) {
  std::string faults;
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) {
      if (!is_of_options(d) || d.name.find("Options") == d.name.npos) continue;
      for (const Declaration& m : d.members) {
        const bool is_number = m.type == "double" || m.type == "Index" || m.type == "std::optional<double>" ||
                               m.type == "std::optional<Index>";
        const auto says = [&](const char* words) { return m.doc.find(words) != m.doc.npos; };
        const bool has_range = says("at least ") || says("above ") || says("in [") || says("in (") || says("finite") ||
                               says("from ") || says("any");
        if (!is_field(m) || !is_number || has_range) continue;
        faults += header.path + ":" + std::to_string(m.line) + ": " + name_of(m) + " has no range\n";
      }
    }
  }
  return faults;
}

}  // namespace documents
