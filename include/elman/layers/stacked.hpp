// SPDX-License-Identifier: MIT
//
// Layers one upon the other: the output of each is the x of the next, at every step. Widths may differ; ∂L/∂x of a
// layer is ∂L/∂h of the one below. Any layers, nested in any way:
//
//   Stacked<Bidirectional<Recurrence<12, 32>>, Recurrence<64, 48>>
//   Stacked{Embedding{1000, 24}, Recurrence{24, 128}, Dropout{Recurrence{128, 64}, {.rate = 0.2}}}
//
// Parameters and states lie in the order of the layers; what runs through them is in detail/chain.hpp. As many layers
// as are known when the program runs: repeated.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "elman/layers/detail/chain.hpp"
#include "elman/layers/form.hpp"
#include "elman/layers/layer.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar, class Room, class... Layers>
class StackedTape {
 public:
  const BasicSteps<Room>& steps() const { return bottom().tape.steps(); }
  ConstMatrixView<Scalar> h() const { return top().tape.h(); }
  void last(const MatrixView<Scalar>& result) const {
    detail::RowCursor rows(result);
    std::apply([&](const auto&... link) { (link.tape.last(rows.next(link.state)), ...); }, links);
  }
  void last_output(const MatrixView<Scalar>& result) const { top().tape.last_output(result); }

  auto& bottom() { return std::get<0>(links); }
  const auto& bottom() const { return std::get<0>(links); }

  std::tuple<detail::ChainLink<Scalar, Room, Layers>...> links;  ///< the tapes of the layers, from below

 private:
  const auto& top() const { return std::get<sizeof...(Layers) - 1>(links); }
};

template <class... Layers>
class Stacked : public detail::Chain<Stacked<Layers...>> {
  static_assert(sizeof...(Layers) >= 1, "elman::Stacked: its arguments must be layers, at least one");
  static_assert(detail::are_inner_layers<Layers...>());

  friend detail::Chain<Stacked>;
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

  Index out() const { return layer<top>().out(); }
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

  Form form() const {
    Form form{.name = "elman::Stacked"};
    this->for_each_layer([&](const auto& layer) { form.inner.push_back(form_of(layer)); });
    return form;
  }
  static Stacked from(const Form& form) { return of_parts(form, std::index_sequence_for<Layers...>{}); }

 private:
  template <std::size_t... K>
  static Stacked of_parts(const Form& form, std::index_sequence<K...>) {
    return Stacked(layer_from<Layers>(form.inner_at(K))...);
  }

  template <std::size_t... K>
  void check_widths(std::index_sequence<K...>) const {
    (detail::require_that(layer<K + 1>().in() == layer<K>().out(), "Stacked: layer ", K + 1, " has ",
                          layer<K + 1>().in(), " inputs; expected ", layer<K>().out(), " as layer ", K, " has outputs"),
     ...);
  }

  // For detail::Chain.
  const auto& bottom() const { return layer<0>(); }
  template <class Visit>
  void for_each_upper(const Visit& visit) const {
    [&]<std::size_t... K>(std::index_sequence<K...>) { (visit(layer<K + 1>()), ...); }
    (std::make_index_sequence<top>{});
  }
  template <class Tape, class Visit>
  void for_each_link(Tape& tape, const Visit& visit) const {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      (visit(layer<K + 1>(), std::get<K + 1>(tape.links), std::get<K>(tape.links)), ...);
    }
    (std::make_index_sequence<top>{});
  }
  template <class Tape, class Visit>
  void for_each_link_down(Tape& tape, const Visit& visit) const {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      (visit(layer<top - K>(), std::get<top - K>(tape.links), std::get<top - K - 1>(tape.links)), ...);
    }
    (std::make_index_sequence<top>{});
  }
  template <class Tape, class Visit>
  void with_top(const Tape& tape, const Visit& visit) const {
    visit(layer<top>(), std::get<top>(tape.links).tape);
  }

  Tuple layers_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
