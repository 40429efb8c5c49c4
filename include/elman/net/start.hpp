// SPDX-License-Identifier: MIT
//
// Where a run starts, and what else a forward may be given by name:
//
//   net.forward(x, tape, every_step, {.start = h0})                        State × B in the caller's order
//   net.forward(x, tape, every_step, {.start = state, .random = &random})  a state, which is carried on
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/layers/layer.hpp"
#include "elman/net/noise.hpp"
#include "elman/net/state.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// The net's own start, a matrix h₀, or the state of a stream that goes on; made of either. Refers to it, but that it
/// keeps a matrix that is a temporary.
template <class Scalar, class Body>
class StartFrom {
 public:
  StartFrom() = default;
  StartFrom(const StartFrom&) = delete;  // it may refer to itself

  /// State × B, or State × 0 for the net's own start.
  template <class H0>
  StartFrom(const Eigen::MatrixBase<H0>& h0)  // NOLINT: the conversion is the purpose
      : StartFrom(h0.derived(), std::bool_constant<detail::HasColumns<H0>>{}) {
    static_assert(detail::fits<Body::state_size, H0::RowsAtCompileTime> && std::same_as<typename H0::Scalar, Scalar>,
                  "elman::Net::forward: h0 must have State rows, a cell's Hidden, of the net's Scalar");
  }
  template <int Rows, int Cols, int Order, int MaxRows, int MaxCols>
  StartFrom(Eigen::Matrix<Scalar, Rows, Cols, Order, MaxRows, MaxCols>&& h0)  // NOLINT: the conversion is the purpose
      : evaluated_(std::move(h0)), h0_(evaluated_) {
    static_assert(detail::fits<Body::state_size, Rows>,
                  "elman::Net::forward: h0 must have State rows, a cell's Hidden, of the net's Scalar");
  }
  template <int StepSize, int Out, int Batch>
  StartFrom(State<Scalar, Body::state_size, StepSize, Out, Batch>& state)  // NOLINT: the conversion is the purpose
      : carried_(state.h), fresh_(state.fresh.data()), is_state_(true) {
    static_assert(Body::can_step,
                  "elman::Net::forward: a bidirectional layer reads from the end of a sequence; it "
                  "cannot carry its state from chunk to chunk");
  }

  /// Throws unless it fits a run of `batch` sequences.
  void check_shape(const detail::Where& where, const char* rows_name, Index rows, Index batch) const {
    if (is_state_) {
      detail::require_that(carried_.rows() == rows, where, ": state has ", carried_.rows(), " rows; expected ", rows);
      detail::require_that(carried_.cols() == batch, where, ": state has ", carried_.cols(),
                           " streams; expected B = ", batch, ", as initial_state(", batch, ") has");
    } else if (h0_.cols() > 0) {
      detail::require_that(h0_.rows() == rows, where, ": h0 has ", h0_.rows(), " rows; expected ", rows_name, " = ",
                           rows);
      detail::require_that(h0_.cols() == batch, where, ": h0 has ", h0_.cols(), " columns; expected B = ", batch);
    }
  }

  /// Whether all sequences have the net's own start; else they have h0(), but those that are fresh.
  bool is_own() const { return !is_state_ && h0_.cols() == 0; }
  /// Nothing if the start is the net's own: State × 0 of a larger matrix has memory, which is not h₀.
  ConstMatrixView<Scalar> h0() const {
    if (is_own()) return {};
    return is_state_ ? ConstMatrixView<Scalar>(carried_) : h0_;
  }
  /// Whether stream b starts with the net's own start.
  bool is_fresh(Index b) const { return is_state_ && fresh_[b]; }
  /// The state that is carried on, or nothing.
  MatrixView<Scalar> carried() const { return carried_; }
  /// Stream b of it has begun.
  void end(Index b) const { fresh_[b] = false; }

 private:
  /// A matrix in memory, or an expression.
  template <class H0>
  StartFrom(const H0& h0, std::true_type) : h0_(h0) {}
  template <class H0>
  StartFrom(const H0& h0, std::false_type) : evaluated_(h0), h0_(evaluated_) {}

  Matrix<Scalar, Dynamic, Dynamic> evaluated_;
  ConstMatrixView<Scalar> h0_;
  MatrixView<Scalar> carried_;
  bool* fresh_ = nullptr;
  bool is_state_ = false;
};

template <class Scalar, class Body>
struct ForwardOptions {
  StartFrom<Scalar, Body> start = {};  ///< a matrix h0, or a state; else the net's own start
  Noise random = {};                   ///< &random draws the masks of dropout and zoneout: training; or no_noise
};

}  // namespace ELMAN_ABI
}  // namespace elman
