// SPDX-License-Identifier: MIT
//
// Layers one upon the other: the output of each is the x of the next, at every step. Widths may differ; ∂L/∂x of a
// layer is ∂L/∂h of the one below. Any layers, nested in any way:
//
//   Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 48>>
//   Stacked{Embedding{1000, 24}, Recurrence{24, 128}, Dropout{Recurrence{128, 64}, {.rate = 0.2}}}
//
// Parameters and states lie in the order of the layers.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/cpp_name.hpp"
#include "elman/layers/layer.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Room, class... Layers>
class StackedTape {
 public:
  const BasicSteps<Room>& steps() const { return std::get<0>(layers).steps(); }
  ConstMatrixView<Scalar> h() const { return std::get<sizeof...(Layers) - 1>(layers).h(); }
  void last(const MatrixView<Scalar>& result) const {
    Index first = 0;
    const auto gather = [&](const auto& tape, Index rows) {
      tape.last(result.middleRows(first, rows));
      first += rows;
    };
    std::size_t k = 0;
    std::apply([&](const auto&... tapes) { (gather(tapes, states[k++]), ...); }, layers);
  }

  void last_output(const MatrixView<Scalar>& result) const {
    std::get<sizeof...(Layers) - 1>(layers).last_output(result);
  }

  std::tuple<typename Layers::template Tape<Scalar, Room>...> layers;
  std::array<Index, sizeof...(Layers)> states{};  ///< rows of each layer's state
  /// ∂L/∂(output) of all layers but the last.
  std::tuple<ColumnBuffer<Scalar, detail::product_of_sizes(Room::size(Layers::out_size), Room::columns)>...> d_h;
};

template <class... Layers>
class Stacked {
  static_assert(sizeof...(Layers) >= 1, "elman::Stacked: its arguments must be layers, at least one");
  static_assert(detail::are_inner_layers<Layers...>());

  using Tuple = std::tuple<Layers...>;
  template <std::size_t K>
  using LayerAt = std::tuple_element_t<K, Tuple>;
  static constexpr std::size_t top = sizeof...(Layers) - 1;

  template <std::size_t... K>
  static constexpr bool widths_fit(std::index_sequence<K...>) {
    return (detail::fits<LayerAt<K + 1>::in_size, LayerAt<K>::out_size> && ...);
  }
  static_assert(widths_fit(std::make_index_sequence<top>{}),
                "elman::Stacked: each layer must have as many inputs as the layer below it has outputs");

 public:
  static constexpr int in_size = LayerAt<0>::in_size;
  static constexpr int out_size = LayerAt<top>::out_size;
  static constexpr int state_size = detail::sum_of_sizes({Layers::state_size...});
  static constexpr int step_size = detail::sum_of_sizes({Layers::step_size...});
  static constexpr int parameter_size = detail::sum_of_sizes({Layers::parameter_size...});
  static constexpr bool can_step = (Layers::can_step && ...);
  static constexpr bool ends_in_state = LayerAt<top>::ends_in_state;
  static constexpr bool reads_pair = false;
  static constexpr bool learns_start = (Layers::learns_start || ...);
  static constexpr bool is_fixed = (Layers::is_fixed && ...);
  template <class Scalar, class Room = Growing>
  using Tape = StackedTape<Scalar, Room, Layers...>;

  Stacked() requires is_fixed = default;
  /// From the lowest up. Throws if a layer has another number of inputs than the one below has outputs.
  explicit Stacked(Layers... layers) : layers_(std::move(layers)...) { check_widths(std::make_index_sequence<top>{}); }

  Index in() const { return layer<0>().in(); }
  Index out() const { return layer<top>().out(); }
  Index state() const {
    return sum([](const auto& layer) { return layer.state(); });
  }
  Index step_rows() const {
    return sum([](const auto& layer) { return layer.step_rows(); });
  }
  Index parameter_count() const {
    return sum([](const auto& layer) { return layer.parameter_count(); });
  }
  bool needs_masks(bool draws) const {
    return std::apply([&](const auto&... layers) { return (layers.needs_masks(draws) || ...); }, layers_);
  }
  bool has_dropout() const {
    return std::apply([](const auto&... layers) { return (detail::has_dropout(layers) || ...); }, layers_);
  }
  /// The k-th layer, the lowest is 0.
  template <std::size_t K>
  const auto& layer() const {
    return std::get<K>(layers_);
  }
  bool same_shape(const Stacked& other) const {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
      return (layer<K>().same_shape(other.template layer<K>()) && ...);
    }
    (std::index_sequence_for<Layers...>{});
  }

  template <class Element, class Visit>
  void for_each_part(Element* theta, const std::string& path, const Visit& visit) const {
    int k = 0;
    for_each_layer([&](const auto& layer) {
      layer.for_each_part(theta, path + "layer" + std::to_string(k++) + ".", visit);
      theta += layer.parameter_count();
    });
  }

  template <class Scalar, class X, class S, class Tape>
  void forward(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Tape& tape,
               Random* random) const {
    forward_from<0>(theta, x, steps, h0, 0, tape, random);
  }

  template <class Scalar, class X, class Tape>
  void bptt(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
            const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
            const MatrixView<Scalar>& d_h0) const {
    bptt_from<0>(theta, x, tape, from_above, d_last, d_theta, d_x, d_h0, 0);
  }

  /// The output is the top layer's: nothing reaches the states of the others.
  template <class Tape, class Scalar>
  void last_output_bptt(const Tape& tape, const ConstMatrixView<Scalar>& d_output,
                        const MatrixView<Scalar>& d_state) const requires(LayerAt<top>::ends_in_state) {
    const Index below = state() - layer<top>().state();
    set_zero(d_state.topRows(below));
    layer<top>().last_output_bptt(std::get<top>(tape.layers), d_output,
                                  d_state.middleRows(below, layer<top>().state()));
  }

  template <class Cursor>
  void take(Cursor& cursor) const {
    for_each_layer([&](const auto& layer) { layer.take(cursor); });
  }
  template <class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step(Cursor& cursor, const X& x, const MatrixView<Scalar>& h,
                               const MatrixView<Scalar>& scratch) const requires((Layers::can_step && ...)) {
    return step_from<0>(cursor, x, h, 0, scratch, 0);
  }

  template <class Cursor, class Scalar>
  void start(Cursor& cursor, const MatrixView<Scalar>& h) const {
    Index first = 0;
    for_each_layer([&](const auto& layer) {
      layer.start(cursor, h.middleRows(first, layer.state()));
      first += layer.state();
    });
  }
  template <class Scalar>
  void start_bptt(Scalar* d_theta, const ConstMatrixView<Scalar>& d_h) const {
    Index first = 0;
    for_each_layer([&](const auto& layer) {
      layer.start_bptt(d_theta, d_h.middleRows(first, layer.state()));
      first += layer.state();
      d_theta += layer.parameter_count();
    });
  }

  std::string cpp_type() const {
    return "elman::Stacked<" + list([](const auto& layer) { return elman::cpp_type(layer); }) + ">";
  }
  std::string cpp_arguments() const {
    return list([](const auto& layer) { return cpp_value(layer); });
  }

 private:
  template <class Visit>
  void for_each_layer(const Visit& visit) const {
    std::apply([&](const auto&... layers) { (visit(layers), ...); }, layers_);
  }
  template <class Count>
  Index sum(const Count& count) const {
    return std::apply([&](const auto&... layers) { return (count(layers) + ...); }, layers_);
  }

  template <class Text>
  std::string list(const Text& text) const {
    std::string all;
    for_each_layer([&](const auto& layer) { all += (all.empty() ? "" : ", ") + text(layer); });
    return all;
  }

  template <std::size_t... K>
  void check_widths(std::index_sequence<K...>) const {
    (detail::require(layer<K + 1>().in() == layer<K>().out(), "Stacked: layer ", K + 1, " has ", layer<K + 1>().in(),
                     " inputs; expected ", layer<K>().out(), " as layer ", K, " has outputs"),
     ...);
  }

  // `theta` and `row`: where the parameters and the state of layer K begin.
  template <std::size_t K, class Scalar, class X, class S, class Tape>
  void forward_from(const Scalar* theta, const X& x, const S& steps, const ConstMatrixView<Scalar>& h0, Index row,
                    Tape& tape, Random* random) const {
    auto& its_tape = std::get<K>(tape.layers);
    const Index rows = layer<K>().state();
    tape.states[K] = rows;
    layer<K>().forward(theta, x, steps, h0.middleRows(row, rows), its_tape, random);
    if constexpr (K < top) {
      forward_from<K + 1>(theta + layer<K>().parameter_count(), its_tape.h(), steps, h0, row + rows, tape, random);
    }
  }

  template <std::size_t K, class Scalar, class X, class Tape>
  void bptt_from(const Scalar* theta, const X& x, Tape& tape, const FromAbove<Scalar>& from_above,
                 const ConstMatrixView<Scalar>& d_last, Scalar* d_theta, const MatrixView<Scalar>& d_x,
                 const MatrixView<Scalar>& d_h0, Index row) const {
    auto& its_tape = std::get<K>(tape.layers);
    const Index rows = layer<K>().state();
    const auto run = [&](const FromAbove<Scalar>& above) {
      layer<K>().bptt(theta, x, its_tape, above, d_last.middleRows(row, rows), d_theta, d_x,
                      d_h0.middleRows(row, rows));
    };
    if constexpr (K == top) {
      run(from_above);
    } else {
      const auto h = its_tape.h();
      std::get<K>(tape.d_h).reshape(h.rows(), h.cols());
      const auto d_h = std::get<K>(tape.d_h).view();
      const Index count = layer<K>().parameter_count();
      bptt_from<K + 1>(theta + count, h, tape, from_above, d_last, d_theta + count, d_h, d_h0, row + rows);
      run([&](Index first, const MatrixView<Scalar>& result) { copy(d_h.middleCols(first, result.cols()), result); });
    }
  }

  template <std::size_t K, class Cursor, class X, class Scalar>
  ConstMatrixView<Scalar> step_from(Cursor& cursor, const X& x, const MatrixView<Scalar>& h, Index row,
                                    const MatrixView<Scalar>& scratch, Index scratch_row) const {
    const auto out = layer<K>().step(cursor, x, h.middleRows(row, layer<K>().state()),
                                     scratch.middleRows(scratch_row, layer<K>().step_rows()));
    if constexpr (K == top) {
      return out;
    } else {
      return step_from<K + 1>(cursor, out, h, row + layer<K>().state(), scratch, scratch_row + layer<K>().step_rows());
    }
  }

  Tuple layers_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
