// SPDX-License-Identifier: MIT
//
// A data set in batches, and what the training loop asks of anything that hands out batches:
//
//   using Batch            what it fills
//   size()                 examples that an epoch has
//   start(random)          an epoch begins: in an order drawn by *random, or, if that is null, in the order of the data
//   batches()              how many batches it has
//   begin_update(step)     if there is one: a batch is next that is trained on, for update `step` of all epochs, from 0
//   pieces(k)              how many pieces batch k comes in: 1, or the micro-batches whose gradients are added up
//   take(k, piece, random, batch)   fills `batch`; random as for start
//   text()                 what it is, so that a run is not gone on with on other data
//   keep(visit)            what a checkpoint has of it
//
//   train::Batches batches{data, {.size = 64}};
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/random.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/train/batch.hpp"
#include "elman/train/data_set.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace train {

/// What has the verbs above.
template <class S>
concept BatchSource = requires(S& source, Index k, Random* random, typename S::Batch& batch) {
  { source.size() } -> std::convertible_to<Index>;
  { source.batches() } -> std::convertible_to<Index>;
  { source.pieces(k) } -> std::convertible_to<Index>;
  source.start(random);
  source.take(k, k, random, batch);
  { source.text() } -> std::convertible_to<std::string>;
};

/// The order of the examples in an epoch that is trained on.
enum class Order {
  shuffled,         ///< each order as likely as the others
  similar_lengths,  ///< batches of sequences of about one length, a little faster (docs/training.md); the batches, and
                    ///< equal lengths among each other, in random order
  of_data           ///< as they are
};

struct BatchOptions {
  Index size = 0;                 ///< examples of an update, from 0 to all; 0: 32, or all where there are fewer
  Order order = Order::shuffled;  ///< of the examples in an epoch
  /// Examples that are run at once, from 0 to size; 0: all of a batch. With fewer the gradient is the same, to
  /// round-off, but for masks of dropout, and needs less memory.
  Index micro = 0;
  bool drop_last = false;              ///< a last batch of fewer examples is left out of training
  std::optional<ReadSteps> read = {};  ///< what is read; else the last step for targets of a whole sequence, or every
};

template <class Data_>
class Batches {
 public:
  using Data = std::remove_cvref_t<Data_>;
  static_assert(DataSet<Data>,
                "elman::train::Batches: data must have size(), sequence(k) and target(k); train::Examples{sequences, "
                "targets} makes a data set of lists");
  using Batch = BatchOf<Data>;
  using Options = BatchOptions;

  /// Refers to data that has a name. Throws if it is empty, or an option is out of range or larger than the data.
  explicit Batches(Data_ data, const BatchOptions& options = {})
      : data_(static_cast<Data_&&>(data)), options_(options) {
    constexpr auto owner = "train::Batches";
    const Index count = data_.size();
    detail::require_that(count > 0, owner, ": data has no example; expected at least 1");
    detail::require_that(options.size >= 0 && options.size <= count, owner, ": size is ", options.size,
                         "; expected from 1 to ", count, ", the size of the data");
    if (options.size == 0) options_.size = (std::min)(count, Index{32});
    detail::require_that(options.micro >= 0 && options.micro <= options_.size, owner, ": micro is ", options.micro,
                         "; expected from 1 to ", options_.size, ", the size of a batch");
    if (options.micro == 0) options_.micro = options_.size;
  }

  const Data& data() const { return data_; }
  const BatchOptions& options() const { return options_; }
  Index size() const { return data_.size(); }

  void start(Random* random) {
    order_.resize(static_cast<std::size_t>(size()));
    std::iota(order_.begin(), order_.end(), Index{0});
    const bool shuffles = random && options_.order != Order::of_data;
    if (shuffles) random->shuffle(order_);
    if (random && options_.drop_last) order_.resize(order_.size() - order_.size() % as_size(options_.size));
    const auto count = static_cast<Index>(order_.size());
    begins_.clear();
    if (shuffles && options_.order == Order::similar_lengths) return group(*random);
    for (Index begin = 0; begin < count; begin += options_.size) begins_.push_back(begin);
    begins_.push_back(count);
  }
  Index batches() const {
    if (!begins_.empty()) return static_cast<Index>(begins_.size()) - 1;
    return options_.drop_last ? size() / options_.size : (size() + options_.size - 1) / options_.size;
  }
  Index pieces(Index k) const { return (begin_of(k + 1) - begin_of(k) + options_.micro - 1) / options_.micro; }

  void take(Index k, Index piece, Random* random, Batch& batch) const {
    const Index first = begin_of(k) + piece * options_.micro;
    const Index count = (std::min)(options_.micro, begin_of(k + 1) - first);
    batch.read = options_.read ? *options_.read : Batch::own_read();
    batch.pack(
        count, data_, [&](Index b) { return order_[as_size(first + b)]; }, random);
  }

  std::string text() const {
    constexpr const char* orders[] = {"shuffled", "of similar lengths", "in the order of the data"};
    return "batches of " + std::to_string(options_.size) + " of " + std::to_string(size()) + " examples, " +
           orders[static_cast<std::size_t>(options_.order)] + (options_.drop_last ? ", without the last" : "");
  }
  template <class Keep>
  void keep(const Keep& keep) {
    keep("order", order_);
    keep("begins", begins_);
  }
  /// Throws unless the order is one that start makes: it may come from a file.
  void check_order() const {
    const auto inside = [](const std::vector<Index>& list, Index end) {
      return std::all_of(list.begin(), list.end(), [end](Index k) { return k >= 0 && k < end; });
    };
    const auto count = static_cast<Index>(order_.size());
    detail::require_that(
        inside(order_, size()) && inside(begins_, count + 1) && std::is_sorted(begins_.begin(), begins_.end()),
        "train::Batches: the order of the examples is none of these data");
  }

 private:
  static std::size_t as_size(Index k) { return static_cast<std::size_t>(k); }

  /// Batch k has the places from here on.
  Index begin_of(Index k) const {
    detail::require_that(k + 1 <= static_cast<Index>(begins_.size()), "train::Batches: batch ", k,
                         " is asked for; expected start(random) before");
    return begins_[as_size(k)];
  }

  /// Neighbours get about one length; which batch comes when is drawn.
  void group(Random& random) {
    std::vector<Index> lengths(as_size(size()));
    for (Index k = 0; k < size(); ++k) lengths[as_size(k)] = detail::length_of(data_.sequence(k));
    std::stable_sort(order_.begin(), order_.end(),
                     [&](Index a, Index b) { return lengths[as_size(a)] < lengths[as_size(b)]; });
    std::vector<Index> turn(as_size(batches()));
    std::iota(turn.begin(), turn.end(), Index{0});
    random.shuffle(turn);
    const std::vector<Index> sorted = order_;
    order_.clear();
    for (const Index k : turn) {
      begins_.push_back(static_cast<Index>(order_.size()));
      const std::size_t begin = as_size(k * options_.size);
      const std::size_t end = (std::min)(begin + as_size(options_.size), sorted.size());
      for (std::size_t from = begin; from < end; ++from) order_.push_back(sorted[from]);
    }
    begins_.push_back(static_cast<Index>(order_.size()));
  }

  Data_ data_;
  BatchOptions options_;
  std::vector<Index> order_;   ///< of the examples
  std::vector<Index> begins_;  ///< where each batch begins in it, and where the last ends
};
template <class Data>
Batches(Data&&) -> Batches<detail::Kept<Data>>;
template <class Data>
Batches(Data&&, const BatchOptions&) -> Batches<detail::Kept<Data>>;

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
