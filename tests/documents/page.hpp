// SPDX-License-Identifier: MIT
//
// docs/reference.md and docs/options.md, as text.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/anchors.hpp"
#include "documents/declarations.hpp"
#include "documents/examples.hpp"
#include "documents/library.hpp"
#include "documents/tasks.hpp"

namespace documents {

inline constexpr std::size_t most_columns = 120;

/// Folders and headers of the root, in the order of the page.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 22> rooms{{
    {"cell.hpp", "The cell"},
    {"net.hpp", "Any net"},
    {"net", "What a net has, and is asked"},
    {"layers", "What a net is made of"},
    {"sequences", "Sequences, and which column is which step"},
    {"prepare", "Data before a net sees it"},
    {"random.hpp", "Random numbers"},
    {"init", "Initialisers"},
    {"loss", "Losses"},
    {"optim", "Optimizers"},
    {"model.hpp", "What an optimizer takes"},
    {"train", "Training"},
    {"metrics", "Metrics"},
    {"hooks", "Hooks: penalties in bptt"},
    {"inspect", "Is a gradient right, finite, and alive?"},
    {"deploy", "A trained net in a program"},
    {"io", "Files"},
    {"types.hpp", "Types"},
    {"check.hpp", "Errors"},
    {"version.hpp", "Version"},
    {"standard.hpp", "What standard libraries lack"},
    {"kernels", "Kernels"},
}};

// --- Text ------------------------------------------------------------------------------------------------------------

inline std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
inline std::string escaped(const std::string& text, std::string_view which) {
  std::string result;
  bool is_code = false;
  for (const char c : text) {
    is_code = is_code != (c == '`');
    if (!is_code && which.find(c) != which.npos) result += '\\';
    result += c;
  }
  return result;
}
/// In one line, for a cell of a table.
inline std::string cell_of(const std::string& text) {
  std::string line;
  for (const std::string& part : lines_in(text)) line += (line.empty() ? "" : " ") + trimmed(part);
  std::string result;
  for (const char c : escaped(line, "<>*")) result += c == '|' ? "\\|" : std::string(1, c);
  return result;
}
inline std::string code_cell(const std::string& text) {
  std::string line;
  for (const std::string& part : lines_in(text)) line += (line.empty() ? "" : " ") + trimmed(part);
  std::string result;
  for (const char c : line) result += c == '|' ? "\\|" : std::string(1, c);
  return result.empty() ? "" : "`" + result + "`";
}
/// A header's comment: what is indented there is a block of code.
inline std::string prose(const std::string& comment) {
  std::string text;
  bool was_code = false, was_empty = true;
  for (const std::string& line : lines_in(comment)) {
    const bool is_code = line.compare(0, 2, "  ") == 0;
    if (!line.empty() && is_code != was_code && !was_empty) text += "\n";
    text += line.empty() ? "\n" : is_code ? "  " + line + "\n" : escaped(line, "<>*") + "\n";
    if (!line.empty()) was_code = is_code;
    was_empty = line.empty();
  }
  return trimmed(text).empty() ? "" : text.substr(text.find_first_not_of('\n')) + "\n";
}

// --- Declarations ----------------------------------------------------------------------------------------------------

inline std::string indented(const std::string& text, std::size_t depth) {
  std::string result;
  for (const std::string& line : lines_in(text)) result += std::string(line.empty() ? 0 : depth, ' ') + line + "\n";
  return result;
}

/// With its comments and its public members.
inline std::string listing(const Declaration& d, std::size_t depth) {
  if (!is_shown(d) || d.text.empty()) return "";
  const bool is_enumerator = d.kind == Kind::enumerator;
  std::string end = is_enumerator ? "," : ";", doc;
  for (const std::string& line : lines_in(d.doc)) doc += "/// " + line + "\n";
  std::string text = d.text;
  if (d.has_body) {
    text += " {\n";
    const std::size_t begin = text.size();
    for (const Declaration& m : d.members) {
      const std::string its = listing(m, 2);
      if (m.is_apart && !its.empty() && text.size() > begin) text += "\n";
      text += its;
    }
    return indented(doc + text + "};", depth);
  }
  const bool is_short = lines_in(d.doc).size() == 1 && text.find('\n') == text.npos;
  if (is_short && depth + text.size() + d.doc.size() + 7 <= most_columns &&
      (d.kind == Kind::variable || is_enumerator)) {
    return indented(text + end + "  ///< " + d.doc, depth);
  }
  return indented(doc + text + end, depth);
}

using Links = std::map<std::string, std::string>;  ///< name → page#anchor

inline std::string link_to(const Links& links, const std::string& name) {
  return "[`" + name + "`](" + links.at(name) + ")";
}

/// The headers of a room.
inline std::vector<const Header*> headers_in(std::string_view room, const std::vector<Header>& library) {
  std::vector<const Header*> headers;
  for (const Header& header : library) {
    if (folder_of(header.path) == room) headers.push_back(&header);
  }
  return headers;
}
/// Throws if a header is in none.
inline void check_rooms(const std::vector<Header>& library) {
  for (const Header& header : library) {
    const auto is_its = [&](const auto& room) { return room.first == folder_of(header.path); };
    if (std::none_of(rooms.begin(), rooms.end(), is_its)) {
      throw std::runtime_error("tests/documents/page.hpp: rooms lacks that of " + header.path);
    }
  }
}

// --- The pages -------------------------------------------------------------------------------------------------------

inline std::string heading_of(const Header& header) { return "elman/" + header.path; }

/// Where names and headers are found in the reference; with the name of the page in front.
inline Links links_of(const std::vector<Header>& library, const std::string& page) {
  Links links;
  Anchors anchors;
  for (const char* heading : {"Reference", "By task", "By header"}) anchors.next(heading);
  for (const auto& [room, title] : rooms) {
    const auto headers = headers_in(room, library);
    if (!headers.empty()) anchors.next(title);
    for (const Header* header : headers) {
      links[heading_of(*header)] = page + "#" + anchors.next(heading_of(*header));
      for (const Declaration& d : header->declarations) {
        if (is_shown(d) && !d.text.empty() && links.count(name_of(d)) == 0)
          links[name_of(d)] = page + "#" + anchors.next(name_of(d));
      }
    }
  }
  return links;
}

inline std::string index_by_task(const Links& links) {
  std::string text = "| to | there is |\n|---|---|\n";
  for (const auto& [task, names] : tasks()) {
    text += "| " + task + " |";
    for (const std::string& name : names) {
      if (links.count(name) == 0) throw std::runtime_error("tests/documents/tasks.hpp: no header has " + name);
      text += (name == names.front() ? " " : ", ") + link_to(links, name);
    }
    text += " |\n";
  }
  return text;
}

/// "Example: [a heading](cookbook.md#a-heading), [another](training.md#another)" of a name that has some.
inline std::string example_line(const Examples& examples, const std::string& name) {
  const auto place = examples.find(name);
  if (place == examples.end()) return "";
  std::string line;
  for (const Example& its : place->second) {
    const std::string anchor = its.anchor.empty() ? "" : "#" + its.anchor;
    line += (line.empty() ? "Example: [" : ", [") + escaped(its.heading, "<>*") + "](" + its.page + anchor + ")";
  }
  return line + "\n\n";
}

inline std::string reference_page(const std::vector<Header>& library, const Examples& examples) {
  check_rooms(library);
  const Links links = links_of(library, "");
  std::string text, contents;
  std::set<std::string> seen;
  for (const auto& [room, title] : rooms) {
    const auto headers = headers_in(room, library);
    if (!headers.empty()) text += "## " + std::string(title) + "\n\n";
    for (const Header* header : headers) {
      text += "### " + heading_of(*header) + "\n\n" + prose(header->comment);
      std::string names;
      for (const Declaration& first : header->declarations) {
        const std::string name = name_of(first);
        if (!is_shown(first) || first.text.empty() || !seen.insert(name).second) continue;
        names += (names.empty() ? "" : ", ") + link_to(links, name);
        text += "#### `" + name + "`\n\n```cpp\n";
        for (const Declaration& d : header->declarations) {  // overloads too
          if (!is_shown(d) || name_of(d) != name) continue;
          if (&d != &first) text += "\n";
          text += listing(d, 0);
        }
        text += "```\n\n" + example_line(examples, name);
      }
      contents += "| [" + header->path + "](" + links.at(heading_of(*header)) + ") | " + names + " |\n";
    }
  }
  return "# Reference\n\n"
         "Every public name of the headers, with the comment that stands there, and of classes what is public. What is "
         "told by name, `{.name = value}`,\nhas [a page of tables](options.md) too. Names are in the namespace "
         "`elman`. "
         "Letters and shapes: [notation.md](notation.md); numbers in brackets: the\nequations of [math.md](math.md). "
         "**Example** leads to headings with a listing that a test compiles and runs: one that says the name, a short "
         "one first, and one of another\npage if there is; or else one that gets it from what it says, as options in "
         "braces, what a function returns, or a base. This page is made\nfrom the headers and these listings: `cmake "
         "--build build --target reference`.\n\n"
         "## By task\n\n" +
         index_by_task(links) + "\n## By header\n\n| elman/… | names |\n|---|---|\n" + contents + "\n" + text;
}

/// "; one of `sum`, `mean`" of a field whose type is an enumeration; else nothing.
inline std::string values_of(const Declaration& field, const std::vector<Header>& library) {
  const std::string name = field.type.substr(field.type.rfind(':') + 1);  // npos + 1 is 0
  const std::string doc = trimmed(field.doc);
  std::string values;
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) {
      if (d.kind != Kind::enumeration || !is_shown(d) || d.name != name) continue;
      for (const Declaration& value : d.members) values += (values.empty() ? "`" : ", `") + value.name + "`";
    }
  }
  return values.empty() ? "" : (!doc.empty() && doc.back() == '.' ? " One of " : "; one of ") + values;
}

/// Who says the name of a struct in its declaration.
inline std::string takers_of(const Declaration& options, const std::vector<Header>& library, const Links& links) {
  std::string takers;
  std::set<std::string> seen{name_of(options)};
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) {
      if (!is_shown(d) || d.text.empty()) continue;
      bool takes = (d.kind == Kind::function || d.kind == Kind::alias) && has_word(d.text, options.name);
      for (const Declaration& m : d.members) takes = takes || (is_shown(m) && has_word(m.text, options.name));
      if (takes && seen.insert(name_of(d)).second) takers += (takers.empty() ? "" : ", ") + link_to(links, name_of(d));
    }
  }
  return takers;
}

inline std::string options_page(const std::vector<Header>& library) {
  const Links links = links_of(library, "reference.md");
  Anchors anchors;
  anchors.next("Options");
  std::string text, contents;
  for (const auto& [room, title] : rooms) {
    std::string names;
    for (const Header* header : headers_in(room, library)) {
      for (const Declaration& d : header->declarations) {
        if (!is_of_options(d)) continue;
        if (names.empty()) text += "## " + std::string(title) + "\n\n", anchors.next(title);
        names += (names.empty() ? "" : ", ") + link_to({{name_of(d), "#" + anchors.next(name_of(d))}}, name_of(d));
        const std::string takers = takers_of(d, library, links);
        text += "### `" + name_of(d) + "`\n\n" + prose(d.doc);
        text += "In [" + heading_of(*header) + "](" + links.at(heading_of(*header)) + ")";
        text += (takers.empty() ? "" : "; for " + takers) + ".\n\n";
        text += "| field | type | default | what it is |\n|---|---|---|---|\n";
        for (const Declaration& m : d.members) {
          if (!is_field(m)) continue;
          text += "| `" + m.name + "` | " + code_cell(m.type) + " | " + code_cell(m.value) + " | " + cell_of(m.doc) +
                  values_of(m, library) + " |\n";
        }
        text += "\n";
      }
    }
    if (!names.empty()) contents += "| " + std::string(title) + " | " + names + " |\n";
  }
  return "# Options\n\n"
         "Every struct that is told by name, `{.epochs = 30, .clip_norm = 1.0}`, and those that callbacks and "
         "results "
         "are made of: each field\nwith its default and its range. What is out of range throws when what takes it is "
         "made, with "
         "name, number and range in the message.\nAll else: [reference.md](reference.md). This page is made from the "
         "headers: "
         "`cmake --build build --target reference`.\n\n| | |\n|---|---|\n" +
         contents + "\n" + text;
}

}  // namespace documents
