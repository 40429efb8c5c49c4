// SPDX-License-Identifier: MIT
//
// Inputs brought to one scale, row by row: mean 0 and deviation 1, or a range. What it takes is measured on the
// examples that are trained on alone, and goes with the net:
//
//   const auto scaling = prepare::Scaling::standard(sequences, parts.training);
//   for (auto& sequence : sequences) scaling.apply(sequence);
//   io::save("net.safetensors", net, {.tensors = scaling.tensors()});
//   …
//   const auto scaling = prepare::Scaling::from(io::attachments("net.safetensors").tensors);
//   scaling.apply(x_t);                                    one step, a matrix, packed sequences, a list of matrices
//   scaling.invert(prediction, {2});                       of row 2, in its own units again
//
// A number x of a row becomes (x − offset) / unit + low. A row whose numbers are all the same has unit 1.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "elman/check.hpp"
#include "elman/prepare/detail/numbers.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace prepare {

/// What the smallest and the largest number of each row become.
struct RangeOptions {
  double low = 0;   ///< what the smallest becomes; finite
  double high = 1;  ///< what the largest becomes; above low, by a finite number
};

class Scaling {
 public:
  using Tensors = std::map<std::string, Matrix<double, Dynamic, Dynamic>>;

  /// Each row to mean 0 and deviation 1, the root of the mean square: over all steps of a matrix, Rows × T, of a list
  /// of matrices, of those of the list at these places, or of packed sequences. Measured in double. Throws if there is
  /// no step, heights differ, or a number is NaN or infinite, with its row, sequence and step.
  template <class Data>
  static Scaling standard(const Data& data) {
    return fit_standard(detail::NumbersOf{"Scaling::standard", data});
  }
  template <class Data, detail::ListOfPlaces Places>
  static Scaling standard(const Data& data, const Places& places) {
    return fit_standard(detail::NumbersAt{"Scaling::standard", data, places});
  }

  /// Each row to numbers from `low` to `high`; of other data they may lie outside. Throws as `standard`, or if an
  /// option is out of range.
  template <class Data>
  static Scaling range(const Data& data, const RangeOptions& options = {}) {
    return fit_range(detail::NumbersOf{"Scaling::range", data}, options);
  }
  template <class Data, detail::ListOfPlaces Places>
  static Scaling range(const Data& data, const Places& places, const RangeOptions& options = {}) {
    return fit_range(detail::NumbersAt{"Scaling::range", data, places}, options);
  }

  Index rows() const { return offset_.size(); }
  const Vector<double, Dynamic>& offset() const { return offset_; }  ///< the mean, or the least, of each row
  const Vector<double, Dynamic>& unit() const { return unit_; }      ///< its deviation, or span: above 0
  double low() const { return low_; }                                ///< what the offset becomes; 0 of `standard`

  /// Scales in place: a matrix, Rows × any; a step, Rows × 1; packed sequences; a list of matrices. NaN stays NaN.
  /// Throws, with all as it was, if there are other rows than what was measured has.
  template <class Data>
  void apply(Data&& data) const {
    detail::for_each_scaled("Scaling::apply", data, rows(), [&](auto view) {
      each(
          view, [](Index row) { return row; }, [&](double x, Index row) { return scaled(x, row); });
    });
  }

  /// The way back, in place, of the same: to the units of what was measured.
  template <class Data>
  void invert(Data&& data) const {
    detail::for_each_scaled("Scaling::invert", data, rows(), [&](auto view) {
      each(
          view, [](Index row) { return row; }, [&](double x, Index row) { return restored(x, row); });
    });
  }
  /// Of numbers that are those of chosen rows, as a net's outputs are: row k of the data is one of rows[k], and if it
  /// has a multiple of as many rows, as the next `horizon` values of a window have (windows.hpp), it begins anew.
  /// Throws if there is no such row, or the data's rows are no multiple.
  template <class Data>
  void invert(Data&& data, const std::vector<Index>& rows) const {
    const auto count = static_cast<Index>(rows.size());
    detail::require_that(count >= 1, "Scaling::invert: rows is empty; expected at least 1 row");
    for (const Index row : rows) {
      detail::require_that(row >= 0 && row < this->rows(), "Scaling::invert: rows has ", row,
                           "; expected at least 0 and below ", this->rows(), ", the rows that were measured");
    }
    const auto row_of = [&](Index k) { return rows[static_cast<std::size_t>(k % count)]; };
    detail::for_each_scaled("Scaling::invert", data, -count, [&](auto view) {
      each(view, row_of, [&](double x, Index row) { return restored(x, row); });
    });
  }

  /// For Attachments: "scaling_offset" and "scaling_unit", Rows × 1, and "scaling_low", 1 × 1. Several scalings of one
  /// net have names of their own.
  Tensors tensors(const std::string& name = "scaling") const {
    return {{name + "_offset", offset_},
            {name + "_unit", unit_},
            {name + "_low", Matrix<double, Dynamic, Dynamic>::Constant(1, 1, low_)}};
  }
  /// What `tensors` has given; others may be among them. Throws, naming it, if one of the three is not there, has
  /// another shape, or holds what no scaling has.
  static Scaling from(const Tensors& tensors, const std::string& name = "scaling") {
    const auto& offset = tensor(tensors, name + "_offset");
    const auto& unit = tensor(tensors, name + "_unit", offset.rows());
    const auto& low = tensor(tensors, name + "_low", 1);
    for (Index row = 0; row < unit.rows(); ++row) {
      detail::require_that(unit(row) > 0, "Scaling::from: \"", name, "_unit\" has ", unit(row), " at row ", row,
                           "; expected above 0");
    }
    return {offset, unit, low(0)};
  }

 private:
  Scaling(const Vector<double, Dynamic>& offset, const Vector<double, Dynamic>& unit, double low)
      : offset_(offset), unit_(unit), low_(low) {}

  template <class Numbers>
  static Scaling fit_standard(const Numbers& numbers) {
    const detail::RowExtent extent = detail::row_extent(numbers);
    Vector<double, Dynamic> mean(extent.least.size()), deviation(extent.least.size());
    detail::moments(numbers, extent, mean, deviation);
    return {mean, deviation, 0};
  }
  template <class Numbers>
  static Scaling fit_range(const Numbers& numbers, const RangeOptions& options) {
    constexpr double most = (std::numeric_limits<double>::max)();
    detail::require_that(detail::within(options.low, -most, most), "Scaling::range: low is ", options.low,
                         "; expected a finite number");
    detail::require_that(options.high > options.low && detail::is_finite(options.high - options.low),
                         "Scaling::range: high is ", options.high, "; expected above low = ", options.low,
                         ", by a finite number");
    const auto [least, span] = detail::row_extent(numbers);
    Vector<double, Dynamic> unit(span.size());
    for (Index row = 0; row < span.size(); ++row) {
      const double quotient = span(row) / (options.high - options.low);
      unit(row) =
          quotient > 0 && detail::is_finite(quotient) ? quotient : 1;  // all the same; or a range that no double tells
    }
    return {least, unit, options.low};
  }

  static const Matrix<double, Dynamic, Dynamic>& tensor(const Tensors& tensors, const std::string& name,
                                                        Index rows = 0) {
    const auto found = tensors.find(name);
    detail::require_that(found != tensors.end(), "Scaling::from: tensors has no \"", name,
                         "\"; expected what Scaling::tensors has given");
    const auto& values = found->second;
    detail::require_that(values.rows() >= 1 && values.cols() == 1, "Scaling::from: \"", name, "\" is ", values.rows(),
                         " x ", values.cols(), "; expected a column");
    detail::require_that(rows == 0 || values.rows() == rows, "Scaling::from: \"", name, "\" is ", values.rows(),
                         " x 1; expected ", rows, " x 1");
    for (Index row = 0; row < values.rows(); ++row) {
      detail::require_that(detail::is_finite(values(row, 0)), "Scaling::from: \"", name, "\" has ", values(row, 0),
                           " at row ", row, "; expected a finite number");
    }
    return values;
  }

  double scaled(double x, Index row) const { return (x - offset_(row)) / unit_(row) + low_; }
  double restored(double x, Index row) const { return (x - low_) * unit_(row) + offset_(row); }

  template <class Scalar, class RowOf, class Value>
  static void each(const MatrixView<Scalar>& view, const RowOf& row_of, const Value& value) {
    for (Index t = 0; t < view.cols(); ++t) {
      for (Index k = 0; k < view.rows(); ++k) {
        view(k, t) = static_cast<Scalar>(value(static_cast<double>(view(k, t)), row_of(k)));
      }
    }
  }

  Vector<double, Dynamic> offset_, unit_;
  double low_;
};

}  // namespace prepare
}  // namespace ELMAN_ABI
}  // namespace elman
