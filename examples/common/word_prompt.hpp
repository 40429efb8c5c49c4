// SPDX-License-Identifier: MIT
//
// Words from standard input, a line each, and the classes that a net takes them for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <elman/elman.hpp>
#include <functional>
#include <iomanip>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "terminal.hpp"
#include "words.hpp"

namespace example {

/// Reads words from standard input and prints the most probable classes of each, tab-separated, a line a word. What
/// cannot be read is named on standard error, and the next line is read.
template <class Net>
void classify(const Net& net, const Alphabet& alphabet, const Reading& reading, const std::vector<std::string>& names,
              std::size_t top) {
  auto tape = net.tape();
  UnseenCharacters unseen;
  std::size_t number = 0;
  const auto complain = [&](const std::string& what) {
    std::cerr << "standard input, line " << number << ": " << what << std::endl;
  };
  const auto next = [](std::string& line) {
    if (is_terminal(0)) std::cerr << "word> " << std::flush;
    return static_cast<bool>(std::getline(std::cin, line));
  };
  for (std::string line; next(line);) {
    const auto word = decode_line(line, ++number == 1);
    if (!word) {
      complain(not_utf8(line, ""));
      continue;
    }
    if (word->empty()) continue;
    const std::u32string form = reading.form(*word);
    if (form.empty()) {
      complain("no letter to read in '" + encode_utf8(*word) + "'");
      continue;
    }
    const std::u32string first_met = unseen.add(alphabet, form);
    if (!first_met.empty()) {
      complain("'" + encode_utf8(first_met) + "': in no training word; the net reads nothing in its place");
    }
    net.forward(elman::pack(std::array{alphabet.numbers(form)}), tape, elman::last_step);
    std::vector<elman::Index> order(names.size());
    std::iota(order.begin(), order.end(), elman::Index{0});
    std::ranges::stable_sort(order, std::greater{}, [&](elman::Index k) { return tape.y()(k, 0); });
    std::cout << encode_utf8(*word) << std::fixed << std::setprecision(3);
    for (std::size_t k = 0; k < (std::min)(top, order.size()); ++k) {
      std::cout << '\t' << names[static_cast<std::size_t>(order[k])] << ' ' << tape.y()(order[k], 0);
    }
    std::cout << std::endl;
  }
  if (!unseen.text().empty()) std::cerr << "standard input: " << unseen.text() << '\n';
}

}  // namespace example
