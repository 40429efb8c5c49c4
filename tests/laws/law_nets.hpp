// SPDX-License-Identifier: MIT
//
// The law that every composition of layers must keep, on random configurations: widths all different and some 1, T
// 1–40, B 1–5, ragged and even, every read-out, h₀ drawn or the net's own, columns or tokens as x:
//
//   the gradient of every parameter, of x and of h₀ equals the complex step (docs/math.md Eq. 36)
//
// A composition is a struct with `make<Output>(random)` → a net of random sizes, `x(random, net, B, T)` → a batch, and
// `depth`: through how many recurrences a gradient passes, one above or behind the other.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "laws/law_suite.hpp"

namespace laws {

/// The steps of a batch, of a pair those of its target.
template <class X>
const elman::Steps& steps_of(const X& x) {
  if constexpr (requires { x.target; }) {
    return x.target.steps;
  } else {
    return x.steps;
  }
}

/// Lengths of a batch, ragged three times out of four, and of these every third with sequences without steps.
inline std::vector<Index> draw_lengths(elman::Random& random, std::size_t B, Index T) {
  std::vector<Index> lengths(B, 1 + random.below(T));
  if (random.below(4) != 0) {
    const bool some_empty = random.below(3) == 0;
    for (Index& length : lengths) length = 1 + random.below(T);
    if (some_empty) {
      for (std::size_t b = 1; b < B; ++b) lengths[b] *= random.below(2);
      random.shuffle(lengths);
    }
  }
  return lengths;
}

inline elman::Sequences<double, Dynamic> draw_columns(elman::Random& random, Index in,
                                                      const std::vector<Index>& lengths) {
  std::vector<Eigen::MatrixXd> sequences;
  for (const Index T : lengths) sequences.push_back(nets::normal<Eigen::MatrixXd>(in, T, random));
  const auto packed = elman::pack(sequences);
  return {packed.columns, packed.steps};
}

inline elman::Labels draw_tokens(elman::Random& random, Index vocabulary, const std::vector<Index>& lengths) {
  std::vector<std::vector<Index>> lists;
  for (const Index T : lengths) {
    lists.emplace_back();
    for (Index t = 0; t < T; ++t) lists.back().push_back(random.below(vocabulary));
  }
  return elman::pack(lists);
}

/// Different sizes, 1 to 6: `const auto [in, hidden, out] = draw_sizes<3>(random)`.
template <std::size_t Count>
std::array<Index, Count> draw_sizes(elman::Random& random) {
  static_assert(Count <= 6);
  std::array<Index, 6> all{1, 2, 3, 4, 5, 6};
  random.shuffle(all);
  std::array<Index, Count> sizes{};
  std::copy_n(all.begin(), Count, sizes.begin());
  return sizes;
}

/// Weights of a scale: matrices of normal numbers of deviation scale/√columns, b, c and h₀ of 0.3.
template <class Net>
void randomise_net(Net& net, double scale, elman::Random& random) {
  net.for_each([&](const std::string&, auto& view) {
    const double deviation = view.cols() == 1 ? 0.3 : scale / std::sqrt(static_cast<double>(view.cols()));
    for (Index k = 0; k < view.size(); ++k) view.data()[k] = deviation * random.normal();
  });
}

/// One configuration. `masks`: whether dropout and zoneout draw.
template <class Composition, class Case>
void check_net(std::uint64_t seed, double low_scale, double high_scale, double bound, bool masks, Tally& tally) {
  elman::Random random(seed);
  auto net = Composition::template make<typename Case::Output>(random);
  randomise_net(net, random.uniform(low_scale, high_scale), random);
  const std::size_t B = static_cast<std::size_t>(1 + random.below(5));
  const auto x = Composition::x(random, net, B, Index{25});
  const elman::Steps& steps = steps_of(x);
  std::vector<Index> lengths;
  for (Index b = 0; b < steps.batch(); ++b) lengths.push_back(steps.length(b));
  const Reading reading(random, lengths);
  // A start that is learned has a gradient only where it is used.
  const bool own_start = elman::detail::learns_start<decltype(net)> ? random.below(8) != 0 : random.below(2) == 0;
  const Eigen::MatrixXd h0 =
      own_start ? Eigen::MatrixXd() : nets::normal<Eigen::MatrixXd>(net.state(), steps.batch(), random);
  std::optional<elman::Random> draws;
  if (masks) draws = random;
  CAPTURE(seed, lengths, reading.listed, own_start, masks);

  auto tape = net.tape();
  elman::detail::forward_with_masks(net, x, tape, reading.read, h0, draws);
  REQUIRE(tape.o().cols() == static_cast<Index>(reading.columns.size()));
  const auto [loss, targets] = Case::draw(random, net.out(), tape.o().cols());

  const auto report = elman::gradient_check(net, x, targets, loss, reading.read, h0, draws);
  REQUIRE(report.method == elman::Differences::complex_step);
  tally.add(report, bound, tolerance::vanished<double>);
}

/// `count` well-conditioned configurations of consecutive seeds, and a quarter as many beyond.
template <class Composition, class Case>
void check_nets(std::uint64_t seed, int count, bool masks = false) {
  constexpr double bound = tolerance::complex_step_through(Composition::depth);
  Tally tally;
  for (int k = 0; k < count; ++k) {
    check_net<Composition, Case>(seed + static_cast<std::uint64_t>(k), 0.1, 1.5, bound, masks, tally);
  }
  tally.check_complete(Composition::entries);
  Tally beyond;
  for (int k = 0; k < count / 4; ++k) {
    check_net<Composition, Case>(seed + 500 + static_cast<std::uint64_t>(k), 1.5, 2.5, tolerance::complex_step_chaotic,
                                 masks, beyond);
  }
}

}  // namespace laws
