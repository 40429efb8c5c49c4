// SPDX-License-Identifier: MIT
//
// Which listing of the documents shows a public name in use. Of documents whose listings are compiled (compiled.hpp), a
// listing uses a name if
//
//   it says it             Net, loss::CrossEntropy; functions of no further namespace where they are called
//   it says a field of it  options by name, {.rate = 0.1}, where it says who takes them
//   it gets it             of what it says: Net, of the alias RNNCell; Sequences, which pack(…) returns; NetTape,
//                          of Net and .tape(); a base whose member it calls
//
// Comments, strings, and types or template parameters that a listing makes itself do not count.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "documents/compiled.hpp"
#include "documents/declarations.hpp"
#include "documents/library.hpp"
#include "documents/markdown.hpp"
#include "documents/words.hpp"

namespace documents {

// --- Listings --------------------------------------------------------------------------------------------------------

struct Example {
  std::string page;             ///< as docs/ links to it: "cookbook.md", "../README.md"
  std::string anchor, heading;  ///< that it stands under; no anchor: the page's title
  std::string code;
};

/// The ```cpp blocks of a page, and the indented ones of docs/features.md.
inline std::vector<Example> examples_in(const std::string& path, const std::string& text) {
  const std::string page = path.compare(0, 5, "docs/") == 0 ? path.substr(5) : "../" + path;
  const std::string language = path == "docs/features.md" ? "" : "cpp";
  std::vector<Example> examples;
  for (const Block& block : blocks_of(text)) {
    if (block.language != language) continue;
    const std::string heading = plain_heading(block.heading);
    std::size_t begin = 0;  // of features.md what is between blank lines
    for (auto end = block.text.find("\n\n"); language.empty() && end != block.text.npos;
         end = block.text.find("\n\n", begin)) {
      examples.push_back({page, block.anchor, heading, block.text.substr(begin, end + 1 - begin)});
      begin = end + 2;
    }
    examples.push_back({page, block.anchor, heading, block.text.substr(begin)});
  }
  return examples;
}

/// Those of all documents of a source directory whose listings are compiled.
inline std::vector<Example> read_examples(const std::filesystem::path& root) {
  std::vector<Example> all;
  for (const std::string_view path : compiled_documents) {
    for (Example& example : examples_in(std::string(path), content(root / path))) all.push_back(std::move(example));
  }
  return all;
}

// --- What a listing uses ---------------------------------------------------------------------------------------------

/// Public names, and what their declarations say of others.
class Uses {
 public:
  explicit Uses(const std::vector<Header>& library) {
    for (const Header& header : library) {
      for (const Declaration& d : header.declarations) {
        if (is_shown(d) && !d.text.empty()) all_[name_of(d)].declarations.push_back(&d);
      }
    }
    for (auto& [name, said] : all_) {
      for (const Declaration* d : said.declarations) add(name, *d, said);
    }
  }

  /// Name → whether the listing says it: else it uses it in one of the other ways.
  std::map<std::string, bool> in(const Words& words) const {
    std::map<std::string, bool> used;
    for (const auto& [name, its] : all_) {
      const bool is_plain_function = its.declarations.front()->kind == Kind::function && name.find(':') == name.npos;
      if ((is_plain_function ? words.calls : words.names).count(name) > 0) used[name] = true;
    }
    const std::map<std::string, bool> said = used;
    const auto use = [&](const std::set<std::string>& names) {
      for (const std::string& name : names) used.emplace(name, false);
    };
    for (const auto& [name, direct] : said) {
      const Said& its = all_.at(name);
      use(its.result);
      use(its.alias_of);
      for (const std::string& options : its.takes) {
        if (has_field(options, words)) use({options});
      }
      std::set<std::string> owners = its.alias_of;
      owners.insert(name);
      for (const std::string& owner : owners) {
        for (const std::string& base : bases_of(owner)) {
          bool is_any = false;
          for (const auto& [member, result] : all_.at(base).members) {
            if (words.members.count(member) == 0) continue;
            is_any = true;
            use(result);
          }
          if (is_any) use({base});
        }
      }
    }
    return used;
  }

 private:
  struct Said {
    std::vector<const Declaration*> declarations;
    std::set<std::string> takes;                           ///< names among parameters, its members' too
    std::set<std::string> result;                          ///< what a function returns, or a variable is
    std::set<std::string> alias_of, bases;                 ///< Net, of RNNCell
    std::map<std::string, std::set<std::string>> members;  ///< member → what it returns or is
  };

  void add(const std::string& name, const Declaration& d, Said& said) const {
    said.result.merge(named_in(d, result_of(d)));
    said.takes.merge(named_in(d, taken_by(d)));
    const std::size_t equals = d.text.find(" = "), colon = d.text.find(" : ");
    if (d.kind == Kind::alias && equals != d.text.npos) said.alias_of.merge(named_in(d, d.text.substr(equals)));
    if (d.kind == Kind::type && colon != d.text.npos) said.bases.merge(named_in(d, d.text.substr(colon)));
    said.bases.erase(name);                                // Base<Derived>
    std::map<std::string, std::set<std::string>> aliases;  // using Tape = NetTape<…>
    for (const Declaration& m : d.members) {
      if (m.kind == Kind::alias && m.text.find(" = ") != m.text.npos) {
        aliases[m.name] = named_in(d, m.text.substr(m.text.find(" = ")));
      }
    }
    for (const Declaration& m : d.members) {
      if (!is_shown(m)) continue;
      said.takes.merge(named_in(d, taken_by(m)));
      const std::string result = result_of(m);
      std::set<std::string>& its = said.members[m.name];
      its.merge(named_in(d, result));
      for (const auto& [alias, names] : aliases) {
        if (alias == m.name || has_word(result, alias)) its.insert(names.begin(), names.end());
      }
    }
  }

  bool has_field(const std::string& options, const Words& words) const {
    const Declaration& d = *all_.at(options).declarations.front();
    return is_of_options(d) && std::any_of(d.members.begin(), d.members.end(), [&](const Declaration& m) {
             return is_field(m) && words.fields.count(m.name) > 0;
           });
  }
  /// It, and what it is derived from.
  std::set<std::string> bases_of(const std::string& name) const {
    std::set<std::string> all{name};
    for (const std::string& base : all_.at(name).bases) all.merge(bases_of(base));
    return all;
  }

  /// Public names in a part of a declaration, as they are found from where it stands.
  std::set<std::string> named_in(const Declaration& of, const std::string& text) const {
    const std::string space = of.scope.size() > 5 ? of.scope.substr(7) + "::" : "";
    const std::set<std::string> own = words_of(of.text).own;
    std::set<std::string> names;
    for (const std::string& chain : words_of(text).names) {
      if (own.count(chain) > 0 && chain != of.name) continue;  // a parameter of its template
      for (const std::string& name : {space + chain, chain}) {
        if (all_.count(name) == 0) continue;
        names.insert(name);
        break;
      }
    }
    return names;
  }
  /// "Matrix<Scalar, 3, 1>" of "template <…> const Matrix<Scalar, 3, 1>& f(…)", what stands behind "->", or a type.
  static std::string result_of(const Declaration& d) {
    if (d.kind == Kind::variable) return d.type;
    if (d.kind != Kind::function) return "";
    const std::size_t arrow = d.text.find(") -> ");
    if (arrow != d.text.npos) return d.text.substr(arrow + 4);
    const std::size_t name = d.text.find(d.name + "(");
    if (name == d.text.npos || name == 0) return "";
    std::size_t begin = d.text.find_last_not_of(" \n&*", name - 1);
    if (begin == d.text.npos) return "";
    const std::size_t end = begin + 1;
    for (int depth = 0; begin < d.text.size(); --begin) {  // past 0 it is large
      const char c = d.text[begin];
      depth += c == '>';
      depth -= c == '<';
      if (depth == 0 && c != '<' && c != ':' && !is_word(c)) break;
    }
    return d.text.substr(begin + 1, end - begin - 1);
  }
  /// The parameters of a function, the type of a field, what an alias stands for.
  static std::string taken_by(const Declaration& d) {
    if (d.kind == Kind::variable) return d.type;
    if (d.kind == Kind::alias) return d.text.substr((std::min)(d.text.find(" = "), d.text.size()));
    if (d.kind != Kind::function) return "";
    return d.text.substr((std::min)(d.text.find(d.name + "("), d.text.size()));
  }

  std::map<std::string, Said> all_;
};

using Examples = std::map<std::string, std::vector<Example>>;  ///< of names, at least one

/// Whether a word of a heading is the last part of a name: "The loop, and what it does" of train::Loop.
inline bool is_named_in(const std::string& heading, const std::string& name) {
  const std::string last = plain_name(name.substr(name.rfind(':') + 1));  // npos + 1 is 0
  std::string words = heading;
  for (char& c : words) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return has_word(words, last);
}

/// The best listing of each name that is used, and the best that says it of another page. One that says a name is
/// better than one that uses it in another way; then one whose heading names it; then a shorter one.
inline Examples examples_of(const std::vector<Header>& library, const std::vector<Example>& all) {
  const Uses uses(library);
  struct Use {
    std::tuple<bool, bool, std::ptrdiff_t> cost;
    const Example* example;
  };
  std::map<std::string, std::vector<Use>> found;
  for (const Example& example : all) {
    const auto lines = std::count(example.code.begin(), example.code.end(), '\n');
    for (const auto& [name, is_said] : uses.in(words_of(example.code))) {
      found[name].push_back({{!is_said, !is_named_in(example.heading, name), lines}, &example});
    }
  }
  Examples examples;
  for (auto& [name, its] : found) {
    std::stable_sort(its.begin(), its.end(), [](const Use& a, const Use& b) { return a.cost < b.cost; });
    examples[name].push_back(*its.front().example);
    const auto other = std::find_if(its.begin(), its.end(), [&its = its](const Use& use) {
      return !std::get<0>(use.cost) && use.example->page != its.front().example->page;
    });
    if (other != its.end()) examples[name].push_back(*other->example);
  }
  return examples;
}

/// A line for each public name that has none.
inline std::string without_example(const std::vector<Header>& library, const Examples& examples) {
  std::string faults;
  std::set<std::string> seen;
  for (const Header& header : library) {
    for (const Declaration& d : header.declarations) {
      if (!is_shown(d) || d.text.empty() || examples.count(name_of(d)) > 0 || !seen.insert(name_of(d)).second) continue;
      faults += header.path + ":" + std::to_string(d.line) + ": " + name_of(d) + " is used in no listing\n";
    }
  }
  return faults;
}

}  // namespace documents
