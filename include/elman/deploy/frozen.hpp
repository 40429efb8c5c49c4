// SPDX-License-Identifier: MIT
//
// A net whose parameters are constant and lie in arrays of somebody else, in read-only memory for instance: it steps,
// and nothing else. Its weights may be narrower than its Scalar: 8- or 16-bit integers with a scale a row, or the upper
// halves of floats; states and sums stay of its Scalar.
//
//   const auto small = elman::freeze<std::int8_t>(net);          owns the arrays
//   auto state = small.net().initial_state();                    refers to them
//   const auto frozen = elman::freeze<std::int8_t>(net).net();   a net that owns them
//
// cpp_header.hpp writes such arrays as C++.
//
//   weights    all matrices in the order of θ, column by column; narrow ones in words (kernels/narrow.hpp)
//   numbers    the scales of a matrix' rows, in the place of the matrix, if the weights are integers; vectors: b,
//              c, h0, β
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/deploy/cursors.hpp"
#include "elman/kernels/column_buffer.hpp"
#include "elman/kernels/narrow.hpp"
#include "elman/net.hpp"
#include "elman/net/stepping.hpp"
#include "elman/standard.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// FNV-1a of the bits, the lowest byte of an element first: the same on every machine.
template <class Element>
std::uint64_t hash_bits(std::span<const Element> elements, std::uint64_t hash = 0xCBF29CE484222325U) {
  for (const Element& element : elements) {
    std::uint64_t bits = 0;
    if constexpr (std::same_as<Element, float>) {
      bits = bit_cast<std::uint32_t>(element);
    } else if constexpr (std::same_as<Element, double>) {
      bits = bit_cast<std::uint64_t>(element);
    } else {
      bits = element;
    }
    for (std::size_t byte = 0; byte < sizeof(Element); ++byte) {
      hash = (hash ^ ((bits >> (8 * byte)) & 0xFFU)) * 0x100000001B3U;
    }
  }
  return hash;
}

}  // namespace detail

/// Refers to the arrays; Weight: the element of `weights`.
template <class Scalar_, class Body, class Readout, class Weight = Scalar_>
requires(std::same_as<Scalar_, float> || std::same_as<Scalar_, double>) && WeightOf<Weight, Scalar_> class FrozenNet
    : public Stepping<FrozenNet<Scalar_, Body, Readout, Weight>, Scalar_, Body, Readout> {
  using Verbs = Stepping<FrozenNet, Scalar_, Body, Readout>;
  friend Verbs;

 public:
  using Scalar = Scalar_;
  using Output = typename Readout::Output;
  /// What the array of weights is made of: Scalar, or words of narrow weights.
  using Element = detail::WeightElement<Weight>;

  /// Refers to the arrays, which must outlive it. Throws unless they are as long as the layers ask for.
  FrozenNet(Body body, Readout readout, std::span<const detail::WeightElement<Weight>> weights,
            std::span<const Scalar> numbers)
      : body_(std::move(body)), readout_(std::move(readout)), weights_(weights), numbers_(numbers) {
    detail::FrozenSize<Weight> size;
    walk(size);
    detail::require_that(std::ssize(weights) == size.weights, "FrozenNet: weights has ", std::ssize(weights),
                         " elements; expected ", size.weights);
    detail::require_that(std::ssize(numbers) == size.numbers, "FrozenNet: numbers has ", std::ssize(numbers),
                         " elements; expected ", size.numbers);
  }

  const Body& body() const { return body_; }
  const Readout& readout() const { return readout_; }
  Index in() const { return body_.in(); }
  Index state() const { return body_.state(); }
  Index out() const { return readout_.out(); }
  std::span<const detail::WeightElement<Weight>> weights() const { return weights_; }
  std::span<const Scalar> numbers() const { return numbers_; }

  /// Of both arrays; the same on every machine.
  std::uint64_t check_value() const { return detail::hash_bits(numbers_, detail::hash_bits(weights_)); }

  /// A net with these parameters, which has all verbs.
  Net<Scalar, Body, Readout> thaw() const {
    Net<Scalar, Body, Readout> net(body_, readout_, zero);
    detail::Thawer<Weight, Scalar> thawer{cursor(), net.theta().data()};
    walk(thawer);
    return net;
  }

 private:
  static constexpr const char* owner() { return "FrozenNet"; }
  detail::NarrowCursor<Weight, Scalar> cursor() const { return {weights_.data(), numbers_.data()}; }
  template <class Cursor>
  void walk(Cursor& cursor) const {
    body_.take(cursor);
    readout_.take(cursor);
  }

  [[__no_unique_address__]] Body body_;
  [[__no_unique_address__]] Readout readout_;
  std::span<const Element> weights_;
  std::span<const Scalar> numbers_;
};

template <class Scalar, class Body, class Readout, class Weight>
class OwningFrozenNet;

/// The arrays of a frozen net; each begins a cache line.
template <class Scalar, class Body, class Readout, class Weight>
class FrozenArrays {
 public:
  /// Rounds the parameters, which are finite.
  explicit FrozenArrays(const Parameters<Scalar, Body, Readout>& net) : body_(net.body()), readout_(net.readout()) {
    detail::FrozenSize<Weight> size;
    body_.take(size);
    readout_.take(size);
    weights_.reshape(size.weights, 1);
    numbers_.reshape(size.numbers, 1);
    detail::Freezer<Weight, Scalar> freezer{net.theta().data(), weights_.data(), numbers_.data()};
    body_.take(freezer);
    readout_.take(freezer);
  }

  std::span<const detail::WeightElement<Weight>> weights() const {
    return {weights_.data(), static_cast<std::size_t>(weights_.rows())};
  }
  std::span<const Scalar> numbers() const { return {numbers_.data(), static_cast<std::size_t>(numbers_.rows())}; }
  /// Refers to this; of a temporary it takes the arrays with it.
  FrozenNet<Scalar, Body, Readout, Weight> net() const& { return {body_, readout_, weights(), numbers()}; }
  OwningFrozenNet<Scalar, Body, Readout, Weight> net() && {
    return OwningFrozenNet<Scalar, Body, Readout, Weight>(std::move(*this));
  }

 private:
  Body body_;
  Readout readout_;
  ColumnBuffer<detail::WeightElement<Weight>> weights_;
  ColumnBuffer<Scalar> numbers_;
};

namespace detail {

/// A base that is made before the one behind it.
template <class Arrays>
struct OwnedArrays {
  Arrays owned;
};

}  // namespace detail

/// A frozen net with its arrays. It stays where it is made.
template <class Scalar, class Body, class Readout, class Weight>
class OwningFrozenNet : detail::OwnedArrays<FrozenArrays<Scalar, Body, Readout, Weight>>,
                        public FrozenNet<Scalar, Body, Readout, Weight> {
  using Arrays = FrozenArrays<Scalar, Body, Readout, Weight>;

 public:
  explicit OwningFrozenNet(Arrays arrays)
      : detail::OwnedArrays<Arrays>{std::move(arrays)},
        FrozenNet<Scalar, Body, Readout, Weight>(std::as_const(this->owned).net()) {}
  OwningFrozenNet(const OwningFrozenNet&) = delete;
  OwningFrozenNet& operator=(const OwningFrozenNet&) = delete;
};

/// The parameters of a net as they are (Weight = its Scalar), or rounded (docs/math.md Eq. 60): to 8- or 16-bit
/// integers with a scale for every row of a matrix, by at most 1/253 or 1/65000 of the row's largest weight, whatever
/// that is, and 1e-38; or to BFloat16, by at most 1/256 of the weight itself and 1e-40. Vectors, as b, c
/// and h0, are kept as they are. A step with integers adds up what it reads in units of the scale, up to 1e29 of |x|,
/// |h|. Throws if a parameter is not finite.
template <class Weight, class Scalar, class Body, class Readout>
requires WeightOf<Weight, Scalar> FrozenArrays<Scalar, Body, Readout, Weight> freeze(
    const Parameters<Scalar, Body, Readout>& net) {
  for (Index k = 0; k < net.theta().size(); ++k) {
    constexpr Scalar most = (std::numeric_limits<Scalar>::max)();
    detail::require_that(detail::within(net.theta()(k), -most, most), "freeze: parameter ", k, " is ", net.theta()(k),
                         "; expected a finite number");
  }
  return FrozenArrays<Scalar, Body, Readout, Weight>(net);
}

}  // namespace ELMAN_ABI
}  // namespace elman
