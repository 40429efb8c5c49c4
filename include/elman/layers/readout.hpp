// SPDX-License-Identifier: MIT
//
// The readout of a net (docs/math.md):
//
//   o_t = V h_t + c     (2)
//   y_t = softmax(o_t)  (3)      or another Output
//
// of the columns of the layer below that are read.
#pragma once

#include <string>
#include <tuple>

#include "elman/layers/detail/read_out.hpp"
#include "elman/layers/layer.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/parameter_cursor.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

/// V (Out × In), c (Out).
template <class Parameter, int In, int Out>
struct ReadoutParameters {
  detail::ParameterView<Parameter, Out, In> V;
  detail::ParameterView<Parameter, Out, 1> c;

  template <class Visit>
  void for_each(const Visit& visit) {
    visit("V", V);
    visit("c", c);
  }
};

/// In: rows of what it reads, a cell's Hidden.
template <int In = Dynamic, int Out = Dynamic, class Output_ = Softmax>
class Readout {
  static_assert(SizeOrDynamic<In> && SizeOrDynamic<Out>,
                "elman: In, Hidden and Out must be positive, or elman::Dynamic");

 public:
  using Output = Output_;
  static constexpr int in_size = In;
  static constexpr int out_size = Out;
  static constexpr int parameter_size = detail::sum_of_sizes({detail::product_of_sizes(Out, In), Out});
  static constexpr bool is_fixed = In != Dynamic && Out != Dynamic;

  /// Throws if a size is less than 1 or contradicts the compile-time one.
  Readout(Index in, Index out) : in_("Readout", "In", in), out_("Readout", "Out", out) {}
  Readout() requires is_fixed : Readout(In, Out) {}

  Index in() const { return in_.value(); }
  Index out() const { return out_.value(); }
  Index parameter_count() const { return out() * (in() + 1); }
  bool same_shape(const Readout& other) const { return in() == other.in() && out() == other.out(); }

  template <class Parameter>
  ReadoutParameters<Parameter, In, Out> at(Parameter* theta) const {
    detail::ThetaReader<Parameter> reader(theta);
    const auto [V, c] = read(reader);
    return {V, c};
  }
  /// V and c from a reader (layers/parameter_cursor.hpp).
  template <class Reader>
  auto read(Reader& theta) const {
    return std::tuple{theta.template matrix<Out, In>(out(), in()), theta.template vector<Out>(out())};
  }
  template <class Parameter, class Visit>
  void for_each_part(Parameter* theta, const std::string& path, const Visit& visit) const {
    visit(path, at(theta));
  }

 private:
  [[no_unique_address]] detail::Extent<In> in_;
  [[no_unique_address]] detail::Extent<Out> out_;
};

Readout(Index, Index)->Readout<Dynamic, Dynamic>;

}  // namespace ELMAN_ABI
}  // namespace elman
