// SPDX-License-Identifier: MIT
//
// The laws that every net must keep, on random configurations: sizes all different and some 1, T 1–40, B 1–5, ragged
// and even, every read-out, h₀ drawn too, weights at a given scale. One configuration is one seed.
//
//   forward, L and bptt equal the scalar-loop oracle of reference.hpp (docs/math.md Eqs. 1–14)
//   the gradient of U, W, b, V, c, x and h₀ equals the complex step (Eq. 36)
//
// A test file names the loss; the hidden activation is a template argument.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/products.hpp"
#include "support/reference.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

namespace laws {

using elman::Dynamic;
using elman::Index;

/// A user's own activation: h = a / (1 + |a|), σ' = (1 − |h|)².
struct Softsign {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return a / (Scalar(1) + (elman::real_part(a) < 0 ? -a : a));
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    const Scalar rest = Scalar(1) - (elman::real_part(h) < 0 ? -h : h);
    return rest * rest;
  }
};

/// The worst error seen of every gradient, and how often it could be compared.
struct Tally {
  std::map<std::string, double> worst;
  std::map<std::string, int> reported;
  std::map<std::string, int> compared;
  int configurations = 0;
  int comparisons = 0;
  int beyond_own_norm = 0;  ///< held to the round-off of larger terms (tolerance::vanished)

  /// Gradients that are zero on both sides prove nothing (softmax of one class, dead ReLUs), those that are what is
  /// left of larger terms prove less: both must be few.
  void check_complete(std::size_t entries = 7) const {
    REQUIRE(compared.size() == entries);
    CHECK(100 * beyond_own_norm <= comparisons);
    for (const auto& [name, times] : compared) {
      INFO(name << " was compared in " << times << " of " << reported.at(name) << " configurations, worst error "
                << worst.at(name));
      CHECK(3 * times >= 2 * reported.at(name));
    }
  }

  /// Checks a report and counts it.
  void add(const elman::GradientReport& report, double bound, double vanished) {
    ++configurations;
    double largest_norm = 0;
    for (const auto& entry : report.entries) largest_norm = (std::max)(largest_norm, entry.norm);
    for (const auto& entry : report.entries) {
      CAPTURE(entry.name, entry.norm, entry.error, largest_norm);
      ++reported[entry.name];
      compared[entry.name] += entry.norm > 0;
      if (entry.norm == 0) continue;  // exactly zero on both sides
      ++comparisons;
      beyond_own_norm += entry.error > bound;
      const double error = entry.error * entry.norm / (std::max)(entry.norm, vanished * largest_norm);
      INFO("the error is " << error / bound << " of its bound");
      CHECK(error <= bound);
      worst[entry.name] = (std::max)(worst[entry.name], error);
    }
  }
};

/// Three different sizes, 1 to 8 and now and then a large one.
struct Sizes {
  explicit Sizes(elman::Random& random) {
    std::vector<Index> sizes{1, 2, 3, 4, 5, 6, 7, 8};
    random.shuffle(sizes);
    in = sizes[0];
    hidden = sizes[1];
    out = sizes[2];
    switch (random.below(60)) {
      case 0:
        in = 19;
        break;
      case 1:
        hidden = 21;
        break;
      case 2:
        out = 23;
        break;
      default:
        break;
    }
  }
  Index in, hidden, out;
};

/// Which steps are read, and in which order their columns come, worked out sequence by sequence.
struct Reading {
  Reading(elman::Random& random, const std::vector<Index>& lengths) {
    const Index T = *std::ranges::max_element(lengths);
    const Index kind = random.below(3);
    if (kind == 0) {
      listed.resize(static_cast<std::size_t>(T));
      std::iota(listed.begin(), listed.end(), Index{0});
    } else if (kind == 1) {
      read = elman::last_step;
      for (std::size_t b = 0; b < lengths.size(); ++b) columns.emplace_back(b, lengths[b] - 1);
      return;
    } else {
      for (Index t = 0; t < T; ++t) {
        if (random.below(3) == 0) listed.push_back(t);
      }
      if (listed.empty()) listed.push_back(random.below(T));
      read = elman::at_steps(listed);
    }
    std::vector<std::size_t> order(lengths.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
    for (const Index t : listed) {
      for (const std::size_t b : order) {
        if (t < lengths[b]) columns.emplace_back(b, t);
      }
    }
  }
  std::vector<Index> listed;
  elman::ReadSteps read = elman::every_step;
  std::vector<std::pair<std::size_t, Index>> columns;  ///< (sequence, step) of every column of o
};

/// One configuration. `Case` names the loss: Output, draw(random, out, columns) → (loss, targets), and value(…), the
/// oracle's L for them, or nothing where the loss has options the oracle does not know.
template <class Scalar, class Activation, class Case>
void check(std::uint64_t seed, double low_scale, double high_scale, double bound, Tally& tally) {
  using Cell = elman::RNNCell<Scalar, Dynamic, Dynamic, Dynamic, Activation, typename Case::Output>;
  using M = elman::Matrix<Scalar, Dynamic, Dynamic>;
  elman::Random random(seed);
  const Sizes sizes(random);
  std::vector<Index> lengths(static_cast<std::size_t>(1 + random.below(5)), 1 + random.below(40));
  if (random.below(4) != 0) {
    for (Index& length : lengths) length = 1 + random.below(40);
  }
  const Reading reading(random, lengths);
  const double scale = random.uniform(low_scale, high_scale);
  CAPTURE(seed, sizes.in, sizes.hidden, sizes.out, lengths, scale, reading.listed);

  Cell cell(sizes.in, sizes.hidden, sizes.out, elman::zero);
  nets::randomise(cell, scale, random);
  std::vector<M> xs;
  for (const Index T : lengths) xs.push_back(nets::normal<M>(sizes.in, T, random));
  const M h0 = nets::normal<M>(sizes.hidden, static_cast<Index>(lengths.size()), random);

  // The oracle, one sequence after the other. An unbounded σ makes h grow with T: V is scaled so that logits do not,
  // for a saturated softmax has no gradient to compare.
  reference::Net<Scalar> net(cell);
  std::vector<reference::Run<Scalar>> runs;
  const auto run_oracle = [&] {
    runs.clear();
    for (std::size_t b = 0; b < xs.size(); ++b) {
      runs.push_back(reference::forward<Scalar>(net, cell.activation(), xs[b], h0.col(static_cast<Index>(b))));
    }
  };
  run_oracle();
  Scalar largest(1);
  for (const auto& run : runs) largest = (std::max)(largest, run.h.cwiseAbs().maxCoeff());
  cell.V() /= largest;
  net.V = cell.V();
  run_oracle();

  const auto x = elman::pack(xs);
  auto tape = cell.tape();
  auto gradient = cell.zero_gradient();
  typename Cell::InputGradients asked;
  elman::Columns<Scalar, Dynamic> d_x, d_h0;
  asked.d_x = &d_x;
  asked.d_h0 = &d_h0;
  cell.forward(x, tape, reading.read, h0);
  const double round_off =
      16 * static_cast<double>(tolerance::round_off<Scalar>(40, sizes.hidden)) * std::max(1.0, std::pow(high_scale, 6));

  M o(sizes.out, static_cast<Index>(reading.columns.size()));
  for (std::size_t k = 0; k < reading.columns.size(); ++k) {
    const auto [b, t] = reading.columns[k];
    o.col(static_cast<Index>(k)) = runs[b].o.col(t);
  }
  REQUIRE(tape.o().cols() == o.cols());
  CHECK(relative_error(tape.o(), o) < round_off);

  const auto [loss, targets] = Case::draw(random, sizes.out, o.cols());
  const Scalar L = loss(tape, targets);
  const auto expected_L = Case::value(loss, tape.o(), targets);
  if (expected_L) CHECK(std::abs(L - *expected_L) <= round_off * (1 + std::abs(L)));
  cell.bptt(x, tape, gradient, asked);

  reference::Net<Scalar> sum(sizes.in, sizes.hidden, sizes.out);
  const auto d_x_each = elman::unpack(d_x, x.steps);
  std::vector<M> d_o_each;
  for (const Index T : lengths) d_o_each.push_back(M::Zero(sizes.out, T));
  for (std::size_t k = 0; k < reading.columns.size(); ++k) {
    const auto [b, t] = reading.columns[k];
    d_o_each[b].col(t) = std::as_const(tape).d_o().col(static_cast<Index>(k));
  }
  M all_d_h0(d_h0.rows(), d_h0.cols());
  for (std::size_t b = 0; b < xs.size(); ++b) {
    M d_x_alone, d_h0_alone;
    reference::bptt<Scalar>(net, cell.activation(), xs[b], runs[b], d_o_each[b], sum, d_x_alone, d_h0_alone);
    CHECK(relative_error(d_x_each[b], d_x_alone) < round_off);
    all_d_h0.col(static_cast<Index>(b)) = d_h0_alone;
  }
  CHECK(relative_error(d_h0, all_d_h0) < round_off);
  CHECK(relative_error(gradient.U(), sum.U) < round_off);
  CHECK(relative_error(gradient.W(), sum.W) < round_off);
  CHECK(relative_error(gradient.b(), sum.b) < round_off);
  CHECK(relative_error(gradient.V(), sum.V) < round_off);
  CHECK(relative_error(gradient.c(), sum.c) < round_off);

  const auto report = elman::gradient_check(cell, x, targets, loss, reading.read, h0);
  REQUIRE(report.method == elman::Differences::complex_step);
  tally.add(report, bound, tolerance::vanished<Scalar>);
}

/// `count` configurations of consecutive seeds.
template <class Scalar, class Activation, class Case>
void check_many(std::uint64_t seed, int count, double low_scale, double high_scale, double bound) {
  Tally tally;
  for (int k = 0; k < count; ++k) {
    check<Scalar, Activation, Case>(seed + static_cast<std::uint64_t>(k), low_scale, high_scale, bound, tally);
  }
  tally.check_complete();
}

/// Every activation with one loss: 300 well-conditioned configurations, and 100 beyond.
template <class Case>
void check_all(std::uint64_t seed) {
  SECTION("at weight scales up to 1.5") {
    check_many<double, elman::Tanh, Case>(seed, 100, 0.1, 1.5, tolerance::complex_step);
    check_many<double, elman::ReLU, Case>(seed + 1000, 80, 0.3, 1.5, tolerance::complex_step);
    check_many<double, elman::Identity, Case>(seed + 2000, 60, 0.1, 1.5, tolerance::complex_step);
    check_many<double, Softsign, Case>(seed + 3000, 60, 0.1, 1.5, tolerance::complex_step);
  }
  SECTION("at weight scales up to 4") {
    check_many<double, elman::Tanh, Case>(seed + 4000, 40, 1.5, 4, tolerance::complex_step_chaotic);
    check_many<double, elman::ReLU, Case>(seed + 5000, 20, 1.5, 4, tolerance::complex_step_chaotic);
    check_many<double, elman::Identity, Case>(seed + 6000, 20, 1.5, 4, tolerance::complex_step_chaotic);
    check_many<double, Softsign, Case>(seed + 7000, 20, 1.5, 4, tolerance::complex_step_chaotic);
  }
}

}  // namespace laws
