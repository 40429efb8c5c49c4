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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/model.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

class L2Penalty {
 public:
  /// Name and λ. A name is that of one matrix with its path, or a letter for all of that letter; a matrix that two
  /// names fit is held by both. Keeps the places of the matrices, nothing of the net. Throws if a name fits none, a λ
  /// is negative or not finite, or 2 λ is nothing that the net's scalar holds.
  template <class Net>
  L2Penalty(const Net& net, std::initializer_list<std::pair<std::string_view, double>> penalties)
      : size_(net.theta().size()) {
    static_assert(detail::is_model<Net>());
    for (const auto& penalty : penalties) {
      detail::require_not_negative("L2Penalty", penalty.first, penalty.second);
      detail::require_not_negative("L2Penalty", twice(penalty.first), 2 * penalty.second);
      detail::require_representable<Real<typename Net::Scalar>>("L2Penalty", twice(penalty.first), 2 * penalty.second);
      const std::size_t before = parts_.size();
      std::string names;
      Index first = 0;
      net.for_each([&](const std::string& name, const auto& matrix) {
        if (fits(name, penalty.first)) parts_.push_back({first, matrix.size(), penalty.second});
        names += names.empty() ? name : ", " + name;
        first += matrix.size();
      });
      detail::require(parts_.size() > before, "L2Penalty: name is \"", penalty.first, "\"; expected one of ", names);
    }
  }

  /// Adds the gradients of the penalties to `gradient` and returns their sum. No heap. Throws, before anything is
  /// written, unless both have as many parameters as the net this was made for, whose scalar holds 2 λ.
  template <class Net, class Gradient>
  typename Net::Scalar operator()(const Net& net, Gradient& gradient) const {
    static_assert(detail::is_model<Net>() && detail::is_gradient_of_model<Gradient>());
    using Scalar = typename Net::Scalar;
    detail::require(net.theta().size() == size_, "L2Penalty: net has ", net.theta().size(), " parameters; expected ",
                    size_, " as the net this was made for");
    detail::require(gradient.theta().size() == size_, "L2Penalty: gradient has ", gradient.theta().size(),
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

  static std::string twice(std::string_view name) { return "2 lambda of " + std::string(name); }
  static bool fits(std::string_view name, std::string_view wanted) {
    return name == wanted ||
           (name.size() > wanted.size() && name.ends_with(wanted) && name[name.size() - wanted.size() - 1] == '.');
  }

  Index size_;
  std::vector<Part> parts_;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
