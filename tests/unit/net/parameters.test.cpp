// SPDX-License-Identifier: MIT
#include "elman/cell.hpp"

#include <complex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Dynamic;
using elman::Index;
template <class Scalar, int In, int Hidden, int Out>
using Parameters = elman::RNNCell<Scalar, In, Hidden, Out>;

namespace {

template <class P>
void count_up(P& parameters) {
  for (Index k = 0; k < parameters.theta().size(); ++k) parameters.theta()(k) = static_cast<float>(k + 1);
}

// In = 2, Hidden = 3, Out = 4 in one vector: U 6, W 9, b 3, V 12, c 4.
template <class P>
void check_layout(P& parameters) {
  REQUIRE(parameters.theta().size() == 34);
  count_up(parameters);
  CHECK(parameters.U().rows() == 3);
  CHECK(parameters.U().cols() == 2);
  CHECK(parameters.U()(0, 0) == 1);
  CHECK(parameters.U()(2, 1) == 6);
  CHECK(parameters.W().rows() == 3);
  CHECK(parameters.W().cols() == 3);
  CHECK(parameters.W()(0, 0) == 7);
  CHECK(parameters.W()(1, 2) == 14);
  CHECK(parameters.b().rows() == 3);
  CHECK(parameters.b().cols() == 1);
  CHECK(parameters.b()(0) == 16);
  CHECK(parameters.V().rows() == 4);
  CHECK(parameters.V().cols() == 3);
  CHECK(parameters.V()(0, 0) == 19);
  CHECK(parameters.V()(3, 2) == 30);
  CHECK(parameters.c().size() == 4);
  CHECK(parameters.c()(0) == 31);
  CHECK(parameters.c()(3) == 34);
  parameters.W()(1, 2) = -5;  // a view, not a copy
  CHECK(parameters.theta()(13) == -5);
}

}  // namespace

TEST_CASE("U, W, b, V, c are views of one vector, in this order and column by column") {
  Parameters<float, 2, 3, 4> fixed{elman::zero};
  check_layout(fixed);
  Parameters<float, Dynamic, Dynamic, Dynamic> dynamic(2, 3, 4, elman::zero);
  check_layout(dynamic);
  Parameters<float, 2, Dynamic, 4> mixed(2, 3, 4, elman::zero);
  check_layout(mixed);
  static_assert(decltype(fixed.U())::RowsAtCompileTime == 3 && decltype(fixed.U())::ColsAtCompileTime == 2);
  static_assert(decltype(mixed.V())::RowsAtCompileTime == 4);
}

TEST_CASE("parameters begin at zero and set_zero makes them so") {
  Parameters<double, 2, 3, 4> parameters{elman::zero};
  CHECK(parameters.theta().isZero(0));
  parameters.theta().setOnes();
  parameters.set_zero();
  CHECK(parameters.theta().isZero(0));
}

TEST_CASE("small compile-time parameters lie inside the object, large ones do not") {
  using Small = Parameters<float, 2, 3, 4>;
  STATIC_REQUIRE(sizeof(Small) >= 34 * sizeof(float));
  const Small small{elman::zero};
  const auto address = reinterpret_cast<const char*>(small.theta().data());
  CHECK(address >= reinterpret_cast<const char*>(&small));
  CHECK(address < reinterpret_cast<const char*>(&small + 1));

  using Large = Parameters<float, 512, 512, 512>;
  STATIC_REQUIRE(sizeof(Large) < 256);
  Large large{elman::zero};
  large.W()(511, 511) = 3;
  CHECK(large.W().sum() == 3);
}

TEST_CASE("copies are independent, moves and assignments keep every value") {
  const auto check = [](auto original) {
    count_up(original);
    const auto expected = original.theta().eval();
    auto copy = original;
    copy.theta().setZero();
    CHECK(original.theta() == expected);
    copy = original;
    CHECK(copy.theta() == expected);
    auto& same = copy;
    copy = same;  // self-assignment
    CHECK(copy.theta() == expected);
    auto moved = std::move(copy);
    CHECK(moved.theta() == expected);
    copy = std::move(moved);  // into a moved-from object
    CHECK(copy.theta() == expected);
    CHECK(copy.U()(2, 1) == 6);
  };
  check(Parameters<float, 2, 3, 4>(elman::zero));
  check(Parameters<float, Dynamic, 3, 4>(2, 3, 4, elman::zero));
  check(Parameters<float, 2, 3, 3000>(elman::zero));  // compile-time, on the heap
}

TEST_CASE("for_each names every parameter once") {
  Parameters<float, 2, 3, 4> parameters{elman::zero};
  std::vector<std::string> names;
  Index count = 0;
  parameters.for_each([&](const std::string& name, auto view) {
    names.push_back(name);
    count += view.size();
  });
  CHECK(names == std::vector<std::string>{"U", "W", "b", "V", "c"});
  CHECK(count == parameters.theta().size());
}

TEST_CASE("cast keeps the values") {
  Parameters<float, 2, 3, 4> parameters{elman::zero};
  count_up(parameters);
  const auto wide = parameters.cast<std::complex<double>>();
  CHECK(wide.V()(3, 2) == std::complex<double>(30, 0));
}

TEST_CASE("sizes that cannot be are refused") {
  using Any = Parameters<float, Dynamic, Dynamic, Dynamic>;
  expect_error([] { Any(0, 3, 4, elman::zero); }, "Recurrence: In is 0; expected at least 1");
  expect_error([] { Any(2, -3, 4, elman::zero); }, "Recurrence: Hidden is -3; expected at least 1");
  expect_error([] { Parameters<float, 2, Dynamic, 4>(5, 3, 4, elman::zero); }, "Recurrence: In is 5; expected 2");
}
