// SPDX-License-Identifier: MIT
//
// U (Hidden × In), W (Hidden × Hidden), b (Hidden), V (Out × Hidden) and c (Out): five named views of one contiguous
// vector θ, in this order, each matrix column by column. A gradient has the same type, so that ∂L/∂U is `grad.U()` and
// optimizers, clipping, norms and files see one vector.
//
// θ lies inside the object when its size is known at compile time and small, else on the heap.
#pragma once

#include <utility>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman::inline ELMAN_ABI {

namespace detail {

/// A size that costs no memory when it is known at compile time.
template <int Size>
struct Extent {
  explicit Extent(Index n) { require(n == Size, "Parameters: a size is ", n, "; expected ", Size); }
  static constexpr Index value() { return Size; }
  friend bool operator==(Extent, Extent) = default;
};

template <>
struct Extent<Dynamic> {
  explicit Extent(Index n) : size(n) { require(n >= 1, "Parameters: a size is ", n, "; expected at least 1"); }
  Index value() const { return size; }
  friend bool operator==(Extent, Extent) = default;
  Index size;
};

/// Parameter vectors of at most this many bytes lie inside their object.
inline constexpr int inline_bytes = 32 * 1024;

template <class Scalar, int Size>
inline constexpr bool is_inline = (Size != Dynamic) && Size <= inline_bytes / static_cast<int>(sizeof(Scalar));

/// Memory for as many scalars as a parameter vector has: a gradient's, a model's, an optimizer's.
template <class Scalar, int Size>
using ParameterStorage = Vector<Scalar, is_inline<Scalar, Size> ? Size : Dynamic>;

/// The sizes that a view tells Eigen. Beyond 128 they would gain nothing, and overflow the arithmetic by which
/// Eigen 3.4 plans its loops.
template <int Size>
inline constexpr int view_size = Size <= 128 ? Size : Dynamic;

template <int In, int Hidden, int Out>
constexpr int parameter_count() {
  if (In == Dynamic || Hidden == Dynamic || Out == Dynamic) return Dynamic;
  return Hidden * In + Hidden * Hidden + Hidden + Out * Hidden + Out;
}

}  // namespace detail

template <class Scalar_, int In, int Hidden, int Out>
class Parameters {
  static_assert(RealOrComplex<Scalar_>, "elman: Scalar must be float, double, long double or std::complex of one");
  static_assert(SizeOrDynamic<In> && SizeOrDynamic<Hidden> && SizeOrDynamic<Out>,
                "elman: In, Hidden and Out must be positive, or elman::Dynamic");

 public:
  using Scalar = Scalar_;
  static constexpr int in_size = In;
  static constexpr int hidden_size = Hidden;
  static constexpr int out_size = Out;
  static constexpr bool is_fixed = In != Dynamic && Hidden != Dynamic && Out != Dynamic;
  /// The length of θ, or Dynamic.
  static constexpr int theta_size = detail::parameter_count<In, Hidden, Out>();

  /// All zero.
  Parameters() requires is_fixed : Parameters(In, Hidden, Out) {}

  /// All zero. Throws if a size is less than 1 or contradicts the compile-time one.
  Parameters(Index in, Index hidden, Index out) : in_(in), hidden_(hidden), out_(out) {
    theta_.setZero(hidden * in + hidden * hidden + hidden + out * hidden + out);
  }

  Index in() const { return in_.value(); }
  Index hidden() const { return hidden_.value(); }
  Index out() const { return out_.value(); }

  auto U() { return U_in(theta_.data()); }
  auto U() const { return U_in(theta_.data()); }
  auto W() { return W_in(theta_.data()); }
  auto W() const { return W_in(theta_.data()); }
  auto b() { return b_in(theta_.data()); }
  auto b() const { return b_in(theta_.data()); }
  auto V() { return V_in(theta_.data()); }
  auto V() const { return V_in(theta_.data()); }
  auto c() { return c_in(theta_.data()); }
  auto c() const { return c_in(theta_.data()); }

  /// All parameters as one vector.
  auto theta() { return View<Theta>(theta_.data(), theta_.size(), 1); }
  auto theta() const { return View<const Theta>(theta_.data(), theta_.size(), 1); }

  void set_zero() { theta_.setZero(); }

  /// visit(name, view) for U, W, b, V, c.
  template <class Visit>
  void for_each(Visit&& visit) {
    visit_all(*this, visit);
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    visit_all(*this, visit);
  }

  /// The same numbers in another scalar: float to double, or double to std::complex<double> for the complex step.
  template <class Other>
  Parameters<Other, In, Hidden, Out> cast() const {
    Parameters<Other, In, Hidden, Out> other(in(), hidden(), out());
    other.theta() = theta().template cast<Other>();
    return other;
  }

  /// Whether `other` has the same three sizes.
  template <class Other>
  bool same_shape(const Other& other) const {
    return in() == other.in() && hidden() == other.hidden() && out() == other.out();
  }

 private:
  using Theta = detail::ParameterStorage<Scalar, theta_size>;
  template <int Rows, int Cols>
  using Sized = Matrix<Scalar, detail::view_size<Rows>, detail::view_size<Cols>>;

  template <int Rows, int Cols>
  static View<Sized<Rows, Cols>> view(Scalar* data, Index rows, Index cols) {
    return {data, rows, cols};
  }
  template <int Rows, int Cols>
  static View<const Sized<Rows, Cols>> view(const Scalar* data, Index rows, Index cols) {
    return {data, rows, cols};
  }

  // The layout of θ: each starts where the one before ends.
  auto U_in(auto* theta) const { return view<Hidden, In>(theta, hidden(), in()); }
  auto W_in(auto* theta) const { return view<Hidden, Hidden>(theta + hidden() * in(), hidden(), hidden()); }
  auto b_in(auto* theta) const { return view<Hidden, 1>(theta + hidden() * (in() + hidden()), hidden(), 1); }
  auto V_in(auto* theta) const { return view<Out, Hidden>(theta + hidden() * (in() + hidden() + 1), out(), hidden()); }
  auto c_in(auto* theta) const { return view<Out, 1>(theta + hidden() * (in() + hidden() + 1 + out()), out(), 1); }

  template <class Self, class Visit>
  static void visit_all(Self& self, Visit& visit) {
    visit("U", self.U());
    visit("W", self.W());
    visit("b", self.b());
    visit("V", self.V());
    visit("c", self.c());
  }

  [[no_unique_address]] detail::Extent<In> in_;
  [[no_unique_address]] detail::Extent<Hidden> hidden_;
  [[no_unique_address]] detail::Extent<Out> out_;
  Theta theta_;
};

}  // namespace elman::inline ELMAN_ABI
