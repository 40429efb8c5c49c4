// SPDX-License-Identifier: MIT
#include "elman/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Random;

static_assert(std::uniform_random_bit_generator<Random>);
static_assert((Random::min)() == 0 && (Random::max)() == std::numeric_limits<std::uint64_t>::max());

TEST_CASE("Random is xoshiro256** after SplitMix64, by their published outputs") {
  // prng.di.unimi.it: splitmix64.c from the state 1234567; xoshiro256starstar.c from the state 1, 2, 3, 4.
  CHECK(Random{1234567}.state() ==
        Random::State{6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u});
  Random random = Random::from_state({1, 2, 3, 4});
  for (const std::uint64_t expected :
       {std::uint64_t{11520}, std::uint64_t{0}, std::uint64_t{1509978240}, std::uint64_t{1215971899390074240},
        std::uint64_t{1216172134540287360}, std::uint64_t{607988272756665600}}) {
    CHECK(random() == expected);
  }
}

TEST_CASE("Random gives the pinned numbers for a seed, bit for bit, on every machine") {
  SECTION("bits") {
    Random random{42};
    CHECK(random() == 0x15780b2e0c2ec716);
    CHECK(random() == 0x6104d9866d113a7e);
    CHECK(random() == 0xae17533239e499a1);
  }
  SECTION("uniform in [0, 1)") {
    Random random{42};
    CHECK(random.uniform() == 0x1.5780b2e0c2ecp-4);
    CHECK(random.uniform() == 0x1.84136619b444ep-2);
    CHECK(random.uniform() == 0x1.5c2ea66473c93p-1);
  }
  SECTION("uniform in [low, high), whether or not the compiler fuses products into sums") {
    Random random{42};
    CHECK(random.uniform(-0.3, 0.7) == -0x1.baa60cf604f06p-3);
    CHECK(random.uniform(-0.3, 0.7) == 0x1.4380cb9a0446cp-4);
    CHECK(random.uniform(-0.3, 0.7) == 0x1.852a1995b45f3p-2);
  }
  SECTION("normal") {
    Random random{42};
    CHECK(random.normal() == -0x1.5c2ea66473c93p-1);
    CHECK(random.normal() == -0x1.98914dbd6b56p-2);
    CHECK(random.normal() == -0x1.3ed6a3a61aa05p-1);
    CHECK(random.normal() == -0x1.901547bb440c7p+1);
  }
  SECTION("below") {
    Random random{42};
    for (const Index expected : {42, 2, 9, 93, 76, 84, 54, 7}) CHECK(random.below(100) == expected);
  }
  SECTION("shuffle") {
    std::vector<int> cards(8);
    std::iota(cards.begin(), cards.end(), 0);
    Random{42}.shuffle(cards);
    CHECK(cards == std::vector<int>{7, 2, 4, 0, 3, 5, 1, 6});
  }
  SECTION("a hundred thousand transforms, as one FNV-1a hash") {
    Random random{7};
    std::uint64_t hash = 0;
    for (int k = 0; k < 100'000; ++k) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(random.normal())) * 0x100000001b3;
      hash = (hash ^ std::bit_cast<std::uint64_t>(random.uniform(-1.1, 2.3))) * 0x100000001b3;
    }
    CHECK(hash == 0x21b0e0734dc7a440);
  }
}

namespace {

/// The largest distance of the empirical distribution of `numbers` from `distribution`, times √n: above 1.95 with
/// probability 0.001 (Kolmogorov and Smirnov).
template <class Distribution>
double kolmogorov_smirnov(std::vector<double> numbers, const Distribution& distribution) {
  std::ranges::sort(numbers);
  const auto n = static_cast<double>(numbers.size());
  double distance = 0;
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const double expected = distribution(numbers[k]);
    distance = std::max({distance, static_cast<double>(k + 1) / n - expected, expected - static_cast<double>(k) / n});
  }
  return distance * std::sqrt(n);
}

template <class Draw>
std::vector<double> draws(std::size_t count, Draw&& draw) {
  std::vector<double> numbers(count);
  std::ranges::generate(numbers, draw);
  return numbers;
}

double moment(const std::vector<double>& numbers, int power) {
  double sum = 0;
  for (const double number : numbers) sum += std::pow(number, power);
  return sum / static_cast<double>(numbers.size());
}

}  // namespace

TEST_CASE("uniform numbers have the uniform distribution") {
  Random random{1};
  const auto unit = draws(200'000, [&] { return random.uniform(); });
  CHECK(std::ranges::all_of(unit, [](double u) { return u >= 0 && u < 1; }));
  CHECK(kolmogorov_smirnov(unit, [](double u) { return u; }) < 1.95);

  const auto wide = draws(200'000, [&] { return random.uniform(-3, 5); });
  CHECK(std::ranges::all_of(wide, [](double u) { return u >= -3 && u < 5; }));
  CHECK(kolmogorov_smirnov(wide, [](double u) { return (u + 3) / 8; }) < 1.95);
}

TEST_CASE("uniform never returns high, though rounding reaches it") {
  const double low = 1;
  const double high = std::nextafter(low, 2.0);  // half of all sums round up to high
  Random random{2};
  for (int k = 0; k < 100; ++k) CHECK(random.uniform(low, high) == low);
}

TEST_CASE("normal numbers have the normal distribution, tails included") {
  Random random{3};
  const auto numbers = draws(400'000, [&] { return random.normal(); });
  CHECK(kolmogorov_smirnov(numbers, [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }) < 1.95);
  // Four standard errors: √(var(xᵏ) / n) with var = 1, 2, 15, 96.
  const double n = 400'000;
  CHECK(std::abs(moment(numbers, 1)) < 4 * std::sqrt(1 / n));
  CHECK(std::abs(moment(numbers, 2) - 1) < 4 * std::sqrt(2 / n));
  CHECK(std::abs(moment(numbers, 3)) < 4 * std::sqrt(15 / n));
  CHECK(std::abs(moment(numbers, 4) - 3) < 4 * std::sqrt(96 / n));
  for (const double bound : {2.0, 3.0, 4.0}) {
    const double expected = n * std::erfc(bound / std::sqrt(2.0));
    const auto beyond =
        static_cast<double>(std::ranges::count_if(numbers, [&](double x) { return std::abs(x) > bound; }));
    CHECK(std::abs(beyond - expected) < 4 * std::sqrt(expected));
  }
}

TEST_CASE("below is even over its range, also where 2^64 is no multiple of it") {
  Random random{4};
  std::array<int, 7> counts{};
  for (int k = 0; k < 70'000; ++k) ++counts.at(static_cast<std::size_t>(random.below(7)));
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 4 * std::sqrt(10'000 * 6 / 7.0));
  CHECK(random.below(1) == 0);

  // Three quarters of the largest Index, 3 · 2^61: 2^64 mod n is two thirds of it, so that a plain remainder would fall
  // into its lowest third three times in eight.
  const Index third = (std::numeric_limits<Index>::max)() / 4;
  int lowest = 0;
  for (int k = 0; k < 30'000; ++k) lowest += random.below(3 * third) < third;
  CHECK(std::abs(lowest - 10'000) < 4 * std::sqrt(10'000 * 2 / 3.0));
}

TEST_CASE("shuffle gives every order equally often") {
  Random random{5};
  std::array<int, 6> counts{};
  for (int k = 0; k < 60'000; ++k) {
    std::array<int, 3> cards{0, 1, 2};
    random.shuffle(cards);
    ++counts.at(static_cast<std::size_t>(2 * cards[0] + (cards[1] > cards[2])));
  }
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 4 * std::sqrt(10'000 * 5 / 6.0));

  std::vector<int> none;
  random.shuffle(none);
  CHECK(none.empty());
}

TEST_CASE("Random is a value: a copy goes on alike, and so does a state put back") {
  Random random{6};
  random.normal();
  Random copy = random;
  CHECK(copy == random);
  Random restored = Random::from_state(random.state());
  const double next = random.normal();
  CHECK(copy != random);
  CHECK(copy.normal() == next);
  CHECK(restored.normal() == next);
  CHECK(restored == random);
  CHECK(Random{6} != Random{7});
}

TEST_CASE("Random refuses empty ranges") {
  Random random{8};
  const Random before = random;
  expect_error([&] { random.below(0); }, "Random::below: n is 0; expected at least 1");
  expect_error([&] { random.uniform(1, 1); }, "Random::uniform: low is 1; expected below high = 1");
  expect_error([&] { random.uniform(-1e308, 1e308); }, "Random::uniform: high - low is inf; expected a finite number");
  expect_error([&] { random.uniform(std::nan(""), 1); }, "Random::uniform: low is nan; expected below high = 1");
  expect_error([] { Random::from_state({}); }, "Random::from_state: state is all zero; expected at least one bit set");
  CHECK(random == before);
}
