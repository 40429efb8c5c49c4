// SPDX-License-Identifier: MIT
//
// The ranges options are held to, with the message for a number outside: "Adam: beta1 is 1; expected in [0, 1)".
// NaN is outside all of them.
#pragma once

#include <limits>
#include <string_view>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

inline void require_positive(std::string_view owner, std::string_view name, double value) {
  require(value > 0 && value <= (std::numeric_limits<double>::max)(), owner, ": ", name, " is ", value,
          "; expected above 0 and finite");
}

template <class Owner>
void require_not_negative(const Owner& owner, std::string_view name, double value) {
  require(within(value, 0.0, (std::numeric_limits<double>::max)()), owner, ": ", name, " is ", value,
          "; expected at least 0 and finite");
}

/// The range of a decay rate, 1 left out.
inline void require_decay_rate(std::string_view owner, std::string_view name, double value) {
  require(value >= 0 && value < 1, owner, ": ", name, " is ", value, "; expected in [0, 1)");
}

/// The range of a share of a whole.
inline void require_fraction(std::string_view owner, std::string_view name, double value) {
  require(within(value, 0.0, 1.0), owner, ": ", name, " is ", value, "; expected in [0, 1]");
}

template <class Owner>
void require_at_least_one(const Owner& owner, std::string_view name, Index value) {
  require(value >= 1, owner, ": ", name, " is ", value, "; expected at least 1");
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
