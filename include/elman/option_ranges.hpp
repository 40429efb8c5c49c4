// SPDX-License-Identifier: MIT
//
// The ranges options are held to, with the message for a number outside: "Adam: beta1 is 1; expected in [0, 1)".
// NaN is outside all of them. Options are doubles, and are used in the scalar of the net: where that is a float, which
// holds less, they are held to what it holds too ("… of a float").
#pragma once

#include <concepts>
#include <limits>
#include <string_view>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

inline void require_positive(std::string_view owner, std::string_view name, const double& value) {
  require_that(value > 0 && is_finite(value), owner, ": ", name, " is ", value, "; expected above 0 and finite");
}

template <class Owner>
void require_not_negative(const Owner& owner, std::string_view name, const double& value) {
  require_that(within(value, 0.0, (std::numeric_limits<double>::max)()), owner, ": ", name, " is ", value,
               "; expected at least 0 and finite");
}

/// The range of a decay rate, 1 left out.
inline void require_decay_rate(std::string_view owner, std::string_view name, const double& value) {
  require_that(within(value, 0.0, 1.0) && value < 1, owner, ": ", name, " is ", value, "; expected in [0, 1)");
}

/// The range of a share of a whole.
inline void require_fraction(std::string_view owner, std::string_view name, const double& value) {
  require_that(within(value, 0.0, 1.0), owner, ": ", name, " is ", value, "; expected in [0, 1]");
}

template <class Owner>
void require_at_least_one(const Owner& owner, std::string_view name, Index value) {
  require_that(value >= 1, owner, ": ", name, " is ", value, "; expected at least 1");
}

/// Whether options are used in fewer digits, and a smaller range, than they are given in.
template <class Scalar>
inline constexpr bool narrower_than_double = std::same_as<Scalar, float>;

/// At most the largest number of the scalar.
template <class Scalar>
void require_no_overflow(std::string_view owner, std::string_view name, const double& value) {
  if constexpr (narrower_than_double<Scalar>) {
    constexpr Scalar most = (std::numeric_limits<Scalar>::max)();
    require_that(value <= static_cast<double>(most), owner, ": ", name, " is ", value, "; expected at most ", most,
                 ", the largest of a float");
  }
}

/// 0, or a number that the scalar holds with all its digits.
template <class Scalar>
void require_representable(std::string_view owner, std::string_view name, const double& value) {
  require_no_overflow<Scalar>(owner, name, value);
  if constexpr (narrower_than_double<Scalar>) {
    constexpr Scalar least = (std::numeric_limits<Scalar>::min)();
    require_that(value <= 0 || value >= static_cast<double>(least), owner, ": ", name, " is ", value,
                 "; expected at least ", least, ", the smallest of a float with all digits");
  }
}

/// A positive number that the scalar holds with all its digits.
template <class Scalar>
void require_positive_in(std::string_view owner, std::string_view name, const double& value) {
  require_positive(owner, name, value);
  require_representable<Scalar>(owner, name, value);
}

/// A decay rate that the scalar tells from 1: else nothing would ever decay.
template <class Scalar>
void require_decay_rate_in(std::string_view owner, std::string_view name, const double& value) {
  require_decay_rate(owner, name, value);
  if constexpr (narrower_than_double<Scalar>) {
    require_that(static_cast<Scalar>(value) < Scalar(1), owner, ": ", name, " is ", value,
                 ", which a float rounds to 1; expected in [0, 1)");
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
