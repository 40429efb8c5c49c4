// SPDX-License-Identifier: MIT
// expect: elman: a layer has take(cursor), which takes its parameters, and for_each_part(theta, path, visit); see
#include "elman/elman.hpp"

struct Twice : elman::StatelessLayer<Twice, 3, 3> {
  Twice() : Base({"Twice"}, 3, 3) {}
  static constexpr int parameter_size = 0;
#ifndef ELMAN_FAIL
  static elman::NoParameters take(auto&) { return {}; }
#endif
  void apply(const auto&, const auto& x, auto y) const { y = 2 * x; }
  void apply_bptt(const auto&, const auto&, const auto& d_y, auto, auto d_x) const {
    if (d_x.data()) d_x = 2 * d_y;
  }
};

elman::Stacked<Twice, elman::Recurrence<3, 4>> layers;
