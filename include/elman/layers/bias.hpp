// SPDX-License-Identifier: MIT
//
// Whether a layer has a bias: b of a Recurrence, c of a Readout. One without has nothing in its place in θ, which is
// shorter by as much, and no matrix of that name: a_t = U x_t + W h_{t-1}, o_t = V h_t.
//
//   Recurrence{24, 128, no_bias}      Recurrence<24, 128, Tanh, NothingBetween, NoBias>
//   Readout{128, 9, no_bias}          Readout<128, 9, Softmax, NoBias>
//
// (torch.nn.RNN(bias=False), torch.nn.Linear(bias=False); Keras' use_bias=False)
#pragma once

#include <concepts>
#include <type_traits>

#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// A bias is taken from a cursor (parameter_cursor.hpp), a number a row.
struct WithBias {
  static constexpr int parameter_size(int rows) { return rows; }
  template <class Cursor>
  static typename Cursor::Vector take(Cursor& cursor, Index rows) {
    return cursor.vector(rows);
  }
};

/// None is: what stands for it is a view of nothing, which products take as zero and sums leave out.
struct NoBias {
  constexpr explicit NoBias(int) {}  // so that {} is none

  static constexpr int parameter_size(int) { return 0; }
  template <class Cursor>
  static typename Cursor::Vector take(Cursor&, Index) {
    using Vector = typename Cursor::Vector;
    if constexpr (std::default_initializable<Vector>) {
      return Vector();
    } else {
      return Vector(nullptr, 0);
    }
  }
};
inline constexpr NoBias no_bias{0};

namespace detail {

template <class L>
concept HasBias = !requires {
  requires std::same_as<typename L::Bias, NoBias>;
};

}  // namespace detail

template <>
struct CppName<NoBias> {
  static constexpr const char* value = "elman::NoBias";
};

}  // namespace ELMAN_ABI
}  // namespace elman
