// SPDX-License-Identifier: MIT
//
// A page of Markdown as Doxygen reads it: GitHub's anchors as labels, links to pages and to headings as references to
// these, formulas between Doxygen's marks. Links to what Doxygen has no page of, a test or an example, become their
// text. And headers, as it reads these.
#pragma once

#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "documents/anchors.hpp"
#include "documents/declarations.hpp"
#include "documents/library.hpp"
#include "documents/markdown.hpp"
#include "documents/page.hpp"

namespace documents {

/// "docs/zh/a.md" → "docs_zh_a".
inline std::string label_of_page(std::string path) {
  path.erase(path.size() - 3);
  for (char& c : path) c = c == '/' ? '_' : c;
  return path;
}

/// "#error" and "@name", which Doxygen takes for its own; not "page.md#part".
inline bool is_command(const std::string& line, std::size_t at) {
  if (line[at] != '#' && line[at] != '@') return false;
  const bool begins_word = at == 0 || line[at - 1] == ' ' || line[at - 1] == '(';
  const bool is_name = at + 1 < line.size() && std::isalpha(static_cast<unsigned char>(line[at + 1])) != 0;
  return begins_word && is_name && line.compare(at, 5, "@ref ") != 0;
}

/// Formulas: $$ … $$, and $ … $ in a line; what Doxygen takes for commands of its own is escaped; but in
/// `code`.
inline std::string doxygen_line(const std::string& line, bool& in_formula, bool begins_in_code = false) {
  std::string result;
  bool in_code = begins_in_code, in_short_formula = false, is_strong = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char next = at + 1 < line.size() ? line[at + 1] : ' ';
    in_code = in_code != (line[at] == '`' && !in_formula && !in_short_formula);
    if (!in_code && !in_formula && !in_short_formula && line[at] == '*' && next == '*') {
      result += is_strong ? "</b>" : "<b>";  // its own reading of ** leaves out "**(1)**"
      is_strong = !is_strong;
      ++at;
    } else if (!in_code && line[at] == '$' && next == '$') {
      result += in_formula ? "\\f]" : "\\f[";
      in_formula = !in_formula;
      ++at;
    } else if (!in_code && !in_formula && line[at] == '$') {
      result += "\\f$";
      in_short_formula = !in_short_formula;
    } else if (!in_code && !in_formula && !in_short_formula && is_command(line, at)) {
      result += {'\\', line[at]};
    } else {
      result += line[at];
    }
  }
  return result;
}

/// `pages`: all that there are.
inline std::string doxygen_page(const std::string& path, const std::string& text, const std::set<std::string>& pages) {
  std::string result;
  Anchors anchors;
  bool in_formula = false, has_title = false;
  for (const PageLine& line : lines_of_page(text)) {
    if (line.is_code) {
      result += line.text + "\n";
      continue;
    }
    std::string its = line.text;
    for_each_link(its, line.begins_in_code, [&](std::size_t begin, std::size_t end) {
      const std::string target = its.substr(begin, end - begin);
      if (is_elsewhere(target)) return;
      const std::size_t mark = std::min(target.find('#'), target.size());
      const std::string page = path_from(path, target.substr(0, mark));
      const std::size_t open = its.rfind('[', begin);
      if (pages.count(page) > 0) {
        const std::string anchor = mark < target.size() ? "-" + target.substr(mark + 1) : "";
        its.replace(begin, end - begin, "@ref " + label_of_page(page) + anchor);
        for (std::size_t tick = begin; (tick = its.rfind('`', tick)) != its.npos && tick > open;) its.erase(tick, 1);
      } else if (open == 0 || its[open - 1] != '!') {  // no picture
        its.replace(begin - 2, end - begin + 3, "");
        its.erase(open, 1);
      }
    });
    const std::string mark = "<a id=\"";
    for (auto at = its.find(mark); at != its.npos; at = its.find(mark)) {
      const std::size_t end = its.find('"', at + mark.size());
      result += "\\anchor " + label_of_page(path) + "-" + its.substr(at + mark.size(), end - at - mark.size()) + "\n";
      its.erase(at, its.find("</a>", end) + 4 - at);
    }
    its = doxygen_line(its, in_formula, line.begins_in_code);
    const std::string heading = heading_in(line);
    if (!heading.empty()) {
      const std::string anchor = anchors.next(plain_heading(heading));
      its += " {#" + label_of_page(path) + (has_title ? "-" + anchor : "") + "}";
      has_title = true;
    }
    result += its + "\n";
  }
  return result;
}

/// "Eq. 7" is no end of a sentence.
inline std::string without_ends(std::string line) {
  for (const std::string word : {"Eq. ", "Eqs. "}) {
    for (auto at = line.find(word); at != line.npos; at = line.find(word)) line.insert(at + word.size() - 1, "\\");
  }
  return line;
}

/// Name → what Doxygen makes its examples of, from the text of docs/reference.md.
inline std::map<std::string, std::string> example_references(const std::string& reference) {
  std::map<std::string, std::string> references;
  std::string name;
  for (const std::string& line : lines_in(reference)) {
    if (line.compare(0, 6, "#### `") == 0) name = line.substr(6, line.size() - 7);
    if (line.compare(0, 10, "Example: [") != 0) continue;
    for_each_link(line, false, [&](std::size_t begin, std::size_t end) {  // from the last to the first
      const std::string target = line.substr(begin, end - begin);
      const std::size_t mark = std::min(target.find('#'), target.size()), open = line.rfind('[', begin);
      const std::string page = label_of_page(path_from("docs/reference.md", target.substr(0, mark)));
      const std::string label = page + (mark < target.size() ? "-" + target.substr(mark + 1) : "");
      std::string& its = references[name];
      its = "@ref " + label + " \"" + line.substr(open + 1, begin - open - 3) + "\"" + (its.empty() ? "" : ", ") + its;
    });
  }
  return references;
}

/// A header: its first comment is that of the file, and of the class that it is named after, if this has none; without
/// the namespace of the binary interface, which nobody writes. Names have their `examples`, functions the first of a
/// name.
inline std::string doxygen_header(const std::string& path, const std::string& text,
                                  const std::map<std::string, std::string>& examples = {}) {
  const Header header = read_header(path, text);
  std::set<std::size_t> named;                  // lines
  std::map<std::size_t, std::string> shown_in;  // line → its example
  std::set<std::string> seen;
  for (const Declaration& d : header.declarations) {
    const bool is_named = d.kind == Kind::type && is_named_after(header, d) && d.doc.empty();
    if (is_named) named.insert(d.line);
    if (is_shown(d) && examples.count(name_of(d)) > 0 && seen.insert(name_of(d)).second)
      shown_in[d.line] = examples.at(name_of(d));
  }
  std::string result = "/// @file\n";
  bool in_formula = false;
  for (const std::string& line : lines_in(prose(header.comment))) {
    result += "/// " + (line.compare(0, 4, "    ") == 0 ? line : without_ends(doxygen_line(line, in_formula))) + "\n";
  }
  std::size_t number = 0;
  bool in_comment = true;
  for (const std::string& line : lines_in(text)) {
    ++number;
    in_comment = in_comment && line.compare(0, 2, "//") == 0;
    if (in_comment) continue;
    if (named.count(number) > 0) result += "/// @copydoc " + path + "\n";
    if (shown_in.count(number) > 0) result += "///\n/// @par Example\n/// " + shown_in.at(number) + "\n";
    const bool is_abi = line == "inline namespace ELMAN_ABI {" || line == "}  // namespace ELMAN_ABI";
    result += (is_abi ? "" : line.find("///") != line.npos ? without_ends(line) : line) + "\n";
  }
  return result;
}

}  // namespace documents
