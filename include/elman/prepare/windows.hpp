// SPDX-License-Identifier: MIT
//
// A long series in windows that are read to tell what comes next; a data set (size, sequence, target). Sequence k is
// `length` steps of all rows from step k · stride on, a view; what is to be told of it:
//
//   prepare::Windows windows{series, {.length = 48, .horizon = 12, .rows = {0}}};
//       the next 12 values of row 0 in one column, 12 × 1 (of several rows step by step: rows · horizon × 1), or, with
//       .only_last, the 12th alone: read at the last step, last_step
//   prepare::StepWindows windows{series, {.length = 48, .horizon = 12, .rows = {0}}};
//       at each step the value 12 steps later, 1 × 48: read at every step
//
//   const auto parts = prepare::split_by_time(windows.size(), {.test = 0.2, .gap = windows.target_gap()});
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/sequences/pack.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace prepare {

/// Of Windows and StepWindows.
struct WindowOptions {
  Index length = 1;              ///< steps of a window, at least 1
  Index stride = 1;              ///< from one window to the next, at least 1
  Index horizon = 1;             ///< how far the targets reach behind the window, or each step: at least 1
  bool only_last = false;        ///< of Windows: of the horizon's values the last alone
  std::vector<Index> rows = {};  ///< that are targets, in this order; none: all
};

}  // namespace prepare

namespace detail {

/// The series, its rows that are targets, and where windows are.
template <class Scalar>
class WindowsOfSeries {
 public:
  using Options = prepare::WindowOptions;

  WindowsOfSeries(const char* owner, Columns<Scalar, Dynamic> series, Options options)
      : series_(std::move(series)), options_(std::move(options)) {
    const auto at_least_one = [owner](const char* name, Index value) {
      require_that(value >= 1, owner, ": ", name, " is ", value, "; expected at least 1");
    };
    at_least_one("length", options_.length);
    at_least_one("stride", options_.stride);
    at_least_one("horizon", options_.horizon);
    const Index steps = series_.cols();
    require_that(series_.rows() >= 1, owner, ": series has 0 rows; expected at least 1");
    require_that(options_.length <= steps && options_.horizon <= steps - options_.length, owner, ": series has ", steps,
                 " steps; expected at least .length = ", options_.length, " and .horizon = ", options_.horizon,
                 " together");
    for (const Index row : options_.rows) {
      require_that(row >= 0 && row < series_.rows(), owner, ": rows has ", row, "; expected at least 0 and below ",
                   series_.rows(), ", the rows of the series");
    }
    size_ = (steps - options_.length - options_.horizon) / options_.stride + 1;
    if (options_.rows.empty()) return;
    resize(targets_, std::ssize(options_.rows), steps);
    for (Index k = 0; k < targets_.rows(); ++k) {
      targets_.row(k) = series_.row(options_.rows[static_cast<std::size_t>(k)]);
    }
  }

  const Options& options() const { return options_; }
  Index size() const { return size_; }                             ///< windows
  Index begin(Index k) const { return k * options_.stride; }       ///< the first step of window k
  Index end(Index k) const { return begin(k) + options_.length; }  ///< the step behind its last
  Index in() const { return series_.rows(); }                      ///< rows of a window: In of a net
  Index target_rows() const { return all_targets().rows(); }       ///< rows of the series that are targets
  /// Window k, In × length.
  ConstMatrixView<Scalar> sequence(Index k) const {
    return ConstMatrixView<Scalar>(series_).middleCols(begin(k), options_.length);
  }
  /// The last window, behind which nothing is known: what a forecast is made from.
  ConstMatrixView<Scalar> last() const {
    return ConstMatrixView<Scalar>(series_).middleCols(series_.cols() - options_.length, options_.length);
  }
  /// The windows to leave out between two of which the first has no step, its targets among them, that the second has.
  Index gap() const { return (options_.length + options_.horizon - 1) / options_.stride; }

 protected:
  const Columns<Scalar, Dynamic>& all_targets() const { return options_.rows.empty() ? series_ : targets_; }

 private:
  Columns<Scalar, Dynamic> series_, targets_;
  Options options_;
  Index size_ = 0;
};

/// A series as a matrix: Rows × T, or a list of numbers, 1 × T.
template <class Series>
auto series_matrix(Series&& series) {
  using Plain = std::remove_cvref_t<Series>;
  if constexpr (IsMatrix<Plain>) {
    return Columns<typename Plain::Scalar, Dynamic>(std::forward<Series>(series));
  } else {
    static_assert(std::ranges::contiguous_range<Plain> && std::floating_point<std::ranges::range_value_t<Plain>>,
                  "elman::prepare::Windows: series must be an Eigen matrix, Rows x T, a column a step, or a list of "
                  "float or double");
    using Scalar = std::ranges::range_value_t<Plain>;
    return Columns<Scalar, Dynamic>(
        View<const Matrix<Scalar, 1, Dynamic>>(std::ranges::data(series), 1, std::ssize(series)));
  }
}
template <class Series>
using ScalarOfSeries = typename decltype(series_matrix(std::declval<Series>()))::Scalar;

}  // namespace detail

namespace prepare {

template <class Scalar>
class Windows : public detail::WindowsOfSeries<Scalar> {
 public:
  /// Keeps the series, of which all windows and targets are views. Throws if an option is out of range, or the series
  /// has no window of that length with all its targets behind it. NaN is data.
  template <class Series>
  explicit Windows(Series&& series, const WindowOptions& options)
      : detail::WindowsOfSeries<Scalar>("Windows", detail::series_matrix(std::forward<Series>(series)), options) {}

  /// Numbers of a target: Out of a net that tells them.
  Index out() const { return this->target_rows() * (this->options().only_last ? 1 : this->options().horizon); }
  /// The windows to leave out between parts so that no target of the one is a target of the other; what was to be told
  /// in the first may be read in the second, as what is past.
  Index target_gap() const {
    return this->options().only_last ? 0 : (this->options().horizon - 1) / this->options().stride;
  }
  /// out() × 1.
  ConstVectorView<Scalar> target(Index k) const {
    const auto& all = this->all_targets();
    const Index first = this->end(k) + (this->options().only_last ? this->options().horizon - 1 : 0);
    return {all.data() + first * all.rows(), out()};
  }
};
template <class Series>
Windows(Series&&, const WindowOptions&) -> Windows<detail::ScalarOfSeries<Series>>;

template <class Scalar>
class StepWindows : public detail::WindowsOfSeries<Scalar> {
 public:
  /// As Windows; `only_last` means nothing here and is refused.
  template <class Series>
  explicit StepWindows(Series&& series, const WindowOptions& options)
      : detail::WindowsOfSeries<Scalar>("StepWindows", detail::series_matrix(std::forward<Series>(series)), options) {
    detail::require_that(!options.only_last, "StepWindows: only_last is true; expected false, or prepare::Windows");
  }

  Index out() const { return this->target_rows(); }
  /// As that of Windows.
  Index target_gap() const { return (this->options().length - 1) / this->options().stride; }
  /// out() × length: column t is what is true `horizon` steps behind step t of the window.
  ConstMatrixView<Scalar> target(Index k) const {
    return ConstMatrixView<Scalar>(this->all_targets())
        .middleCols(this->begin(k) + this->options().horizon, this->options().length);
  }
};
template <class Series>
StepWindows(Series&&, const WindowOptions&) -> StepWindows<detail::ScalarOfSeries<Series>>;

}  // namespace prepare
}  // namespace ELMAN_ABI
}  // namespace elman
