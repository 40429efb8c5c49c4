// SPDX-License-Identifier: MIT
//
// What a header declares: a reader of C++ that knows as much of it as this library writes, in the format of
// .clang-format. A statement ends at a semicolon or with a body in braces, and what a function's body says is not read.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace documents {

enum class Kind { space, type, enumeration, enumerator, concept_, alias, function, variable, other };

struct Declaration {
  Kind kind = Kind::other;
  std::string scope;     ///< "elman::loss", "elman::loss::CrossEntropy"
  std::string name;      ///< none: a specialisation, an assertion, a friend and the like
  std::string text;      ///< without body and comments; further lines begin where the first does; none: as in front
  std::string type;      ///< of a variable; of an alias and an enumerator nothing
  std::string value;     ///< a variable's, without "= "
  std::string doc;       ///< the comments /// in front of it and ///< behind it, in lines
  std::size_t line = 0;  ///< from 1
  bool is_public = true;
  bool is_apart = false;                  ///< behind an empty line
  bool has_body = false;                  ///< a class or an enumeration
  std::vector<Declaration> members = {};  ///< of a type, an enumeration or a namespace
};

inline bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

inline std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \n"), end = text.find_last_not_of(" \n");
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

/// A header's declarations, namespaces left out.
class HeaderReader {
 public:
  explicit HeaderReader(const std::string& text) : shown_(text), code_(text) {
    blank();
    std::vector<Declaration> all;
    read(0, code_.size(), "", true, true, all);
    flatten(all);
  }

  const std::vector<Declaration>& declarations() const { return declarations_; }
  /// Without bodies and comments: what the header's own names are looked for in.
  const std::string& code() const { return code_; }
  /// Any C++ without comments, directives and what strings say.
  static std::string code_of(const std::string& text) {
    HeaderReader reader;
    reader.code_ = reader.shown_ = text;
    reader.blank();
    return reader.code_;
  }

 private:
  HeaderReader() = default;

  struct Comment {
    std::size_t at, end;
    std::string text;
    bool is_behind;  ///< ///<
  };
  struct Statement {
    std::size_t begin = 0, end = 0;          ///< end: behind its semicolon or brace
    std::size_t body = 0, body_end = 0;      ///< of a class, an enumeration, a namespace: between the braces
    std::size_t head_end = 0;                ///< of what is shown
    std::size_t paren = std::string::npos;   ///< of a function's parameters
    std::size_t equals = std::string::npos;  ///< or the brace of a value
    std::size_t declared = 0;                ///< behind template<…>
  };

  /// Comments and directives become blanks in both texts, strings in code_.
  void blank() {
    const auto wipe = [](std::string& text, std::size_t from, std::size_t to) {
      for (; from < to; ++from) text[from] = text[from] == '\n' ? '\n' : ' ';
    };
    bool begins_line = true;
    for (std::size_t at = 0; at < code_.size();) {
      const char c = code_[at];
      std::size_t end = at + 1;
      if (c == '#' && begins_line) {
        do end = code_.find('\n', end + 1);
        while (end != std::string::npos && code_[end - 1] == '\\');
        end = (std::min)(end, code_.size());
        wipe(shown_, at, end);
        wipe(code_, at, end);
      } else if (code_.compare(at, 2, "//") == 0) {
        end = (std::min)(code_.find('\n', at), code_.size());
        std::string text = code_.substr(at, end - at);
        if (text.compare(0, 3, "///") == 0) {
          const bool is_behind = text.compare(0, 4, "///<") == 0;
          text.erase(0, is_behind ? 4 : 3);
          comments_.push_back({at, end, text.empty() ? "" : text.substr(1), is_behind});
        }
        wipe(shown_, at, end);
        wipe(code_, at, end);
      } else if (c == '"' || (c == '\'' && (at == 0 || !is_word(code_[at - 1])))) {
        while (code_[end] != c) end += code_[end] == '\\' ? 2u : 1u;
        wipe(code_, at + 1, end++);
      }
      begins_line = begins_line ? end > at && (c == ' ' || c == '\n') : c == '\n';
      at = end;
    }
  }

  /// Behind the bracket that closes the one at `at`.
  std::size_t behind(std::size_t at) const {
    const std::string_view open = "([{", close = ")]}";
    for (int depth = 0; at < code_.size(); ++at) {
      depth += open.find(code_[at]) != open.npos;
      depth -= close.find(code_[at]) != close.npos;
      if (depth == 0) return at + 1;
    }
    return at;
  }
  /// Of template <…>, or a name's <…>.
  std::size_t behind_angle(std::size_t at) const {
    for (int depth = 0; at < code_.size(); ++at) {
      if (code_[at] == '(' || code_[at] == '{') at = behind(at);
      depth += code_[at] == '<' && code_[at + 1] != '=' && (code_[at - 1] != ' ' || code_[at + 1] != ' ');
      depth -= code_[at] == '>' && code_[at - 1] != '-' && code_[at + 1] != '=' &&
               (code_[at - 1] != ' ' || code_[at + 1] != ' ');
      if (depth == 0) return at + 1;
    }
    return at;
  }
  /// Of `requires` and what it says.
  std::size_t behind_requirement(std::size_t at) const {
    do {
      at = skip_blanks(at + (is_word(code_[at]) ? 8 : 2));  // requires, or && and || between two
      if (code_[at] == '!') ++at;
      if (begins(at, "requires")) {
        at = skip_blanks(at + 8);
        if (code_[at] == '(') at = skip_blanks(behind(at));
      }
      if (code_[at] == '(' || code_[at] == '{') {
        at = behind(at);
      } else {
        while (is_word(code_[at]) || code_[at] == ':' || code_[at] == '<')
          at = code_[at] == '<' ? behind_angle(at) : at + 1;
        if (code_[at] == '(') at = behind(at);
      }
    } while (code_.compare(skip_blanks(at), 2, "&&") == 0 || code_.compare(skip_blanks(at), 2, "||") == 0
                 ? (at = skip_blanks(at), true)
                 : false);
    return at;
  }
  std::size_t skip_blanks(std::size_t at) const { return (std::min)(code_.find_first_not_of(" \n", at), code_.size()); }
  std::string word_before(std::size_t at) const {
    while (at > 0 && (code_[at - 1] == ' ' || code_[at - 1] == ')')) --at;
    std::size_t begin = at;
    while (begin > 0 && is_word(code_[begin - 1])) --begin;
    return code_.substr(begin, at - begin);
  }
  std::size_t line_of(std::size_t at) const {
    return 1 +
           static_cast<std::size_t>(std::count(code_.begin(), code_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }
  bool begins(std::size_t at, std::string_view word) const {
    return code_.compare(at, word.size(), word) == 0 && !is_word(code_[at + word.size()]);
  }

  Statement statement(std::size_t begin) const {
    Statement s;
    s.begin = s.declared = begin;
    while (begins(s.declared, "template")) {
      s.declared = skip_blanks(behind_angle(code_.find('<', s.declared)));
      if (begins(s.declared, "requires")) s.declared = skip_blanks(behind_requirement(s.declared));
    }
    const bool is_concept = begins(s.declared, "concept");
    bool is_block = false;  // a class, an enumeration, a namespace
    for (const std::string_view word : {"namespace", "inline namespace", "class", "struct", "union", "enum"}) {
      is_block = is_block || begins(s.declared, word);
    }
    bool has_initialisers = false, is_operator = false;
    for (std::size_t at = s.declared; at < code_.size();) {
      const char c = code_[at];
      if (begins(at, "requires") && !is_concept) {
        at = behind_requirement(at);
      } else if (begins(at, "operator") && !is_word(code_[at - 1])) {
        is_operator = true;
        const std::size_t paren = code_.find('(', at);
        at = at + 8 == paren ? paren + 2 : paren;  // operator()
      } else if (c == '<' && is_word(code_[at - 1])) {
        at = behind_angle(at);
      } else if (c == '(' || c == '[') {
        const std::string word = word_before(at);
        const bool is_other = word == "decltype" || word == "noexcept" || word == "explicit" || word == "alignas";
        const std::size_t end = behind(at);
        const bool is_name = c == '(' && code_[end] == '(';  // int (min)(): no macro takes it
        if (c == '(' && !is_other && !is_name && s.paren == std::string::npos && s.equals == std::string::npos)
          s.paren = at;
        at = end;
      } else if (c == ':' && code_[at + 1] == ':') {
        at += 2;
      } else if (c == ':' && s.paren != std::string::npos && !is_block) {
        has_initialisers = true;
        s.head_end = at++;
      } else if (c == '=' && s.paren == std::string::npos && !is_operator) {
        s.equals = at++;
      } else if (c == '{') {
        const std::size_t close = behind(at);
        if (is_block) {
          s.body = at + 1, s.body_end = close - 1, s.head_end = at;
          s.end = begins(s.declared, "namespace") || begins(s.declared, "inline") ? close : code_.find(';', close) + 1;
          return s;
        }
        const std::size_t last = code_.find_last_not_of(" \n", at - 1);
        const bool is_value = s.paren == std::string::npos || s.equals != std::string::npos || is_concept;
        const bool is_initialiser = has_initialisers && (is_word(code_[last]) || code_[last] == '>');
        if (is_value && s.equals == std::string::npos) s.equals = at;
        if (!is_value && !is_initialiser) {
          if (!has_initialisers) s.head_end = at;
          s.end = close;
          return s;
        }
        at = close;
      } else if (c == ';') {
        if (!has_initialisers) s.head_end = at;
        s.end = at + 1;
        return s;
      } else {
        ++at;
      }
    }
    s.end = s.head_end = code_.size();
    return s;
  }

  /// What stands in a place, a line of it where there are several, indented as in the first's.
  std::string shown(std::size_t begin, std::size_t end) const {
    const std::size_t line = shown_.rfind('\n', begin) + 1;
    std::string text = trimmed(shown_.substr(begin, end - begin)), indented;
    for (std::size_t at = 0; at < text.size(); ++at) {
      indented += text[at];
      if (text[at] != '\n') continue;
      std::size_t blanks = 0;
      while (blanks < begin - line && text[at + 1] == ' ') ++at, ++blanks;
    }
    return indented;
  }

  /// The statements of a namespace or a class. `is_public`: until a class says otherwise; `may_be`: whether it can.
  void read(std::size_t at, std::size_t end, const std::string& scope, bool may_be, bool is_public,
            std::vector<Declaration>& into) {
    std::size_t last_end = at;
    for (at = skip_blanks(at); at < end; at = skip_blanks(at)) {
      const std::size_t colon = code_.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at);
      const std::string word = code_.substr(at, colon - at);
      if (word == "public" || word == "private" || word == "protected") {
        is_public = may_be && word == "public";
        at = colon + 1;
        continue;
      }
      if (code_[at] == ';') {
        last_end = ++at;
        continue;
      }
      const Statement s = statement(at);
      Declaration d = declaration(s, scope);
      d.is_public = is_public;
      d.has_body = s.body > 0;
      d.is_apart = code_.find("\n\n", last_end) < s.begin;
      d.doc = comments(last_end, s.begin, false) + comments(s.end, skip_blanks(s.end), true);
      if (d.kind == Kind::type && s.body == 0 && d.doc.empty()) d.name.clear();  // it is said elsewhere what it is
      const std::string inside = scope.empty() ? d.name : d.name.empty() ? scope : scope + "::" + d.name;
      if (d.kind == Kind::space) {
        const bool is_detail = d.name == "detail" || d.name == "io::detail";
        read(s.body, s.body_end, inside, is_public && !is_detail, is_public && !is_detail, d.members);
      } else if (d.kind == Kind::type && s.body > 0) {
        read(s.body, s.body_end, inside, is_public, is_public && begins(s.declared, "struct"), d.members);
      } else if (d.kind == Kind::enumeration) {
        enumerators(s, inside, is_public, d.members);
      }
      std::vector<std::string> others;  // "Index begin, end;" is two
      while (!d.type.empty() && d.type.back() == ',') {
        const std::size_t blank = d.type.rfind(' ');
        others.push_back(d.type.substr(blank + 1, d.type.size() - blank - 2));
        d.type = trimmed(d.type.substr(0, blank));
      }
      for (; !others.empty(); others.pop_back()) {
        into.push_back(d);
        into.back().name = others.back();
        d.text.clear();
      }
      into.push_back(std::move(d));
      at = last_end = s.end;
    }
  }

  Declaration declaration(const Statement& s, const std::string& scope) const {
    Declaration d;
    d.scope = scope;
    d.line = line_of(s.begin);
    d.text = shown(s.begin, s.head_end);
    const auto word_at = [&](std::size_t at) {
      std::size_t end = at;
      while (is_word(code_[end])) ++end;
      return code_.substr(at, end - at);
    };
    for (const std::string_view other : {"static_assert", "friend", "extern", "template"}) {
      if (begins(s.declared, other)) return d;
    }
    if (begins(s.declared, "namespace") || begins(s.declared, "inline namespace")) {
      d.kind = Kind::space;
      const std::string head = trimmed(code_.substr(s.declared, s.head_end - s.declared));
      d.name = begins(s.declared, "inline") ? "" : trimmed(head.substr(9));
    } else if (begins(s.declared, "using")) {
      d.kind = Kind::alias;
      if (s.equals != std::string::npos) d.name = word_at(s.declared + 6);
    } else if (begins(s.declared, "concept")) {
      d.kind = Kind::concept_;
      d.name = word_at(s.declared + 8);
    } else if (begins(s.declared, "class") || begins(s.declared, "struct") || begins(s.declared, "enum")) {
      d.kind = begins(s.declared, "enum") ? Kind::enumeration : Kind::type;
      std::size_t at = s.declared;
      for (const std::string_view key : {"enum", "class", "struct"}) {
        if (begins(at, key)) at = skip_blanks(at + key.size());
      }
      const std::string name = word_at(at);
      if (code_[at + name.size()] != '<') d.name = name;
    } else if (s.paren != std::string::npos) {
      d.kind = Kind::function;
      const std::size_t key = code_.find("operator", s.declared);
      const bool is_operator = key < s.paren && !is_word(code_[key - 1]);
      d.name = is_operator ? trimmed(code_.substr(key, s.paren - key)) : word_before(s.paren);
      const std::string head = code_.substr(s.declared, s.head_end - s.declared);
      const bool is_guide = head.compare(0, d.name.size() + 1, d.name + "(") == 0 && head.find(") -> ") != head.npos;
      const bool is_deleted =
          s.equals != std::string::npos && code_.substr(s.equals, s.end - s.equals).find("delete") != head.npos;
      if (is_guide || is_deleted || d.text.find("= delete") != d.text.npos) d.name.clear();
    } else {
      d.kind = Kind::variable;
      const std::size_t end = (std::min)(s.equals, s.head_end);
      d.name = word_before(end);
      std::size_t begin = code_.find_last_not_of(" \n", end - 1) + 1 - d.name.size();
      d.type = trimmed(shown_.substr(s.declared, begin - s.declared));
      if (s.equals != std::string::npos) {
        d.value = trimmed(shown_.substr(s.equals, s.head_end - s.equals));
        if (d.value[0] == '=') d.value = trimmed(d.value.substr(1));
      }
    }
    return d;
  }

  void enumerators(const Statement& s, const std::string& scope, bool is_public, std::vector<Declaration>& into) const {
    std::size_t last_end = s.body;
    for (std::size_t at = skip_blanks(s.body); at < s.body_end; at = skip_blanks(at)) {
      const std::size_t begin = at;
      const std::size_t end = (std::min)(code_.find(',', at), s.body_end);
      Declaration d;
      d.kind = Kind::enumerator;
      d.scope = scope;
      d.line = line_of(begin);
      d.text = trimmed(code_.substr(at, end - at));
      d.name = d.text.substr(0, d.text.find(' '));
      d.is_public = is_public;
      at = (std::min)(end + 1, s.body_end);
      d.doc = comments(last_end, begin, false) + comments(begin, skip_blanks(at), true);
      last_end = at;
      into.push_back(std::move(d));
    }
  }

  /// The lines of comments in a place.
  std::string comments(std::size_t begin, std::size_t end, bool are_behind) const {
    std::string text;
    for (const Comment& comment : comments_) {
      if (comment.at >= begin && comment.at < end && comment.is_behind == are_behind) text += comment.text + "\n";
    }
    return text;
  }

  void flatten(std::vector<Declaration>& from) {
    for (Declaration& d : from) {
      if (d.kind == Kind::space) {
        flatten(d.members);
      } else {
        declarations_.push_back(std::move(d));
      }
    }
  }

  std::string shown_, code_;
  std::vector<Comment> comments_;
  std::vector<Declaration> declarations_;
};

}  // namespace documents
