// SPDX-License-Identifier: MIT
#include "elman/model.hpp"

#include <concepts>
#include <tuple>
#include <type_traits>
#include <vector>

#include "elman/cell.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Dynamic;
using elman::Index;
using Small = elman::RNNCell<float, 1, 2, 1>;                    // 11 parameters
using Other = elman::RNNCell<float, Dynamic, Dynamic, Dynamic>;  // run-time

namespace {

/// A model of the user's own, made of two.
struct Pair {
  Small first{elman::zero};
  Small second{elman::zero};
  auto parts() { return std::tie(first, second); }
  auto parts() const { return std::tie(first, second); }
};

}  // namespace

TEST_CASE("for_each_theta visits every parameter vector once, in order, beside its gradient") {
  Small a{elman::zero};
  Other b(2, 3, 4, elman::zero);
  Pair pair;
  auto model = std::tie(a, pair, b);
  const auto gradient = std::tuple(a, pair, b);
  std::vector<Index> sizes;
  float value = 0;
  elman::for_each_theta(
      [&](auto theta, const auto& g) {
        sizes.push_back(theta.size());
        CHECK(g.size() == theta.size());
        theta.setConstant(++value);
      },
      model, gradient);
  CHECK(sizes == std::vector<Index>{11, 11, 11, 34});
  CHECK(a.theta()(0) == 1);
  CHECK(pair.first.theta()(0) == 2);
  CHECK(pair.second.theta()(10) == 3);
  CHECK(b.theta()(33) == 4);
}

TEST_CASE("parameter_count counts all of a model, at compile time where it can") {
  const Pair pair;
  const Other other(2, 3, 4, elman::zero);
  CHECK(elman::parameter_count(pair) == 22);
  CHECK(elman::parameter_count(std::tie(pair, other)) == 56);
  STATIC_REQUIRE(elman::detail::static_parameter_count<Pair>() == 22);
  STATIC_REQUIRE(elman::detail::static_parameter_count<std::tuple<Pair&, Small>>() == 33);
  STATIC_REQUIRE(elman::detail::static_parameter_count<std::tuple<Pair, Other&>>() == Dynamic);
}

TEST_CASE("the scalar of a model is that of its vectors") {
  STATIC_REQUIRE(std::same_as<elman::ScalarOf<Small>, float>);
  STATIC_REQUIRE(std::same_as<elman::ScalarOf<const Pair&>, float>);
  STATIC_REQUIRE(std::same_as<elman::ScalarOf<std::tuple<elman::RNNCell<double, 1, 1, 1>&>>, double>);
}

TEST_CASE("a model says whether it is a gradient, and so does one with such a part; one that says nothing is neither") {
  using elman::detail::says_gradient;
  struct Plain {
    elman::Vector<float, 3> values;
    auto& theta() { return values; }
  };
  struct Parted {
    Small::Gradient first;
    auto parts() { return std::tie(first); }
  };
  STATIC_REQUIRE(says_gradient<Small::Gradient&, true>());
  STATIC_REQUIRE(says_gradient<const Small&, false>());
  STATIC_REQUIRE(!says_gradient<Small, true>());
  STATIC_REQUIRE(!says_gradient<Small::Gradient, false>());
  STATIC_REQUIRE(says_gradient<std::tuple<Small&, std::tuple<const Small::Gradient&>>, true>());
  STATIC_REQUIRE(says_gradient<std::tuple<Small&, std::tuple<const Small::Gradient&>>, false>());
  STATIC_REQUIRE(says_gradient<Parted, true>());
  STATIC_REQUIRE(!says_gradient<Plain, true>());
  STATIC_REQUIRE(!says_gradient<Plain, false>());
  STATIC_REQUIRE(std::same_as<elman::GradientOf<Small>, Small::Gradient>);
  STATIC_REQUIRE(std::same_as<elman::GradientOf<Plain>, Plain>);
  STATIC_REQUIRE(!std::convertible_to<Small::Gradient, Small>);
  STATIC_REQUIRE(!std::constructible_from<Small, Small::Gradient>);
  STATIC_REQUIRE(!std::is_assignable_v<Small&, Small::Gradient>);
}
