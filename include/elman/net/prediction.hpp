// SPDX-License-Identifier: MIT
//
// What predict leaves behind: o and y of what is read, as forward leaves them in a tape, and the last states; not the
// states of all steps, which only bptt needs. Losses and metrics take it as they take a tape.
//
//   o y         Out × R   logits and outputs of the R columns that are read
//   d_o         Out × R   ∂L/∂o, which a loss writes and nobody reads
//   last_h()    State × B
//
// Its memory grows with the largest batch and is kept: beside o, y and d_o it is the states of some 2,000 columns, or
// of 8 steps, if these are more, and State × B.
#pragma once

#include <type_traits>

#include "elman/check.hpp"
#include "elman/net/chunked_run.hpp"
#include "elman/net/start.hpp"
#include "elman/net/tape.hpp"
#include "elman/sequences/room.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Body, class Readout>
class Prediction : public RunTape<Scalar, Body, Readout, Growing, detail::BodyRun<Scalar, Body>> {
 public:
  /// Does not compile where it is called, and says what to write.
  template <class Nothing = void>
  auto h() const {
    static_assert(!std::is_void_v<Nothing>,
                  "elman::Prediction: it keeps h of no step but the last, last_h(); forward(x, tape) leaves all in "
                  "tape.h(), and a loss or metric that reads them says so: static constexpr bool reads_h = true");
    return detail::Anything();
  }
};

namespace detail {

template <class Type>
struct IsPrediction : std::false_type {};
template <class Scalar, class Body, class Readout>
struct IsPrediction<Prediction<Scalar, Body, Readout>> : std::true_type {};
template <class Type>
inline constexpr bool is_prediction = IsPrediction<std::remove_cvref_t<Type>>::value;

}  // namespace detail

template <class Scalar, class Body>
struct PredictOptions {
  StartFrom<Scalar, Body> start = {};  ///< a matrix h0, or a state; else the net's own start
};

}  // namespace ELMAN_ABI
}  // namespace elman
