// SPDX-License-Identifier: MIT
//
// Soft orthogonality of recurrent matrices: L + Σ λ ‖WᵀW − I‖_F², ∂/∂W = 4 λ W (WᵀW − I) (docs/math.md Eq. 83;
// Vorontsov, Trabelsi, Kadoury and Pal, ICML 2017). It holds the singular values of W near 1, and lets W leave where
// that pays; KeepOrthogonal (keep_orthogonal.hpp) does not.
//
//   OrthogonalPenalty penalty{net, {{"W", 1e-3}}};
//   …
//   L += penalty(net, gradient);    behind bptt, before the optimizer's step
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/factor.hpp"
#include "elman/kernels/product.hpp"
#include "elman/model.hpp"
#include "elman/optim/named_matrices.hpp"
#include "elman/option_ranges.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

template <class Scalar>
class OrthogonalPenalty {
  using List = std::initializer_list<std::pair<std::string_view, double>>;

 public:
  /// Name and λ, in a list or any range of such pairs: names as L2Penalty's, but of square matrices. Keeps the places
  /// of the matrices, and memory for two of the largest. Throws if a name fits none, or one that is not square, a λ is
  /// negative or not finite, or 4 λ is nothing that the net's scalar holds.
  template <class Net, std::ranges::input_range Penalties = List>
  OrthogonalPenalty(const Net& net, const Penalties& penalties) : size_(net.theta().size()) {
    add(net, penalties);
  }

  /// Adds the gradients of the penalties to `gradient` and returns their sum. Two products of W with itself; no heap.
  /// Throws, before anything is written, unless both have as many parameters as the net this was made for.
  template <class Net, class Gradient>
  Scalar operator()(const Net& net, Gradient& gradient) {
    static_assert(detail::is_model<Net>() && detail::is_gradient_of_model<Gradient>());
    static_assert(std::same_as<typename Net::Scalar, Scalar>, "elman: net and OrthogonalPenalty must have one Scalar");
    detail::require_that(net.theta().size() == size_, "OrthogonalPenalty: net has ", net.theta().size(),
                         " parameters; expected ", size_, " as the net this was made for");
    detail::require_that(gradient.theta().size() == size_, "OrthogonalPenalty: gradient has ", gradient.theta().size(),
                         " parameters; expected ", size_, " as the net");
    Wide<Scalar> L(0);  // float would lose digits over many coefficients
    for (const auto& [first, n, lambda] : parts_) {
      const ConstMatrixView<Scalar> W(net.theta().data() + first, n, n);
      excess_.reshape(n, n);
      const MatrixView<Scalar> excess = excess_.view();
      factor_.assign_transposed(W);
      set_product(factor_, W, excess);
      for (Index k = 0; k < n; ++k) excess(k, k) -= Scalar(1);
      for (Scalar* value = excess.data(); value != excess.data() + n * n; ++value) {
        L += static_cast<Real<Wide<Scalar>>>(lambda) * static_cast<Wide<Scalar>>(*value * *value);
        *value *= static_cast<Real<Scalar>>(4 * lambda);
      }
      factor_.assign(W);
      add_product(factor_, excess, MatrixView<Scalar>(gradient.theta().data() + first, n, n));
    }
    return static_cast<Scalar>(L);
  }

 private:
  struct Part {
    Index first, rows;  ///< of θ; of the matrix
    double lambda;
  };

  template <class Net, class Penalties>
  void add(const Net& net, const Penalties& penalties) {
    static_assert(detail::is_model<Net>());
    const auto matrices = detail::named_matrices(net);
    Index most = 0;
    for (const auto& penalty : penalties) {
      const std::string_view name = penalty.first;
      const double lambda = penalty.second;
      const std::string four_times = "4 lambda of " + std::string(name);
      detail::require_not_negative("OrthogonalPenalty", name, lambda);
      detail::require_not_negative("OrthogonalPenalty", four_times, 4 * lambda);
      detail::require_representable<Real<Scalar>>("OrthogonalPenalty", four_times, 4 * lambda);
      detail::for_each_square("OrthogonalPenalty", matrices, name, [&](const detail::NamedMatrix& matrix) {
        parts_.push_back({matrix.first, matrix.rows, lambda});
        most = (std::max)(most, matrix.rows);
      });
    }
    excess_.reserve(most, most);
    factor_.reserve(most, most);
  }

  Index size_;
  std::vector<Part> parts_;
  ColumnBuffer<Scalar> excess_;
  Factor<Scalar> factor_;
};

template <class Net, std::ranges::input_range Penalties = std::initializer_list<std::pair<std::string_view, double>>>
OrthogonalPenalty(const Net&, const Penalties&) -> OrthogonalPenalty<typename Net::Scalar>;

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
