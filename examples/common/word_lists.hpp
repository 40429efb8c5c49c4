// SPDX-License-Identifier: MIT
//
// Classes of words from text files: UTF-8, a word or name per line, one file per class. A word is kept in the form the
// net reads it; one that is then in several classes is left out of all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files.hpp"
#include "text.hpp"

namespace example {

struct WordFile {
  std::string name;  ///< of the class
  std::filesystem::path path;
};

/// Which words are read, and how.
struct Reading {
  bool latin = true;  ///< Latin letters without accents, words of a–z only; else all characters as they are
  std::size_t min_length = 4;
  std::size_t max_length = 14;

  /// The characters the net reads of a word: lower case, folded if `latin`.
  std::u32string form(std::u32string_view word) const {
    std::u32string form;
    for (const char32_t code : word) {
      const char32_t letter = lower(code);
      const auto folded = latin ? fold(letter) : std::nullopt;
      if (folded) {
        form.append(folded->begin(), folded->end());
      } else {
        form.push_back(letter);
      }
    }
    return form;
  }

  /// Whether a word of this form is one to train on.
  bool accepts(std::u32string_view form) const {
    const auto a_to_z = [](char32_t code) { return code >= 'a' && code <= 'z'; };
    return form.size() >= min_length && form.size() <= max_length && (!latin || std::ranges::all_of(form, a_to_z));
  }
};

struct WordLists {
  std::vector<std::string> names;                  ///< of the classes
  std::vector<std::vector<std::u32string>> words;  ///< by class, sorted, no word twice
  std::size_t lines = 0;                           ///< read in all, empty ones not counted
  std::size_t left_out = 0;                        ///< of these: other characters or lengths than asked for
  std::size_t repeated = 0;                        ///< forms that stood before in the same class
  std::size_t shared = 0;                          ///< words of more than one class
};

/// One class per *.txt file of a folder, by name. Throws std::runtime_error if it is no folder or holds none.
inline std::vector<WordFile> word_files(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    const bool there = std::filesystem::exists(folder);
    throw std::runtime_error(folder.string() + (there ? ": no folder" : ": no such folder") +
                             "; expected one with a .txt file per class");
  }
  std::vector<WordFile> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto& path = entry.path();
    if ((path.extension() == ".txt" || path.extension() == ".TXT") && entry.is_regular_file())
      files.push_back({path.stem().string(), path});
  }
  if (files.empty()) throw std::runtime_error(folder.string() + ": no .txt file; expected one per class");
  std::ranges::sort(files, {}, &WordFile::name);
  return files;
}

/// What is wrong with a line that is not UTF-8, and what makes it so. `path` is a file's, or empty.
inline std::string not_utf8(std::string_view line, const std::string& path) {
  // UTF-16 begins with one of these marks, and of its letters a-z every other byte is 0.
  const bool wide =
      line.starts_with("\xff\xfe") || line.starts_with("\xfe\xff") || line.find('\0') != std::string_view::npos;
  return std::string("not UTF-8; if it is ") + (wide ? "UTF-16" : "Latin-1") + ", convert it: iconv -f " +
         (wide ? "UTF-16" : "ISO-8859-1") + " -t UTF-8" + (path.empty() ? "" : " '" + path + "'");
}

/// The code points of a line without the blanks around it, or nothing if it is not UTF-8. `first`: a byte order mark
/// is left out.
inline std::optional<std::u32string> decode_line(std::string_view line, bool first) {
  constexpr std::string_view blanks = " \t\r\v\f";
  if (first && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  line.remove_prefix((std::min)(line.find_first_not_of(blanks), line.size()));
  line = line.substr(0, line.find_last_not_of(blanks) + 1);
  if (line.find('\0') != std::string_view::npos) return std::nullopt;
  return decode_utf8(line);
}

/// Throws std::runtime_error, naming the file, if there is one class only, or a file is missing, empty, not UTF-8, or
/// without a word to train on.
inline WordLists read_word_lists(const std::vector<WordFile>& files, const Reading& reading) {
  if (files.size() < 2) {
    throw std::runtime_error(files.front().path.string() + ": the only class; expected files of at least 2 classes");
  }
  WordLists lists;
  std::map<std::u32string, std::size_t> classes;  // how many classes a word is in
  for (const WordFile& file : files) {
    const std::string path = file.path.string();
    std::ifstream stream = open_file(path);
    std::vector<std::u32string> words;
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
      const auto word = decode_line(line, ++number == 1);
      if (!word) throw std::runtime_error(path + ", line " + std::to_string(number) + ": " + not_utf8(line, path));
      if (word->empty()) continue;
      ++lists.lines;
      std::u32string form = reading.form(*word);
      if (reading.accepts(form)) {
        words.push_back(std::move(form));
      } else {
        ++lists.left_out;
      }
    }
    if (stream.bad()) throw std::runtime_error(path + ": cannot be read further");
    if (number == 0) throw std::runtime_error(path + ": empty; expected a word per line");
    std::ranges::sort(words);
    const auto end = std::unique(words.begin(), words.end());
    lists.repeated += static_cast<std::size_t>(words.end() - end);
    words.erase(end, words.end());
    for (const std::u32string& word : words) ++classes[word];
    lists.names.push_back(file.name);
    lists.words.push_back(std::move(words));
  }
  for (std::size_t k = 0; k < files.size(); ++k) {
    std::erase_if(lists.words[k], [&](const std::u32string& word) { return classes.at(word) > 1; });
    if (lists.words[k].empty()) {
      throw std::runtime_error(files[k].path.string() + ": no word left to train on: all are in other classes too, " +
                               (reading.latin ? "have characters other than a-z " : "") + "or have lengths outside " +
                               std::to_string(reading.min_length) + " to " + std::to_string(reading.max_length));
    }
  }
  lists.shared =
      static_cast<std::size_t>(std::ranges::count_if(classes, [](const auto& entry) { return entry.second > 1; }));
  return lists;
}

}  // namespace example
