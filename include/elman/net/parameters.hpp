// SPDX-License-Identifier: MIT
//
// The parameters of a net, and their gradient: each one contiguous vector, θ and ∂L/∂θ, and the shapes of the layers
// that say what lies where in it. First the body's, in the order of its layers, then the readout's V and c; each matrix
// column by column. For an RNNCell that is U (Hidden × In), W (Hidden × Hidden), b (Hidden), V (Out × Hidden), c (Out).
//
// Both have the same views, so that ∂L/∂U is `gradient.U()` and optimizers, clipping and norms see one vector. They are
// two types, so that neither is taken for the other: no optimizer trains a gradient, no bptt adds to a net. The vector
// lies inside its object when its size is known at compile time and small, else on the heap.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/kernels/storage.hpp"
#include "elman/layers/bias.hpp"
#include "elman/layers/layer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// A body that is one recurrence: U, W and b need no path.
template <class Body>
concept HasUWb = requires(const Body body, float* theta) {
  body.at(theta).U;
  body.at(theta).W;
  body.at(theta).b;
};

template <class Readout>
concept HasV = requires(const Readout readout, float* theta) {
  readout.at(theta).V;
};

/// The sizes that a view tells Eigen. Beyond 128 they would gain nothing, and overflow the arithmetic by which
/// Eigen 3.4 plans its loops.
template <int Size>
inline constexpr int view_size = Size <= 128 ? Size : Dynamic;

/// A view of parameters with the sizes that are known at compile time.
template <int Rows, int Cols, class Given>
auto sized(const Given& given) {
  using Element = std::remove_pointer_t<decltype(given.data())>;
  using M = Matrix<std::remove_const_t<Element>, view_size<Rows>, view_size<Cols>>;
  return View<std::conditional_t<std::is_const_v<Element>, const M, M>>(given.data(), given.rows(), given.cols());
}

/// Nobody has said how the parameters of a net begin.
template <class Nothing>
constexpr void is_initialised() {
  static_assert(!std::is_void_v<Nothing>,
                "elman: a net is told how its parameters begin, as in `RNNCell<float, 4, 8, 4> "
                "cell{elman::init::standard(random)}`; a net of zeros would never learn: elman::zero makes one, for "
                "numbers that are put into it afterwards");
}

}  // namespace detail

/// A vector with a coefficient for every parameter of a net: what Parameters and Gradient have in common.
template <class Scalar_, class Body, class Readout>
class ParameterVector {
  static_assert(RealOrComplex<Scalar_>, "elman: Scalar must be float, double, long double or std::complex of one");

 public:
  using Scalar = Scalar_;
  /// Sizes that are known at compile time, else Dynamic; is_fixed: all of them are.
  static constexpr int in_size = Body::in_size;
  static constexpr int state_size = Body::state_size;
  static constexpr int out_size = Readout::out_size;
  static constexpr bool is_fixed = Body::is_fixed && Readout::is_fixed;
  /// The length of θ, or Dynamic.
  static constexpr int theta_size = detail::sum_of_sizes({Body::parameter_size, Readout::parameter_size});

  const Body& body() const { return body_; }
  const Readout& readout() const { return readout_; }
  Index in() const { return body_.in(); }        ///< rows of x
  Index state() const { return body_.state(); }  ///< rows of the state: all hidden units
  Index out() const { return readout_.out(); }   ///< rows of y
  Index hidden() const requires detail::HasUWb<Body> { return body_.hidden(); }

  auto U() requires detail::HasUWb<Body> { return detail::sized<Body::out_size, in_size>(body_.at(data()).U); }
  auto U() const requires detail::HasUWb<Body> { return detail::sized<Body::out_size, in_size>(body_.at(data()).U); }
  auto W() requires detail::HasUWb<Body> { return detail::sized<Body::out_size, Body::out_size>(body_.at(data()).W); }
  auto W() const requires detail::HasUWb<Body> {
    return detail::sized<Body::out_size, Body::out_size>(body_.at(data()).W);
  }
  auto b() requires detail::HasUWb<Body> && detail::HasBias<Body> {
    return detail::sized<Body::out_size, 1>(body_.at(data()).b);
  }
  auto b() const requires detail::HasUWb<Body> && detail::HasBias<Body> {
    return detail::sized<Body::out_size, 1>(body_.at(data()).b);
  }
  auto V() requires detail::HasV<Readout> {
    return detail::sized<out_size, Readout::in_size>(readout_.at(readout_data()).V);
  }
  auto V() const requires detail::HasV<Readout> {
    return detail::sized<out_size, Readout::in_size>(readout_.at(readout_data()).V);
  }
  auto c() requires detail::HasV<Readout> && detail::HasBias<Readout> {
    return detail::sized<out_size, 1>(readout_.at(readout_data()).c);
  }
  auto c() const requires detail::HasV<Readout> && detail::HasBias<Readout> {
    return detail::sized<out_size, 1>(readout_.at(readout_data()).c);
  }

  /// All coefficients as one vector.
  VectorView<Scalar> theta() { return {data(), theta_.size()}; }
  ConstVectorView<Scalar> theta() const { return {data(), theta_.size()}; }
  /// Where they begin, and where those of the readout do.
  Scalar* data() { return theta_.data(); }
  const Scalar* data() const { return theta_.data(); }
  Scalar* readout_data() { return data() + body_.parameter_count(); }
  const Scalar* readout_data() const { return data() + body_.parameter_count(); }

  /// All coefficients ← 0.
  void set_zero() { std::fill_n(data(), theta_.size(), Scalar(0)); }

  /// visit(path, part) for every part in order: a part has U, W, b or V, c or E or h0, views of run-time size, and a
  /// `for_each`. The path leads to it: "layer1.forwards.", "" for an RNNCell.
  template <class Visit>
  void for_each_part(Visit&& visit) {
    visit_parts(*this, visit);
  }
  template <class Visit>
  void for_each_part(Visit&& visit) const {
    visit_parts(*this, visit);
  }

  /// visit(name, view) for every matrix in order, named with its path: "layer1.forwards.U".
  template <class Visit>
  void for_each(Visit&& visit) {
    visit_matrices(*this, visit);
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    visit_matrices(*this, visit);
  }

  /// The matrix of this name, "layer1.forwards.U". Throws if there is none.
  MatrixView<Scalar> matrix(std::string_view name) {
    const auto found = std::as_const(*this).matrix(name);
    return {data() + (found.data() - data()), found.rows(), found.cols()};
  }
  ConstMatrixView<Scalar> matrix(std::string_view name) const {
    const Scalar* begin = nullptr;
    Index rows = 0, cols = 0;
    std::string names;
    for_each([&](const std::string& its_name, const auto& view) {
      names += names.empty() ? its_name : ", " + its_name;
      if (its_name != name) return;
      begin = view.data();
      rows = view.rows();
      cols = view.cols();
    });
    detail::require_that(begin, "Parameters::matrix: name is \"", name, "\"; expected one of ", names);
    return {begin, rows, cols};
  }

  /// Whether another has the same matrices in the same places.
  template <class Other>
  bool same_shape(const ParameterVector<Other, Body, Readout>& other) const {
    return body_.same_shape(other.body()) && readout_.same_shape(other.readout());
  }

 protected:
  /// All zero. Throws if the readout does not read as many rows as the body's output has.
  ParameterVector(Body body, Readout readout) : body_(std::move(body)), readout_(std::move(readout)) {
    detail::require_that(readout_.in() == body_.out(), "Net: the readout reads ", readout_.in(), " rows; expected ",
                         body_.out(), " as the body's output has");
    theta_.set_zero(body_.parameter_count() + readout_.parameter_count());
  }

  /// The same numbers in another scalar: float to double, or double to std::complex<double> for the complex step.
  template <class Result>
  Result cast_to() const {
    Result other(body_, readout_);
    for (Index k = 0; k < theta_.size(); ++k) other.data()[k] = static_cast<typename Result::Scalar>(data()[k]);
    return other;
  }

 private:
  template <class Self, class Visit>
  static void visit_parts(Self& self, Visit& visit) {
    self.body_.for_each_part(self.data(), std::string(), visit);
    self.readout_.for_each_part(self.readout_data(), std::string(), visit);
  }
  template <class Self, class Visit>
  static void visit_matrices(Self& self, Visit& visit) {
    const auto visit_part = [&](const std::string& path, auto part) {
      part.for_each([&](const char* name, auto& view) { visit(path + name, view); });
    };
    visit_parts(self, visit_part);
  }

  [[__no_unique_address__]] Body body_;
  [[__no_unique_address__]] Readout readout_;
  detail::ThetaStorage<Scalar, theta_size> theta_;
};

/// θ: what a net derives from, initialisers fill and optimizers change.
template <class Scalar, class Body, class Readout>
class Parameters : public ParameterVector<Scalar, Body, Readout> {
  using Base = ParameterVector<Scalar, Body, Readout>;

 public:
  static constexpr bool is_gradient = false;  ///< a model

  /// All zero: for what fills them.
  Parameters(Body body, Readout readout) : Base(std::move(body), std::move(readout)) {}
  Parameters() requires Base::is_fixed : Parameters(Body(), Readout()) {}

  template <class Other>
  Parameters<Other, Body, Readout> cast() const {
    return this->template cast_to<Parameters<Other, Body, Readout>>();
  }
};

/// ∂L/∂θ: what bptt adds to, clipping scales and optimizers read. `net.zero_gradient()` makes one.
template <class Scalar, class Body, class Readout>
class Gradient : public ParameterVector<Scalar, Body, Readout> {
  using Base = ParameterVector<Scalar, Body, Readout>;

 public:
  static constexpr bool is_gradient = true;  ///< no model: no optimizer takes it for one

  /// All zero.
  Gradient(Body body, Readout readout) : Base(std::move(body), std::move(readout)) {}
  Gradient() requires Base::is_fixed : Gradient(Body(), Readout()) {}

  template <class Other>
  Gradient<Other, Body, Readout> cast() const {
    return this->template cast_to<Gradient<Other, Body, Readout>>();
  }
};

/// The initialiser that leaves all parameters zero: a net that other numbers will be put into. Such a net does not
/// learn more than c, for every gradient on the way to the others is multiplied by a matrix of zeros.
struct Zero {
  void operator()(auto& parameters) const { parameters.set_zero(); }
};
/// As in `net{zero}`.
inline constexpr Zero zero{};

}  // namespace ELMAN_ABI
}  // namespace elman
