// SPDX-License-Identifier: MIT
//
// The embedded Reber grammar (Reber 1967; Fahlman, NIPS 1990; Hochreiter and Schmidhuber, Neural Computation 9, 1997).
// A string of the Reber grammar is a walk from 0 to 7, each of two ways as likely as the other:
//
//   0 B→1   1 T→2 P→3   2 S→2 X→4   3 T→3 V→5   4 X→3 S→6   5 P→4 V→6   6 E→7
//
// and embedded in B T … T E or B P … P E it has 9 symbols or more. A net reads a string symbol by symbol and tells the
// next. Its long-range decision is the last symbol but one, T or P, which the second has said: what lies between says
// nothing of it, and by chance 1 in 2 is right. Tokens: the places of a symbol in "BTPSXVE".
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lengths.hpp"

namespace example {

inline constexpr std::string_view reber_symbols = "BTPSXVE";

/// Where one is in a string of the embedded grammar.
class ReberState {
 public:
  /// The symbols that may come next, in the order of the grammar; none behind the end.
  std::string next() const {
    std::string symbols;
    for (const Way& way : ways()) symbols += symbol_of(way);
    return symbols;
  }
  /// Goes on with this symbol. Returns whether it may come next; if not, nothing changes.
  bool read(char symbol) {
    for (const Way& way : ways()) {
      if (symbol_of(way) != symbol) continue;
      if (place_ == 1) said_ = symbol;
      place_ = way.to;
      return true;
    }
    return false;
  }
  bool is_end() const { return place_ == places - 1; }

  /// A string of `length` symbols (at least 9), any as likely as the others, as in the grammar; or, for 0, of any
  /// length, as likely as it is there.
  static std::string draw(elman::Index length, elman::Random& random) {
    const std::vector<Shares> ends = ends_in(length);
    std::string text;
    for (ReberState state; !state.is_end();) {
      const std::string symbols = state.next();
      std::size_t way = 0;
      if (symbols.size() > 1) {
        std::array<double, 2> share{1, 1};
        if (length > 0) {
          const Shares& rest = ends[static_cast<std::size_t>(length) - text.size() - 1];
          for (std::size_t k = 0; k < 2; ++k) share[k] = rest[static_cast<std::size_t>(state.ways()[k].to)];
        }
        way = random.uniform(0, share[0] + share[1]) < share[0] ? 0 : 1;
      }
      state.read(symbols[way]);
      text += symbols[way];
    }
    return text;
  }

 private:
  /// Places: 0 and 1 before B and T or P, then the Reber grammar's 0 to 7, of which the last awaits T or P again, the
  /// place before E, and the end.
  static constexpr int places = 12;
  static constexpr char same = '=';  ///< the symbol that the second was
  struct Way {
    char symbol;
    int to;
  };
  using Ways = std::vector<Way>;
  /// Of each place: in how many ways a certain number of symbols can follow, up to a factor that all places share.
  using Shares = std::array<double, places>;

  static const Ways& ways_from(int place) {
    static const std::array<Ways, places> all{{{{'B', 1}},
                                               {{'T', 2}, {'P', 2}},
                                               {{'B', 3}},
                                               {{'T', 4}, {'P', 5}},
                                               {{'S', 4}, {'X', 6}},
                                               {{'T', 5}, {'V', 7}},
                                               {{'X', 5}, {'S', 8}},
                                               {{'P', 6}, {'V', 8}},
                                               {{'E', 9}},
                                               {{same, 10}},
                                               {{'E', 11}},
                                               {}}};
    return all[static_cast<std::size_t>(place)];
  }
  const Ways& ways() const { return ways_from(place_); }
  char symbol_of(const Way& way) const { return way.symbol == same ? said_ : way.symbol; }

  /// Entry n: that n symbols follow.
  static std::vector<Shares> ends_in(elman::Index length) {
    std::vector<Shares> all(static_cast<std::size_t>(length) + 1);
    all[0].back() = 1;
    for (std::size_t n = 1; n < all.size(); ++n) {
      double largest = 0;
      for (int place = 0; place < places; ++place) {
        double& share = all[n][static_cast<std::size_t>(place)];
        for (const Way& way : ways_from(place)) share += all[n - 1][static_cast<std::size_t>(way.to)];
        largest = (std::max)(largest, share);
      }
      if (largest > 0) {
        for (double& share : all[n]) share /= largest;  // of long strings all are small
      }
    }
    return all;
  }

  int place_ = 0;
  char said_ = ' ';
};

inline bool is_embedded_reber(std::string_view text) {
  ReberState state;
  return std::ranges::all_of(text, [&](char symbol) { return state.read(symbol); }) && state.is_end();
}

/// Whether a string is never trained on, by its FNV-1a: one in four is.
inline bool is_held_out(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char symbol : text) hash = (hash ^ static_cast<unsigned char>(symbol)) * 0x100000001b3U;
  return (hash >> 32) % 4 == 0;
}

/// Strings to train on, or of those that are held out. `length`: of the strings; 0: as the grammar has it.
class Reber {
 public:
  static constexpr const char* name = "embedded Reber grammar";
  static constexpr elman::Index shortest() { return 0; }
  static constexpr elman::Index inputs() { return reber_symbols.size(); }
  static constexpr elman::Index outputs() { return inputs(); }
  static constexpr double chance() { return 0.5; }

  explicit Reber(bool held_out = false) : held_out_(held_out) {}

  /// All symbols but the last, and what comes behind each. Of strings that are held out the decision alone is asked
  /// for. Throws std::runtime_error if there is no string of that length.
  std::pair<Tokens, Tokens> operator()(elman::Index length, elman::Random& random) const {
    const std::string text = draw(length, random);
    Tokens tokens, target;
    for (const char symbol : text) tokens.push_back(static_cast<elman::Index>(reber_symbols.find(symbol)));
    target.assign(tokens.begin() + 1, tokens.end());
    tokens.pop_back();
    const elman::Index decision = std::ssize(target) - 2;
    return {tokens, held_out_ ? asked(target, decision, decision + 1) : target};
  }

 private:
  std::string draw(elman::Index length, elman::Random& random) const {
    constexpr int tries = 1000;
    if (length == 0 || length >= 9) {
      for (int k = 0; k < tries; ++k) {
        std::string text = ReberState::draw(length, random);
        if (is_held_out(text) == held_out_) return text;
      }
    }
    throw std::runtime_error(std::string(name) + ": no string of " + std::to_string(length) + " symbols is " +
                             (held_out_ ? "held out" : "trained on") + "; expected 9 or more, or 0 for any length");
  }

  bool held_out_;
};

}  // namespace example
