// SPDX-License-Identifier: MIT
//
// Copy memory (Hochreiter and Schmidhuber, Neural Computation 9, 1997) in the form of Arjovsky, Shah and Bengio (ICML
// 2016), with K symbols in place of 10 of an alphabet of 8. For a delay of T there are T + 2K steps:
//
//   x        K symbols, T − 1 blanks, the marker, K blanks
//   target   T + K blanks, and the K symbols, in their order, behind the marker
//
// Who remembers nothing says blank until the marker, and then any symbol: a cross-entropy of K log 8 / (T + 2K) a step,
// and 1 symbol in 8 right. Tokens: 0 to 7 symbols, 8 blank, 9 the marker, which no target is.
#pragma once

#include <algorithm>
#include <cmath>
#include <elman/elman.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "lengths.hpp"

namespace example {

class CopyMemory {
 public:
  static constexpr const char* name = "copy memory";
  static constexpr elman::Index alphabet = 8, blank = alphabet, marker = alphabet + 1;
  static constexpr elman::Index shortest() { return 1; }
  static constexpr elman::Index inputs() { return alphabet + 2; }
  static constexpr elman::Index outputs() { return alphabet + 1; }
  static constexpr double chance() { return 1.0 / alphabet; }

  /// Throws std::runtime_error unless there is at least 1 symbol.
  explicit CopyMemory(elman::Index symbols = 10) : symbols_(symbols) {
    if (symbols < 1) {
      throw std::runtime_error(std::string(name) + ": " + std::to_string(symbols) + " symbols; expected at least 1");
    }
  }

  elman::Index symbols() const { return symbols_; }
  elman::Index steps(elman::Index delay) const { return delay + 2 * symbols_; }
  /// The cross-entropy of who remembers nothing.
  double baseline(elman::Index delay) const {
    return static_cast<double>(symbols_) * std::log(alphabet) / static_cast<double>(steps(delay));
  }

  std::pair<Tokens, Tokens> operator()(elman::Index delay, elman::Random& random) const {
    Tokens tokens(static_cast<std::size_t>(steps(delay)), blank), target = tokens;
    for (auto k = std::size_t{0}; k < static_cast<std::size_t>(symbols_); ++k) tokens[k] = random.below(alphabet);
    std::copy_n(tokens.begin(), symbols_, target.end() - symbols_);
    tokens[static_cast<std::size_t>(symbols_ + delay - 1)] = marker;
    return {tokens, target};
  }

 private:
  elman::Index symbols_;
};

}  // namespace example
