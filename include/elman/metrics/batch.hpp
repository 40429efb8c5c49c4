// SPDX-License-Identifier: MIT
//
// The frame of a metric that goes over the columns of o: all is checked first, then each column that counts is visited,
// with its weight (loss/weighted.hpp; 1 if none is given). Columns of weight 0 are not read. metric.hpp has a use.
//
//   labels<M>(owner, tape, targets, ignored).each(visit)   visit(column) with column.label, o(k), y(k), weight
//   numbers<M>(owner, tape, targets).each(visit)           visit(column) with column.target(k), o(k), y(k), weight
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/loss/columns.hpp"
#include "elman/loss/loss.hpp"
#include "elman/loss/target_columns.hpp"
#include "elman/metrics/metric.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/sequences/targets.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Class indices, one a column, whatever they lie in.
template <class List>
struct LabelList {
  const List& list;

  Index size() const { return static_cast<Index>(std::size(list)); }
  Index operator()(Index column) const {
    return static_cast<Index>(
        list[static_cast<std::conditional_t<IsMatrix<List>, Index, std::size_t>>(column)]);  // NOLINT: no character
  }
};

template <class Targets>
constexpr bool are_labels() {
  if constexpr (IsMatrix<Targets>) {
    return std::integral<typename Targets::Scalar> && Targets::IsVectorAtCompileTime;
  } else if constexpr (std::ranges::random_access_range<const Targets>) {
    return std::integral<std::remove_cvref_t<std::ranges::range_reference_t<const Targets>>>;
  } else {
    return std::same_as<Targets, Labels>;
  }
}
template <class Targets>
auto label_list(const Targets& targets) {
  static_assert(are_labels<Targets>(),
                "elman::metric: targets must be class indices, one a column (a list of integers, elman::pack(lists) or "
                "an integer vector), or elman::loss::weighted of them");
  if constexpr (std::same_as<Targets, Labels>) {
    return LabelList<std::vector<Index>>{targets.columns};
  } else {
    return LabelList<Targets>{targets};
  }
}

/// Σ w value / Σ w; NaN of nothing.
struct WeightedMean {
  double sum = 0, weights = 0;

  void add(double weight, double value) {
    sum += weight * value;
    weights += weight;
  }
  double value() const { return weights > 0 ? sum / weights : detail::not_a_number(); }
};

/// Of a metric whose value is a mean over what it counts: all but its name and add().
class MeanMetric {
 public:
  /// NaN before anything is counted.
  double value() const { return mean_.value(); }
  void reset() { mean_ = {}; }
  template <class Keep>
  void keep(Keep&& keep) {
    keep("sum", mean_.sum);
    keep("all", mean_.weights);
  }

 protected:
  WeightedMean mean_;
};

/// Sums of a metric that has some for each output: zeros of this shape where nothing has been counted. Throws, with
/// them as they were, if there were other outputs before.
template <class M>
void fit_outputs(const char* owner, M& sums, Index outputs, Index cols, bool has_counted) {
  require_that(!has_counted || sums.rows() == outputs, owner, ": tape has Out = ", outputs, "; expected ", sums.rows(),
               " as in the batches before; reset() forgets them");
  if (has_counted) return;
  if (sums.rows() != outputs || sums.cols() != cols) resize(sums, outputs, cols);
  sums.setZero();
}

}  // namespace detail

namespace metric {

/// A column of o and y that counts, of real numbers.
template <class O, class Y>
class Column {
 public:
  Column(const O& o, const Y& y, Index index_, double weight_) : index{index_}, weight(weight_), o_(o), y_(y) {}

  Index rows() const { return o_.rows(); }
  auto o(Index k) const { return real_part(o_(k, index)); }
  double y(Index k) const { return static_cast<double>(real_part(y_(k, index))); }

  const Index index;    ///< of the column among those that are read
  const double weight;  ///< above 0

 private:
  const O& o_;
  const Y& y_;
};

/// One whose target is a class.
template <class Base>
struct LabelColumn : Base {
  const Index label;  ///< 0 ≤ label < Out
};
/// One whose target is a column of numbers.
template <class Base, class Targets>
struct NumberColumn : Base {
  double target(Index k) const { return static_cast<double>(targets(k, this->index)); }
  const Targets& targets;
};

/// A tape and targets that fit it, nothing counted yet: the place for checks of a metric's own.
template <class Tape, class Weight>
struct Batch {
  const Tape& tape;
  Weight weight;  ///< of a column

  Index outputs() const { return tape.o().rows(); }
  /// visit(column) for each column that has a weight.
  template <class Visit>
  void each_weighted(const Visit& visit) const {
    const auto& o = tape.o();
    const auto& y = tape.y();
    using Of = Column<std::remove_cvref_t<decltype(o)>, std::remove_cvref_t<decltype(y)>>;
    for (Index column = 0; column < o.cols(); ++column) {
      if (weight(column) != 0) visit(Of(o, y, column, weight(column)));
    }
  }
};

/// With labels: each(visit) leaves out those that are ignored.
template <class Tape, class List, class Weight>
struct LabelBatch : Batch<Tape, Weight> {
  List labels;
  Index ignored;

  template <class Visit>
  void each(const Visit& visit) const {
    this->each_weighted([&]<class Of>(const Of& column) {
      const Index label = labels(column.index);
      if (label != ignored) visit(LabelColumn<Of>{column, label});
    });
  }
};

/// With numbers: each(visit) calls visit(column) with a NumberColumn.
template <class Tape, class Targets, class Weight>
struct NumberBatch : Batch<Tape, Weight> {
  Targets targets;  ///< a reference, or a view

  template <class Visit>
  void each(const Visit& visit) const {
    this->each_weighted([&]<class Of>(const Of& column) {
      visit(NumberColumn<Of, std::remove_cvref_t<Targets>>{column, targets});
    });
  }
};

}  // namespace metric

namespace detail {

/// What is checked of any targets.
template <class M, class Tape, class Targets>
void check_batch(const char* owner, const Tape& tape, const Targets& targets) {
  static_assert(!is_complex<typename Tape::Scalar>, "elman::metric: a metric counts outputs of nets of real numbers");
  check_metric_output<M, Tape>();
  check_filled(owner, tape);
  check_steps_of_targets(owner, targets, tape);
}
/// Throws unless there is one weight a column, each finite and at least 0.
template <class Tape, class Weight>
void check_counted_weights(const char* owner, const Tape& tape, const Weight& weight) {
  static_cast<void>(check_weights(owner, tape, weight));
  for (Index column = 0; column < tape.o().cols(); ++column) {
    require_that(weight(column) >= 0, owner, ": weight ", column, " is ", weight(column), "; expected at least 0");
  }
}

}  // namespace detail

namespace metric {

/// Targets that are class indices, one a column of o (any range of integers, Labels, an integer vector, or weighted),
/// for a metric M of this tape; columns of the label `ignored` do not count. Throws, in `owner`'s name, if there was no
/// forward, a number of targets or weights does not fit, a weight is negative, or a label is no class.
template <class M, class Tape, class Targets>
auto labels(const char* owner, const Tape& tape, const Targets& targets, Index ignored) {
  static_assert(TapeForMetric<Tape>,
                "elman::metric: the first argument must be the tape that forward has filled: add(tape, targets)");
  detail::check_batch<M>(owner, tape, targets);
  return detail::with_weights(targets, [&]<class Given, class Weight>(const Given& given, const Weight& weight) {
    const auto list = detail::label_list(given);
    const Index out = tape.o().rows();
    detail::require_that(list.size() == tape.o().cols(), owner, ": targets has ", list.size(),
                         " labels; expected R = ", tape.o().cols(), " as o has columns", detail::other_reads(tape));
    detail::check_counted_weights(owner, tape, weight);
    for (Index column = 0; column < list.size(); ++column) {
      const Index label = list(column);
      if (label == ignored || weight(column) == 0) continue;
      detail::require_that(label >= 0 && label < out, owner, ": label ", column, " is ", label,
                           "; expected 0 <= label < Out = ", out,
                           label < 0 ? "; .ignored_label names one that is left out" : "");
    }
    return LabelBatch<Tape, std::remove_const_t<decltype(list)>, Weight>{{tape, weight}, list, ignored};
  });
}

/// Targets that are numbers, Out × R (loss/target_columns.hpp, or weighted), for a metric M of this tape. Throws, in
/// `owner`'s name, if there was no forward, a shape does not fit, or a weight is negative.
template <class M, class Tape, class Targets>
auto numbers(const char* owner, const Tape& tape, const Targets& targets) {
  static_assert(TapeForMetric<Tape>,
                "elman::metric: the first argument must be the tape that forward has filled: add(tape, targets)");
  static_assert(detail::is_targets<Targets>,
                "elman::metric: targets must be a matrix (Out x R), elman::pack(sequences), or for Out = 1 a list of R "
                "numbers; or elman::loss::weighted of them");
  detail::check_batch<M>(owner, tape, targets);
  return detail::with_weights(targets, [&]<class Given, class Weight>(const Given& given, const Weight& weight) {
    decltype(auto) matrix = detail::target_columns(given);
    detail::check_target_shape(owner, matrix, tape);
    detail::check_counted_weights(owner, tape, weight);
    return NumberBatch<Tape, decltype(matrix), Weight>{{tape, weight}, matrix};
  });
}

/// The same of targets that are 0 or 1: throws if one is another number.
template <class M, class Tape, class Targets>
auto yes_or_no(const char* owner, const Tape& tape, const Targets& targets) {
  detail::check_metric_output<M, Tape>();
  const auto batch = numbers<M>(owner, tape, targets);
  batch.each([&](const auto& column) {
    for (Index k = 0; k < column.rows(); ++k) {
      const double target = column.target(k);
      detail::require_that((target == 0 || target == 1) && !detail::is_nan(target), owner, ": targets(", k, ", ",
                           column.index, ") is ", target, "; expected 0 or 1");
    }
  });
  return batch;
}

}  // namespace metric
}  // namespace ELMAN_ABI
}  // namespace elman
