// SPDX-License-Identifier: MIT
//
// The tasks of long range are what their papers say: where what is where, what is asked, and what can be had by chance.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "../../examples/common/tasks/adding.hpp"
#include "../../examples/common/tasks/copy_memory.hpp"
#include "../../examples/common/tasks/lengths.hpp"
#include "../../examples/common/tasks/parity.hpp"
#include "../../examples/common/tasks/reber.hpp"
#include "../../examples/common/tasks/temporal_order.hpp"
#include "support/catch.hpp"

using namespace example;
using elman::Index;

namespace {

std::string text_of(const Tokens& tokens) {
  std::string text;
  for (const Index token : tokens) text += reber_symbols[static_cast<std::size_t>(token)];
  return text;
}

}  // namespace

TEST_CASE("adding problem: one mark in each half, and the sum of the two values that are marked") {
  elman::Random random{1};
  const Adding adding;
  double mean = 0, values = 0;
  std::set<Index> firsts, seconds;
  constexpr int count = 4000;
  for (int k = 0; k < count; ++k) {
    const auto [x, target] = adding(7, random);
    CHECK(x.cols() == 7);
    std::vector<Index> marked;
    for (Index t = 0; t < 7; ++t) {
      CHECK((x(0, t) >= 0 && x(0, t) <= 1));
      CHECK((x(1, t) == 0 || x(1, t) == 1));
      if (x(1, t) == 1) marked.push_back(t);
    }
    REQUIRE(marked.size() == 2);
    firsts.insert(marked[0]);
    seconds.insert(marked[1]);
    CHECK(target == x(0, marked[0]) + x(0, marked[1]));
    mean += static_cast<double>(target) / count;
    values += static_cast<double>(x.row(0).mean()) / count;
  }
  CHECK(firsts == std::set<Index>{0, 1, 2});
  CHECK(seconds == std::set<Index>{3, 4, 5, 6});
  CHECK(std::abs(mean - 1) < 0.02);
  CHECK(std::abs(values - 0.5) < 0.01);
  double squared_error = 0;  // of who always says 1
  constexpr int many = 40'000;
  for (int k = 0; k < many; ++k) squared_error += std::pow(static_cast<double>(adding(2, random).second) - 1, 2) / many;
  CHECK(std::abs(squared_error - Adding::baseline()) < 0.004);
}

TEST_CASE("temporal order: symbols in their tenths of the sequence, noise elsewhere, a class for each order") {
  elman::Random random{2};
  for (const Index symbols : {2, 3}) {
    const TemporalOrder task{symbols};
    CHECK(task.outputs() == (symbols == 2 ? 4 : 8));
    std::vector<std::set<Index>> places(static_cast<std::size_t>(symbols));
    std::map<Index, int> classes;
    std::set<Index> noise;
    for (int k = 0; k < 1600; ++k) {
      const auto [tokens, order] = task(30, random);
      REQUIRE(tokens.size() == 30);
      Index expected = 0;
      std::size_t seen = 0;
      for (std::size_t t = 0; t < 30; ++t) {
        CHECK((tokens[t] >= 0 && tokens[t] < task.inputs()));
        if (tokens[t] >= 2) {
          noise.insert(tokens[t]);
          continue;
        }
        REQUIRE(seen < places.size());
        places[seen++].insert(static_cast<Index>(t));
        expected = 2 * expected + tokens[t];
      }
      CHECK(seen == places.size());
      CHECK(order == expected);
      ++classes[order];
    }
    CHECK(noise == std::set<Index>{2, 3, 4, 5});
    CHECK(places[0] == std::set<Index>{3, 4, 5});
    if (symbols == 2) {
      CHECK(places[1] == std::set<Index>{15, 16, 17});
    } else {
      CHECK(places[1] == std::set<Index>{9, 10, 11});
      CHECK(places[2] == std::set<Index>{18, 19, 20});
    }
    CHECK(static_cast<Index>(classes.size()) == task.outputs());
    for (const auto& [order, times] : classes) CHECK(std::abs(times / 1600.0 - task.chance()) < 0.05);
  }
  CHECK_THROWS_WITH(TemporalOrder{4}, "temporal order: 4 symbols; expected 2 or 3");
}

TEST_CASE("copy memory: symbols, a delay, and the same symbols behind the marker") {
  elman::Random random{3};
  const CopyMemory copy{3};
  std::set<Index> symbols;
  for (const Index delay : {1, 4}) {
    for (int k = 0; k < 100; ++k) {
      const auto [tokens, target] = copy(delay, random);
      REQUIRE(static_cast<Index>(tokens.size()) == delay + 6);
      REQUIRE(target.size() == tokens.size());
      const auto steps = static_cast<std::size_t>(delay);
      for (std::size_t t = 0; t < tokens.size(); ++t) {
        const bool is_symbol = t < 3, is_marker = t == 3 + steps - 1, is_answer = t >= 3 + steps;
        if (is_symbol) {
          CHECK((tokens[t] >= 0 && tokens[t] < CopyMemory::alphabet));
          CHECK(target[t + 3 + steps] == tokens[t]);
          symbols.insert(tokens[t]);
        } else {
          CHECK(tokens[t] == (is_marker ? CopyMemory::marker : CopyMemory::blank));
        }
        if (!is_answer) CHECK(target[t] == CopyMemory::blank);
      }
    }
  }
  CHECK(symbols.size() == 8);
  CHECK(std::abs(copy.baseline(4) - 3 * std::log(8.0) / 10) < 1e-12);
  CHECK(std::abs(CopyMemory{10}.baseline(100) - 0.1733) < 1e-4);  // of Arjovsky's 10 symbols
  CHECK_THROWS_WITH(CopyMemory{0}, "copy memory: 0 symbols; expected at least 1");
}

TEST_CASE("parity: of all bits, or of the bits so far") {
  CHECK(parities({1, 0, 1, 1}) == Tokens{1, 1, 0, 1});
  elman::Random random{4};
  int odd = 0;
  for (int k = 0; k < 1000; ++k) {
    const auto [bits, parity] = Parity{}(9, random);
    CHECK(bits.size() == 9);
    CHECK(parity == std::ranges::count(bits, 1) % 2);
    odd += parity == 1;
  }
  CHECK(std::abs(odd - 500) < 60);
  const auto [bits, running] = RunningParity{}(5, random);
  CHECK(running == parities(bits));
}

TEST_CASE("embedded Reber grammar: strings that others have published are told from those with a fault") {
  for (const char* text : {"BTBTXSETE", "BPBPVVEPE", "BTBPVVETE", "BPBTSSXXTVVEPE", "BPBPTVPXTTVPSEPE"}) {
    INFO(text);
    CHECK(is_embedded_reber(text));
  }
  for (const char* text : {"", "B", "BTXSE", "BTBTXSEPE", "BPBTXSETE", "BTBTXSET", "BTBTXSETEE", "BTBTVVETE",
                           "PTBTXSETE", "BTBSXSETE", "BTBTXXVETE", "BTBPVXETE"}) {
    INFO(text);
    CHECK_FALSE(is_embedded_reber(text));
  }
  ReberState state;
  CHECK(state.next() == "B");
  CHECK_FALSE(state.read('T'));
  for (const char symbol : std::string("BPBTXSE")) REQUIRE(state.read(symbol));
  CHECK(state.next() == "P");  // as the second
  CHECK_FALSE(state.is_end());
  CHECK((state.read('P') && state.read('E')));
  CHECK(state.is_end());
  CHECK(state.next().empty());
}

TEST_CASE("embedded Reber grammar: strings are drawn as likely as they are, and as those of a length are") {
  elman::Random random{5};
  constexpr int count = 4000;
  int starts_with_t = 0;
  double length = 0;
  std::map<std::string, int> of_10;
  for (int k = 0; k < count; ++k) {
    const std::string text = ReberState::draw(0, random);
    CHECK(is_embedded_reber(text));
    starts_with_t += text[1] == 'T';
    length += static_cast<double>(text.size()) / count;
    if (text.size() == 10) ++of_10[text];
  }
  CHECK(std::abs(starts_with_t - count / 2) < 150);
  CHECK(std::abs(length - 12) < 0.3);
  // Inside T or P: BTSXSE, BPTVVE or BPVPSE. The strings of a length are all as likely: each has as many turns.
  CHECK(of_10.size() == 6);
  std::map<std::string, int> drawn;
  for (int k = 0; k < count; ++k) ++drawn[ReberState::draw(10, random)];
  CHECK(drawn.size() == 6);
  for (const auto& [text, times] : drawn) {
    INFO(text);
    CHECK(of_10.contains(text));
    CHECK(std::abs(times - count / 6) < 100);
  }
  const std::string longer = ReberState::draw(3000, random);
  CHECK(longer.size() == 3000);
  CHECK(is_embedded_reber(longer));
}

TEST_CASE("embedded Reber grammar: what is tested on is never trained on, and of it the decision alone is asked for") {
  elman::Random random{6};
  const Reber training, test{true};
  std::set<std::string> trained, tested;
  for (int k = 0; k < 300; ++k) {
    const auto [tokens, target] = training(k % 2 == 0 ? 0 : 14, random);
    REQUIRE(tokens.size() == target.size());
    const std::string text = text_of(tokens) + text_of({target.back()});
    CHECK(is_embedded_reber(text));
    CHECK(text_of(target) == text.substr(1));
    if (k % 2 == 1) CHECK(text.size() == 14);
    trained.insert(text);

    const auto [asked_of, answer] = test(0, random);
    std::string last = text_of(asked_of);
    const auto decision = answer.size() - 2;
    CHECK(answer[decision] == asked_of[1]);
    CHECK(std::ranges::count(answer, -100) == std::ssize(answer) - 1);
    tested.insert(last);
    CHECK(is_held_out(last + "E"));
  }
  for (const std::string& text : trained) CHECK_FALSE(is_held_out(text));
  CHECK(tested.size() > 20);
  const std::string end = " symbols is trained on; expected 9 or more, or 0 for any length";
  CHECK_THROWS_WITH(training(8, random), "embedded Reber grammar: no string of 8" + end);
}

TEST_CASE("lengths of examples are drawn, each as likely as the others") {
  elman::Random random{7};
  const Drawn make{Adding{}, {3, 5}};
  std::array<int, 6> times{};
  for (int k = 0; k < 900; ++k) ++times.at(static_cast<std::size_t>(make(random).first.cols()));
  CHECK((times[0] == 0 && times[1] == 0 && times[2] == 0));
  for (const auto length : std::array<std::size_t, 3>{3, 4, 5}) CHECK(std::abs(times[length] - 300) < 60);
  const Drawn fixed{Parity{}, {4, 4}};
  CHECK(fixed(random).first.size() == 4);
  const auto refused = [](Index shortest, Index longest) { return Drawn{Adding{}, {shortest, longest}}; };
  CHECK_THROWS_WITH(refused(1, 5), "adding problem: length 1; expected at least 2");
  CHECK_THROWS_WITH(refused(5, 4), "adding problem: length 4; expected at least 5, the shortest");
  const Drawn growing{Adding{}, {4, 6}, elman::train::Growing{{.from = 2, .to = 6, .steps = 4}}};
  const auto length_at = [&](Index step) { return growing(random, step).first.cols(); };
  CHECK(length_at(0) == 2);
  CHECK(length_at(1) == 3);
  for (int k = 0; k < 20; ++k) {
    const Index length = length_at(3);
    CHECK((length == 4 || length == 5));
  }
  CHECK(growing(random).first.cols() >= 4);
  CHECK_THROWS_WITH((Drawn{Adding{}, {4, 6}, elman::train::Growing{{.from = 1, .to = 6, .steps = 4}}}),
                    "adding problem: length 1; expected to grow from at least 2");
  CHECK(asked({1, 2, 3, 4}, 1, 3) == Tokens{-100, 2, 3, -100});
}
