// SPDX-License-Identifier: MIT
//
// Pages of Markdown: which lines are code, headings with their anchors, links; and whether what they lead to is there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "documents/anchors.hpp"

namespace documents {

using Pages = std::map<std::string, std::string>;  ///< path from the root, "docs/math.md" → text

struct PageLine {
  std::string text;
  bool is_code = false;         ///< between fences, a fence, or indented
  std::string language = {};    ///< of the fence
  bool begins_in_code = false;  ///< behind a tick of the line before
};

inline std::vector<PageLine> lines_of_page(const std::string& text) {
  std::vector<PageLine> lines;
  std::string fence, language;
  bool may_indent = true, in_list = false, in_code = false;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const bool is_fence = line.compare(begin, 3, "```") == 0;
    if (is_fence && fence.empty()) {
      fence = "```";
      language = line.substr(begin + 3);
      lines.push_back({line, true, language});
    } else if (!fence.empty()) {
      lines.push_back({line, true, language});
      if (is_fence) fence.clear();
    } else {
      const std::size_t least = in_list ? 6 : 4;  // further in than the text of a list
      const bool is_indented = begin >= least && begin < line.size() && may_indent;
      in_code = in_code && begin < line.size();  // of a paragraph
      lines.push_back({line, is_indented, "", in_code});
      if (!is_indented) in_code = in_code != (std::count(line.begin(), line.end(), '`') % 2 == 1);
      may_indent = begin == line.size() || is_indented;
      if (begin < line.size() && !is_indented) {
        in_list = line.compare(begin, 2, "- ") == 0 || (in_list && begin > 0);
      }
    }
  }
  return lines;
}

/// The text of a heading, without its marks; nothing: the line is none.
inline std::string heading_in(const PageLine& line) {
  const std::size_t marks = line.text.find_first_not_of('#');
  if (line.is_code || marks == 0 || marks == line.text.npos || line.text[marks] != ' ') return "";
  return line.text.substr(marks + 1);
}
/// What is read of it: code without its ticks, of links their text.
inline std::string plain_heading(const std::string& heading) {
  std::string plain;
  for (std::size_t at = 0; at < heading.size(); ++at) {
    if (heading.compare(at, 2, "](") == 0) {
      at = std::min(heading.find(')', at), heading.size());
    } else if (heading[at] != '`' && heading[at] != '[') {
      plain += heading[at];
    }
  }
  return plain;
}

/// Code of a page, or what is printed: between fences, or indented.
struct Block {
  std::size_t line = 0;         ///< of the fence, or the first
  std::string language;         ///< of the fence; "": indented, or none is said
  std::string heading, anchor;  ///< that it stands under, without #; no anchor: the page's title
  bool is_next = false;         ///< nothing but blanks since the block before
  std::string text = {};
};

inline std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  Anchors anchors;
  std::string heading, anchor, blanks;
  bool is_fenced = false, is_indented = false, is_next = false;
  std::size_t number = 0;
  for (const PageLine& line : lines_of_page(page)) {
    ++number;
    const std::size_t begin = (std::min)(line.text.find_first_not_of(' '), line.text.size());
    if (line.is_code && line.text.compare(begin, 3, "```") == 0) {
      if (!is_fenced) blocks.push_back({number, line.language, heading, anchor, is_next});
      is_fenced = !is_fenced;
      is_indented = false;
      is_next = true;
    } else if (line.is_code) {
      if (!is_fenced && !is_indented) blocks.push_back({number, "", heading, anchor, is_next});
      blocks.back().text += (is_indented ? blanks : "") + line.text + "\n";
      is_indented = !is_fenced;
      is_next = true;
    } else if (begin < line.text.size()) {
      is_indented = is_next = false;
      const std::string its = heading_in(line);
      if (!its.empty()) {
        const std::string next = anchors.next(plain_heading(its));
        anchor = heading.empty() ? "" : next;
        heading = its;
      }
    }
    blanks = begin < line.text.size() ? "" : blanks + "\n";
  }
  return blocks;
}

/// Calls use(begin, end) with the place of each link's target in a line, from the last to the first.
template <class Use>
void for_each_link(const std::string& line, bool begins_in_code, const Use& use) {
  std::vector<bool> is_code(line.size() + 1);
  bool inside = begins_in_code;
  for (std::size_t k = 0; k < line.size(); ++k) {
    inside = inside != (line[k] == '`');
    is_code[k] = inside;
  }
  for (std::size_t at = line.rfind("]("); at != line.npos; at = at == 0 ? line.npos : line.rfind("](", at - 1)) {
    const std::size_t end = line.find(')', at);
    if (!is_code[at] && end != line.npos) use(at + 2, end);
  }
}

/// Those of headings, and <a id="…">.
inline std::set<std::string> anchors_of_page(const std::string& text) {
  std::set<std::string> all;
  Anchors anchors;
  for (const PageLine& line : lines_of_page(text)) {
    if (line.is_code) continue;
    const std::string heading = heading_in(line);
    if (!heading.empty()) all.insert(anchors.next(plain_heading(heading)));
    const std::string mark = "<a id=\"";
    for (auto at = line.text.find(mark); at != line.text.npos; at = line.text.find(mark, at + 1)) {
      const std::size_t begin = at + mark.size();
      all.insert(line.text.substr(begin, line.text.find('"', begin) - begin));
    }
  }
  return all;
}

inline bool is_elsewhere(const std::string& target) {
  return target.find("://") != target.npos || target.compare(0, 7, "mailto:") == 0;
}
/// "docs/math.md", "../README.md" → "README.md".
inline std::string path_from(const std::string& page, const std::string& path) {
  return path.empty() ? page : (std::filesystem::path(page).parent_path() / path).lexically_normal().generic_string();
}

/// A line for each link to a file that is not there, or to an anchor that a page does not have.
template <class Exists>
std::string broken_links(const Pages& pages, const Exists& exists) {
  std::map<std::string, std::set<std::string>> anchors;
  for (const auto& [path, text] : pages) anchors[path] = anchors_of_page(text);
  std::string faults;
  for (const auto& [path, text] : pages) {
    std::size_t number = 0;
    for (const PageLine& line : lines_of_page(text)) {
      ++number;
      if (line.is_code) continue;
      for_each_link(line.text, line.begins_in_code, [&, &page = path](std::size_t begin, std::size_t end) {
        const std::string target = line.text.substr(begin, end - begin);
        if (is_elsewhere(target)) return;
        const std::size_t mark = std::min(target.find('#'), target.size());
        const std::string file = path_from(page, target.substr(0, mark));
        const std::string where = page + ":" + std::to_string(number) + ": " + target;
        if (!exists(file)) {
          faults += where + " is not there\n";
        } else if (mark < target.size() && anchors[file].count(target.substr(mark + 1)) == 0) {
          faults += where + ": " + file + " has no such heading\n";
        }
      });
    }
  }
  return faults;
}

}  // namespace documents
