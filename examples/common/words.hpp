// SPDX-License-Identifier: MIT
//
// Words as the net's input: a number a character. All characters that no training word has are one input, the last,
// which the net reads nothing from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "word_lists.hpp"

namespace example {

/// The characters that have a number, in order.
class Alphabet {
 public:
  explicit Alphabet(std::u32string characters) : characters_(std::move(characters)) {
    std::ranges::sort(characters_);
    characters_.erase(std::unique(characters_.begin(), characters_.end()), characters_.end());
  }

  elman::Index size() const { return static_cast<elman::Index>(characters_.size()); }
  const std::u32string& characters() const { return characters_; }
  bool has(char32_t character) const { return std::ranges::binary_search(characters_, character); }
  elman::Index inputs() const { return size() + 1; }
  elman::Index unseen() const { return size(); }  ///< the number of those that are not in it

  std::vector<elman::Index> numbers(std::u32string_view word) const {
    std::vector<elman::Index> numbers;
    for (const char32_t character : word) {
      const auto place = std::ranges::lower_bound(characters_, character);
      const bool is_in = place != characters_.end() && *place == character;
      numbers.push_back(is_in ? place - characters_.begin() : unseen());
    }
    return numbers;
  }

 private:
  std::u32string characters_;
};

/// Words of all classes.
struct Words {
  std::vector<std::u32string> words;
  std::vector<elman::Index> labels;
  Alphabet alphabet{U""};
  std::vector<std::vector<elman::Index>> numbers;  ///< of the words, once there is an alphabet

  void use(Alphabet chosen) {
    alphabet = std::move(chosen);
    numbers.clear();
    for (const std::u32string& word : words) numbers.push_back(alphabet.numbers(word));
  }
  /// The data set of a classifier; refers to the words.
  auto examples() const { return elman::train::Examples{numbers, labels}; }
};

/// The characters that stand in no training word, and how often they were met elsewhere.
class UnseenCharacters {
 public:
  /// The characters of this word that have no row and were not met before.
  std::u32string add(const Alphabet& alphabet, std::u32string_view word) {
    std::u32string first_met;
    for (const char32_t character : word) {
      if (!alphabet.has(character) && ++counts_[character] == 1) first_met += character;
    }
    return first_met;
  }

  /// "2 characters are in no training word (ü 3 times, ß 1 time): the net reads nothing in their place"; empty if there
  /// are none.
  std::string text() const {
    if (counts_.empty()) return "";
    std::string list;
    for (const auto& [character, count] : counts_) {
      list += (list.empty() ? "" : ", ") + encode_utf8({&character, 1}) + ' ' + std::to_string(count) +
              (count == 1 ? " time" : " times");
    }
    const bool one = counts_.size() == 1;
    return std::to_string(counts_.size()) + (one ? " character is" : " characters are") + " in no training word (" +
           list + "): the net reads nothing in " + (one ? "its" : "their") + " place";
  }

 private:
  std::map<char32_t, std::size_t> counts_;
};

/// A random choice of at most `per_class` words of each class; the alphabet is empty yet.
inline Words choose_words(WordLists lists, std::size_t per_class, elman::Random& random) {
  Words data;
  for (std::size_t k = 0; k < lists.words.size(); ++k) {
    random.shuffle(lists.words[k]);
    lists.words[k].resize((std::min)(lists.words[k].size(), per_class));
    data.labels.insert(data.labels.end(), lists.words[k].size(), static_cast<elman::Index>(k));
    std::ranges::move(lists.words[k], std::back_inserter(data.words));
  }
  return data;
}

}  // namespace example
