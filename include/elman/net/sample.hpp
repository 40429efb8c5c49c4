// SPDX-License-Identifier: MIT
//
// From logits to tokens: the most probable one, or one by chance, with the usual ways to keep improbable ones out; and
// generation, which feeds each token back as the next input (docs/math.md Eqs. 46, 47).
//
//   Sampler sampler{{.temperature = 0.8, .top_k = 40, .top_p = 0.95}};
//   auto state = net.initial_state();
//   generate(net, state, prefix, {.length = 200, .stop = newline}, sampler, random)     → the tokens after the prefix
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/coefficients.hpp"
#include "elman/option_ranges.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// The place of the largest of some numbers, the first of equals. NaN is above all numbers, wherever it lies.
template <class O>
Index place_of_largest(const Eigen::MatrixBase<O>& numbers) {
  Index largest = 0;
  for (Index k = 0; k < numbers.size() && !is_nan(numbers(largest)); ++k) {
    if (exceeds(numbers(k), numbers(largest))) largest = k;
  }
  return largest;
}

}  // namespace detail

/// The row of the largest logit, the first of equals. Throws if a logit is NaN, or there is none.
template <class O>
Index greedy(const Eigen::MatrixBase<O>& logits) {
  detail::require_that(logits.size() > 0, "greedy: logits has 0 rows; expected at least 1");
  const Index largest = detail::place_of_largest(logits);
  detail::require_that(!detail::is_nan(logits(largest)), "greedy: logit ", largest, " is nan; expected a number");
  return largest;
}

struct SamplerOptions {
  double temperature = 1;  ///< above 0 and finite: probabilities are softmax(o / temperature)
  Index top_k = 0;         ///< only the k most probable tokens, at least 0; 0: all
  double top_p = 1;        ///< only the fewest most probable tokens that together reach this; in (0, 1]
};

/// Draws tokens from logits (Eq. 46): first top_k, then top_p of what is left (Holtzman et al., ICLR 2020). Of equally
/// probable tokens the lower ones count as the more probable. Computes in double; a seed gives the same tokens again.
class Sampler {
 public:
  /// Throws if an option is out of range.
  explicit Sampler(const SamplerOptions& options = {}) : options_(options) {
    detail::require_that(
        options.temperature != 0,
        "Sampler: temperature is 0; expected above 0. The most probable token is elman::greedy(logits), and "
        "generate without a sampler picks it");
    detail::require_positive("Sampler", "temperature", options.temperature);
    detail::require_that(options.top_k >= 0, "Sampler: top_k is ", options.top_k, "; expected at least 0");
    detail::require_that(options.top_p > 0 && detail::within(options.top_p, 0.0, 1.0), "Sampler: top_p is ",
                         options.top_p, "; expected in (0, 1]");
  }

  const SamplerOptions& options() const { return options_; }

  /// A row of `logits` (a vector). One number is drawn. Allocates only at first. Throws, with nothing drawn, if a logit
  /// is NaN or the largest is not finite.
  template <class O>
  Index operator()(const Eigen::MatrixBase<O>& logits, Random& random) {
    const Index out = logits.size();
    detail::require_that(out > 0, "Sampler: logits has 0 rows; expected at least 1");
    const auto largest = static_cast<double>(logits(detail::place_of_largest(logits)));
    constexpr double bound = (std::numeric_limits<double>::max)();
    detail::require_that(detail::within(largest, -bound, bound), "Sampler: the largest logit is ", largest,
                         "; expected a finite number");
    order_.resize(static_cast<std::size_t>(out));
    weights_.resize(static_cast<std::size_t>(out));
    std::iota(order_.begin(), order_.end(), Index{0});
    for (Index k = 0; k < out; ++k) {
      weights_[static_cast<std::size_t>(k)] =
          std::exp((static_cast<double>(logits(k)) - largest) / options_.temperature);
    }
    if (options_.top_k > 0 || options_.top_p < 1) {
      std::sort(order_.begin(), order_.end(), [&](Index a, Index b) {
        const double weight_a = weight(a), weight_b = weight(b);
        return weight_a > weight_b || (weight_a == weight_b && a < b);
      });
    }
    if (options_.top_k > 0 && options_.top_k < out) order_.resize(static_cast<std::size_t>(options_.top_k));
    double total = 0;
    for (const Index k : order_) total += weight(k);
    if (options_.top_p < 1) {
      double kept = 0;
      std::size_t count = 0;
      while (count < order_.size() && kept < options_.top_p * total) kept += weight(order_[count++]);
      order_.resize(count);
      total = kept;
    }
    double rest = random.uniform() * total;
    for (const Index k : order_) {
      rest -= weight(k);
      if (rest < 0) return k;
    }
    return *std::max_element(order_.begin(), order_.end(),
                             [&](Index a, Index b) { return weight(a) < weight(b); });  // round-off ate the last one
  }

 private:
  double weight(Index k) const { return weights_[static_cast<std::size_t>(k)]; }

  SamplerOptions options_;
  std::vector<Index> order_;
  std::vector<double> weights_;
};

struct GenerateOptions {
  Index length = 100;              ///< tokens at most, at least 0
  std::optional<Index> stop = {};  ///< any token, which ends the sequence and has no place in it
};

/// Steps `state` through the prefix, then through the tokens that choose(o) picks from the logits, and returns those.
/// The state has then read all of them, so that another call with an empty prefix goes on. Throws unless the net takes
/// as many tokens as it gives, the state is one stream, all tokens of the prefix are in the vocabulary, and there is at
/// least one where the state has yet to begin.
template <class Net, class State, class Choose>
std::vector<Index> generate(const Net& net, State& state, std::span<const Index> prefix, const GenerateOptions& options,
                            Choose choose) {
  detail::require_that(net.in() == net.out(), "generate: the net has In = ", net.in(), " and Out = ", net.out(),
                       "; expected them equal, to feed outputs back");
  detail::require_that(state.h.cols() == 1, "generate: state has ", state.h.cols(), " streams; expected 1");
  detail::require_that(options.length >= 0, "generate: length is ", options.length, "; expected at least 0");
  detail::require_that(!prefix.empty() || !state.fresh(0),
                       "generate: prefix has 0 tokens; expected at least 1 to begin with");
  for (std::size_t k = 0; k < prefix.size(); ++k) {
    detail::require_that(prefix[k] >= 0 && prefix[k] < net.in(), "generate: token ", k, " of prefix is ", prefix[k],
                         "; expected 0 <= token < In = ", net.in());
  }
  for (const Index token : prefix) net.step(token, state);
  std::vector<Index> tokens;
  while (static_cast<Index>(tokens.size()) < options.length) {
    const Index token = choose(state.o.col(0));
    if (options.stop && token == *options.stop) break;
    tokens.push_back(token);
    net.step(token, state);
  }
  return tokens;
}
/// By chance, as the sampler says.
template <class Net, class State>
std::vector<Index> generate(const Net& net, State& state, std::span<const Index> prefix, const GenerateOptions& options,
                            Sampler& sampler, Random& random) {
  return generate(net, state, prefix, options, [&](const auto& o) { return sampler(o, random); });
}
/// The most probable token each time.
template <class Net, class State>
std::vector<Index> generate(const Net& net, State& state, std::span<const Index> prefix,
                            const GenerateOptions& options = {}) {
  return generate(net, state, prefix, options, [](const auto& o) { return greedy(o); });
}

}  // namespace ELMAN_ABI
}  // namespace elman
