// SPDX-License-Identifier: MIT
//
// Temporal order (Hochreiter and Schmidhuber, Neural Computation 9, 1997, experiments 6a and 6b; at any length as
// Martens and Sutskever, ICML 2011, and Pascanu, Mikolov and Bengio, ICML 2013, have it). A sequence of T tokens is
// noise, each one of four symbols, but for 2 or 3 steps, where there is an A or a B. Which they are, and in which
// order, is to be told at the end: one of 4 or 8 classes.
//
//   2 symbols   at a step of [T/10, 2T/10) and one of [5T/10, 6T/10)
//   3 symbols   of [T/10, 2T/10), [3T/10, 4T/10) and [6T/10, 7T/10)
//
// By chance 1 in 4, or 1 in 8, is right. tokens: 0 A, 1 B, 2 to 5 noise; class: the symbols as binary digits, A 0.
#pragma once

#include <array>
#include <elman/elman.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "lengths.hpp"

namespace example {

class TemporalOrder {
 public:
  static constexpr const char* name = "temporal order";
  static constexpr elman::Index shortest() { return 10; }
  static constexpr elman::Index inputs() { return 6; }

  /// Throws std::runtime_error unless there are 2 or 3 symbols.
  explicit TemporalOrder(elman::Index symbols = 2) : symbols_(symbols) {
    if (symbols != 2 && symbols != 3) {
      throw std::runtime_error(std::string(name) + ": " + std::to_string(symbols) + " symbols; expected 2 or 3");
    }
  }

  elman::Index outputs() const { return elman::Index{1} << symbols_; }
  double chance() const { return 1.0 / static_cast<double>(outputs()); }

  std::pair<Tokens, elman::Index> operator()(elman::Index length, elman::Random& random) const {
    Tokens tokens(static_cast<std::size_t>(length));
    for (elman::Index& token : tokens) token = 2 + random.below(4);
    elman::Index order = 0;
    for (const elman::Index tenth : tenths()) {
      const elman::Index at = tenth * length / 10 + random.below(length / 10), symbol = random.below(2);
      tokens[static_cast<std::size_t>(at)] = symbol;
      order = 2 * order + symbol;
    }
    return {tokens, order};
  }

 private:
  /// In tenths of the length: from where each symbol may stand.
  std::span<const elman::Index> tenths() const {
    static constexpr std::array<elman::Index, 2> of_two{1, 5};
    static constexpr std::array<elman::Index, 3> of_three{1, 3, 6};
    if (symbols_ == 2) return of_two;
    return of_three;
  }

  elman::Index symbols_;
};

}  // namespace example
