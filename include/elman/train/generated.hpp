// SPDX-License-Identifier: MIT
//
// Examples without end, made while they are trained on: no two are the same, and an epoch is as many as are said.
//
//   train::Generated sums{[](Random& random) { return make_one(random); }, {.examples = 10'000, .size = 64}};
//
// `make` returns a sequence and its target, as a std::pair, of the kinds that data sets have (data_set.hpp). Of the
// same seed it makes the same examples. An evaluation draws from `seed`, so that each has the same examples, of which
// training sees none. A make(random, step) is told the update that its example is trained on for, of all epochs from 0,
// and behind_all_updates in an evaluation: so examples become longer (growing.hpp), or harder.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/random.hpp"
#include "elman/train/batch.hpp"
#include "elman/train/data_set.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

struct GeneratedOptions {
  Index examples = 1024;  ///< of an epoch; at least 1
  Index size = 0;         ///< examples of an update, from 0 to all; 0: 32, or all where there are fewer
  Index micro = 0;        ///< examples that are run at once, from 0 to size; 0: all of a batch (BatchOptions)
  std::optional<ReadSteps> read = {};  ///< what is read; else as for targets of the kind (BatchOptions)
  std::uint64_t seed = 0x5eed;         ///< of what is evaluated on
};

inline constexpr Index behind_all_updates = (std::numeric_limits<Index>::max)();

template <class Make>
class Generated {
  static auto one(Make& make, Random& random, Index step) {
    if constexpr (std::invocable<Make&, Random&, Index>) {
      return make(random, step);
    } else {
      return make(random);
    }
  }
  using Pair = decltype(one(std::declval<Make&>(), std::declval<Random&>(), 0));

  /// The examples of a batch.
  struct Made {
    std::vector<Pair> pairs;
    Index size() const { return static_cast<Index>(pairs.size()); }
    const auto& sequence(Index k) const { return pairs[static_cast<std::size_t>(k)].first; }
    const auto& target(Index k) const { return pairs[static_cast<std::size_t>(k)].second; }
  };

 public:
  using Batch = BatchOf<Made>;
  using Options = GeneratedOptions;

  /// Throws if an option is out of range.
  explicit Generated(Make make, const GeneratedOptions& options = {})
      : make_(std::move(make)), options_(options), evaluation_(options.seed) {
    constexpr auto owner = "train::Generated";
    detail::require_that(options.examples >= 1, owner, ": examples is ", options.examples, "; expected at least 1");
    detail::require_that(options.size >= 0 && options.size <= options.examples, owner, ": size is ", options.size,
                         "; expected from 1 to ", options.examples, ", the examples of an epoch");
    if (options.size == 0) options_.size = (std::min)(options.examples, Index{32});
    detail::require_that(options.micro >= 0 && options.micro <= options_.size, owner, ": micro is ", options.micro,
                         "; expected from 1 to ", options_.size, ", the size of a batch");
    if (options.micro == 0) options_.micro = options_.size;
  }

  const GeneratedOptions& options() const { return options_; }
  Index size() const { return options_.examples; }
  void start(Random*) { evaluation_ = Random{options_.seed}; }
  void begin_update(Index step) { step_ = step; }
  Index batches() const { return (size() + options_.size - 1) / options_.size; }
  Index pieces(Index k) const { return (count_of(k) + options_.micro - 1) / options_.micro; }
  void take(Index k, Index piece, Random* random, Batch& batch) {
    if (piece == 0) make_batch(count_of(k), random ? *random : evaluation_, random ? step_ : behind_all_updates);
    const Index first = piece * options_.micro;
    batch.read = options_.read ? *options_.read : Batch::own_read();
    batch.pack((std::min)(options_.micro, made_.size() - first), made_, [&](Index b) { return first + b; }, random);
  }
  std::string text() const {
    return "batches of " + std::to_string(options_.size) + " of " + std::to_string(size()) + " generated examples";
  }
  template <class Keep>
  void keep(const Keep&) {}
  void check_order() const {}

 private:
  Index count_of(Index k) const { return (std::min)(options_.size, size() - k * options_.size); }
  void make_batch(Index count, Random& random, Index step) {
    made_.pairs.clear();
    for (Index k = 0; k < count; ++k) made_.pairs.push_back(one(make_, random, step));
  }

  Make make_;
  GeneratedOptions options_;
  Random evaluation_;
  Index step_ = 0;  ///< the update that is next
  Made made_;
};

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
