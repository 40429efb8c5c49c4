// SPDX-License-Identifier: MIT
//
// A batch of examples as a net and a loss take them: x packed, targets in the order of the columns that are read.
//
//   batch.pack(3, data, place)        examples place(0), place(1) and place(2) of a data set
//   net.forward(batch.x, tape, batch.read);
//   batch.with_targets([&](const auto& targets) { L = loss(tape, targets); });
//
// Its memory grows with the largest batch and is kept.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/growing_columns.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/loss/weighted.hpp"
#include "elman/random.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/read_steps.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/train/data_set.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A list of integers; a text is none, for its characters are no classes.
template <class Type>
concept IsListOfClasses =
    std::ranges::random_access_range<const Type> && !IsMatrix<Type> &&
    std::integral<std::ranges::range_value_t<Type>> && !std::same_as<std::ranges::range_value_t<Type>, char>;

/// What sequences of type T are packed into.
template <class Type>
struct PackedInput {
  static_assert(IsMatrix<Type>,
                "elman::train: a sequence must be an Eigen matrix, a column a step, a list of integers, or "
                "elman::SourceTarget of two of these");
};
template <class Type>
requires IsMatrix<Type>
struct PackedInput<Type> {
  using type = Sequences<typename Type::Scalar, Type::RowsAtCompileTime>;
};
template <class Type>
requires IsListOfClasses<Type>
struct PackedInput<Type> {
  using type = Labels;
};
template <class Source, class Target>
struct PackedInput<SourceTarget<Source, Target>> {
  using type = SourceTarget<typename PackedInput<std::remove_cvref_t<Source>>::type,
                            typename PackedInput<std::remove_cvref_t<Target>>::type>;
};
template <class Type>
using PackedX = typename PackedInput<std::remove_cvref_t<Type>>::type;

/// x ← B sequences, sequence(b).
template <class Sequence, class Scalar, int Rows>
void pack_each(Index B, const Sequence& sequence, Sequences<Scalar, Rows>& x) {
  pack_matrices("train::Batch::pack", B, sequence, x);
}
template <class Sequence>
void pack_each(Index B, const Sequence& sequence, Labels& x) {
  pack_lists("train::Batch::pack", B, sequence, x);
}
template <class Sequence, class Source, class Target>
void pack_each(Index B, const Sequence& sequence, SourceTarget<Source, Target>& x) {
  pack_each(
      B, [&](Index b) -> decltype(auto) { return (sequence(b).source); }, x.source);
  pack_each(
      B, [&](Index b) -> decltype(auto) { return (sequence(b).target); }, x.target);
}

template <class X>
const Steps& steps_of(const X& x) {
  return x.steps;
}
template <class Source, class Target>
const Steps& steps_of(const SourceTarget<Source, Target>& x) {
  return x.target.steps;
}

/// read ← the targets in the order of what is read. Those of every step are in that order already.
template <class Packed, class Read>
void order_targets(Packed& all, const ReadSteps& which, const Steps& steps, Read& read) {
  if (which.kind == ReadSteps::Kind::every && all.steps == steps) {
    read.swap(all.columns);
  } else {
    gather(all, which, steps, read);
  }
}

/// Targets of type T: where they are packed, what they are for a loss, and which steps are read for them unless it is
/// said.
template <class Type>
struct TargetsOf {
  static_assert(std::integral<Type>,
                "elman::train: a target must be a class (an integer), a number, a list of integers, or an Eigen "
                "vector or matrix");
};
template <std::integral Type>
struct TargetsOf<Type> {  // a class a sequence
  using Read = std::vector<Index>;
  static constexpr bool is_of_steps = false;
  template <class Target>
  void pack(Index B, const Target& target, const ReadSteps&, const Steps&, Read& read) {
    read.resize(static_cast<std::size_t>(B));
    for (Index b = 0; b < B; ++b) read[static_cast<std::size_t>(b)] = static_cast<Index>(target(b));
  }
};
template <std::floating_point Type>
struct TargetsOf<Type> {  // a number a sequence
  using Read = GrowingColumns<Type, 1>;
  static constexpr bool is_of_steps = false;
  template <class Target>
  void pack(Index B, const Target& target, const ReadSteps&, const Steps&, Read& read) {
    read.resize(1, B);
    for (Index b = 0; b < B; ++b) read(0, b) = target(b);
  }
};
template <class Type>
requires IsListOfClasses<Type>
struct TargetsOf<Type> {  // a class a step
  using Read = std::vector<Index>;
  static constexpr bool is_of_steps = true;
  Labels all;
  template <class Target>
  void pack(Index B, const Target& target, const ReadSteps& which, const Steps& steps, Read& read) {
    pack_each(B, target, all);
    order_targets(all, which, steps, read);
  }
};
template <class Type>
requires IsMatrix<Type>
struct TargetsOf<Type> {  // a column a sequence, or one a step
  using Read = GrowingColumns<typename Type::Scalar, Type::RowsAtCompileTime>;
  static constexpr bool is_of_steps = Type::ColsAtCompileTime != 1;
  Sequences<typename Type::Scalar, Type::RowsAtCompileTime> all;
  template <class Target>
  void pack(Index B, const Target& target, const ReadSteps& which, const Steps& steps, Read& read) {
    pack_each(B, target, all);
    order_targets(all, which, steps, read);
  }
};

/// The steps of a sequence.
template <class Type>
Index length_of(const Type& sequence) {
  if constexpr (IsMatrix<Type>) {
    return sequence.cols();
  } else {
    return static_cast<Index>(std::ranges::size(sequence));
  }
}
template <class Source, class Target>
Index length_of(const SourceTarget<Source, Target>& sequence) {
  return length_of(sequence.source) + length_of(sequence.target);
}

template <class Data>
concept HasWeights = requires(const Data& data, Index k) {
  data.weight(k);
};
template <class Data>
concept HasVaried = requires(const Data& data, Index k, Random& random) {
  data.varied(k, random);
};
/// Whether what a function returned by value owns its memory, so that it is not to be asked for twice.
template <class Type>
inline constexpr bool owns_memory =
    !std::is_reference_v<Type> && (std::ranges::range<Type> || IsMatrix<Type>)&&!std::ranges::view<Type>;
template <class Type>
requires(!std::is_reference_v<Type> &&
         IsMatrix<Type>) inline constexpr bool owns_memory<Type> = std::is_same_v<Type, typename Type::PlainObject>;
template <class Source, class Target>
inline constexpr bool owns_memory<SourceTarget<Source, Target>> = true;

}  // namespace detail

namespace train {

/// Of a packed X, targets of the kind that `Targets` packs, with weights or without.
template <class X_, class Targets, bool HasWeights = false>
class Batch {
 public:
  using X = X_;

  X x;
  typename Targets::Read targets;  ///< in the order of the columns that are read
  std::vector<double> weights;     ///< of these columns; none without weights
  ReadSteps read;
  Index examples = 0;  ///< how many it has

  const Steps& steps() const { return detail::steps_of(x); }
  /// What is read unless it is said: every step for targets of steps, else the last.
  static constexpr const ReadSteps& own_read() { return Targets::is_of_steps ? every_step : last_step; }

  /// use(targets) as a loss takes them, weighted if they have weights.
  template <class Use>
  decltype(auto) with_targets(const Use& use) const {
    if constexpr (HasWeights) {
      return use(loss::weighted(targets, weights));
    } else {
      return use(targets);
    }
  }

  /// The examples of these places. Throws if sequences or targets do not fit together. With `random` they are to be
  /// trained on, and the data may vary them.
  template <class Data, class Place>
  void pack(Index count, const Data& data, const Place& place, Random* random) {
    examples = count;
    pack_x(count, data, place, random);
    packer_.pack(
        count, [&](Index b) -> decltype(auto) { return data.target(place(b)); }, read, steps(), targets);
    if constexpr (HasWeights) pack_weights(count, data, place);
  }

 private:
  template <class Data, class Place>
  void pack_x(Index count, const Data& data, const Place& place, Random* random) {
    if constexpr (detail::HasVaried<Data>) {
      if (random) return pack_by(count, [&](Index b) -> decltype(auto) { return data.varied(place(b), *random); });
    }
    pack_by(count, [&](Index b) -> decltype(auto) { return data.sequence(place(b)); });
  }
  template <class Sequence>
  void pack_by(Index count, const Sequence& sequence) {
    using One = decltype(sequence(0));
    if constexpr (detail::owns_memory<One>) {
      std::vector<One> made;
      made.reserve(static_cast<std::size_t>(count));
      for (Index b = 0; b < count; ++b) made.push_back(sequence(b));
      detail::pack_each(
          count, [&](Index b) -> const One& { return made[static_cast<std::size_t>(b)]; }, x);
    } else {
      detail::pack_each(count, sequence, x);
    }
  }
  template <class Data, class Place>
  void pack_weights(Index count, const Data& data, const Place& place) {
    using One = std::remove_cvref_t<decltype(data.weight(0))>;
    const Steps& all = steps();
    if constexpr (std::is_arithmetic_v<One>) {
      of_sequences_.resize(static_cast<std::size_t>(count));
      for (Index b = 0; b < count; ++b) of_sequences_[static_cast<std::size_t>(b)] = data.weight(place(b));
      if (!Targets::is_of_steps || read.kind == ReadSteps::Kind::last) {
        weights = of_sequences_;
        return;
      }
      loss::per_sequence(of_sequences_, all, of_steps_);
    } else {
      of_steps_.resize(static_cast<std::size_t>(all.columns()));
      for (Index b = 0; b < count; ++b) {
        decltype(auto) given = data.weight(place(b));
        const auto size = static_cast<Index>(std::ranges::size(given));
        detail::require_that(size == all.length(b), "train::Batch::pack: weights of example ", place(b), " has ", size,
                             " entries; expected ", all.length(b), ", one a step");
        for (Index t = 0; t < size; ++t) {
          of_steps_[static_cast<std::size_t>(all.column(b, t))] = static_cast<double>(detail::element_of(given)(t));
        }
      }
    }
    gather(of_steps_, read, all, weights);
  }

  Targets packer_;
  std::vector<double> of_sequences_, of_steps_;
};

/// The batch of a data set.
template <DataSet Data>
using BatchOf = Batch<detail::PackedX<decltype(std::declval<const Data&>().sequence(0))>,
                      detail::TargetsOf<std::remove_cvref_t<decltype(std::declval<const Data&>().target(0))>>,
                      detail::HasWeights<Data>>;

}  // namespace train
}  // namespace ELMAN_ABI
}  // namespace elman
