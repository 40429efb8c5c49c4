// SPDX-License-Identifier: MIT
//
// L2 penalties, matrix by matrix: L + Σ λ ‖M‖², ∂/∂M = 2 λ M (docs/math.md Eq. 48; Keras' regularizers.L2). Weight
// decay of the optimizers is the same for all of θ; this is for when U, W and V should not be held back alike.
//
//   const L2Penalty penalty{net, {{"W", 1e-4}, {"layer1.U", 1e-3}}};
//   …
//   L += penalty(net, gradient);    behind bptt, before the optimizer's step
#pragma once

#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/model.hpp"
#include "elman/optim/named_matrices.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

class L2Penalty {
 public:
  /// Name and λ, in a list or any range of such pairs. A name (named_matrices.hpp) is that of one matrix with its path,
  /// or a letter for all of that letter, or the path of a part for all beneath it; a matrix that two names fit is held
  /// by both. Keeps the places of the matrices, nothing of the net. Throws if a name fits none, a λ is negative or not
  /// finite, or 2 λ is nothing that the net's scalar holds.
  template <class Net>
  L2Penalty(const Net& net, std::initializer_list<std::pair<std::string_view, double>> penalties)
      : size_(net.theta().size()) {
    add(net, penalties);
  }
  template <class Net, std::ranges::input_range Penalties>
  L2Penalty(const Net& net, const Penalties& penalties) : size_(net.theta().size()) {
    add(net, penalties);
  }

  /// Adds the gradients of the penalties to `gradient` and returns their sum. No heap. Throws, before anything is
  /// written, unless both have as many parameters as the net this was made for, whose scalar holds 2 λ.
  template <class Net, class Gradient>
  typename Net::Scalar operator()(const Net& net, Gradient& gradient) const {
    static_assert(detail::is_model<Net>() && detail::is_gradient_of_model<Gradient>());
    using Scalar = typename Net::Scalar;
    detail::require_that(net.theta().size() == size_, "L2Penalty: net has ", net.theta().size(),
                         " parameters; expected ", size_, " as the net this was made for");
    detail::require_that(gradient.theta().size() == size_, "L2Penalty: gradient has ", gradient.theta().size(),
                         " parameters; expected ", size_, " as the net");
    for (const Part& part : parts_) {
      detail::require_representable<Real<Scalar>>("L2Penalty", "2 lambda", 2 * part.lambda);
    }
    Wide<Scalar> L(0);  // float would lose digits over many parameters
    for (const Part& part : parts_) {
      const auto m = net.theta().segment(part.first, part.size);
      gradient.theta().segment(part.first, part.size) += Scalar(static_cast<Real<Scalar>>(2 * part.lambda)) * m;
      L += static_cast<Real<Wide<Scalar>>>(part.lambda) * m.template cast<Wide<Scalar>>().array().square().sum();
    }
    return static_cast<Scalar>(L);
  }

 private:
  struct Part {
    Index first, size;  // of θ
    double lambda;
  };

  template <class Net, class Penalties>
  void add(const Net& net, const Penalties& penalties) {
    static_assert(detail::is_model<Net>());
    const auto matrices = detail::named_matrices(net);
    for (const auto& penalty : penalties) {
      const std::string_view name = penalty.first;
      const double lambda = penalty.second;
      detail::require_not_negative("L2Penalty", name, lambda);
      detail::require_not_negative("L2Penalty", twice(name), 2 * lambda);
      detail::require_representable<Real<typename Net::Scalar>>("L2Penalty", twice(name), 2 * lambda);
      detail::for_each_named("L2Penalty", matrices, name, [&](std::size_t place, detail::NameFit) {
        parts_.push_back({matrices[place].first, matrices[place].size, lambda});
      });
    }
  }

  static std::string twice(std::string_view name) { return "2 lambda of " + std::string(name); }

  Index size_;
  std::vector<Part> parts_;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
