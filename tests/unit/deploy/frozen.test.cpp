// SPDX-License-Identifier: MIT
#include "elman/deploy/frozen.hpp"

#include <cstdint>
#include <memory>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/simd_levels.hpp"
#include "support/support.hpp"

using namespace elman;

namespace {

/// The largest difference of y over some steps from the start, on what next(random) gives.
template <class A, class B, class Next>
double difference_on(const A& a, const B& b, int steps, const Next& next) {
  Random random(3);
  auto state_a = a.initial_state();
  auto state_b = b.initial_state();
  double largest = 0;
  for (int t = 0; t < steps; ++t) {
    const auto x = next(random);
    largest = std::max(largest, static_cast<double>((a.step(x, state_a) - b.step(x, state_b)).cwiseAbs().maxCoeff()));
  }
  return largest;
}
template <class A, class B>
double difference(const A& a, const B& b, int steps) {
  return difference_on(a, b, steps,
                       [&](Random& random) { return nets::normal<Matrix<float, Dynamic, 1>>(a.in(), 1, random); });
}
template <class A, class B>
double difference_of_tokens(const A& a, const B& b, int steps) {
  return difference_on(a, b, steps, [&](Random& random) { return random.below(a.in()); });
}

/// A step of narrow weights is a step of the net that they stand for, up to the order of sums.
template <class Weight, int In, int Hidden, int Out>
void check_cell() {
  CAPTURE(sizeof(Weight), In, Hidden, Out);
  Random random(Hidden);
  const auto cell = std::make_unique<RNNCell<float, In, Hidden, Out, Tanh, Identity>>(init::standard(random));
  const auto frozen = freeze<Weight>(*cell);
  RNNCell<float, Dynamic, Dynamic, Dynamic, Tanh, Identity> thawed(In, Hidden, Out, elman::zero);
  thawed.theta() = frozen.net().thaw().theta();
  CHECK(difference(frozen.net(), thawed, 10) < 1e-5);
}

template <class Weight>
void check_cells() {
  check_cell<Weight, 1, 1, 1>();
  check_cell<Weight, 4, 16, 5>();
  check_cell<Weight, 9, 33, 10>();
  check_cell<Weight, 11, 70, 13>();
}

using Deep = Stacked<LearnedStart<Recurrence<6, 9>>, Recurrence<9, 5, ReLU>>;

}  // namespace

TEST_CASE("frozen as it is, a net gives the same bits") {
  Random random(1);
  Net<float, Deep, Readout<5, 4>> net{init::standard(random)};
  net.theta().setRandom();
  const auto frozen = freeze<float>(net);
  const auto thawed = frozen.net().thaw();
  CHECK((thawed.theta().array() == net.theta().array()).all());
  CHECK(difference_of_tokens(frozen.net(), net, 20) == 0);
  const Net<double, Deep, Readout<5, 4>> wide = net.cast<double>();
  CHECK(difference_of_tokens(freeze<double>(wide).net(), wide, 20) == 0);
  const auto kept = freeze<float>(net).net();  // has the arrays of what was a temporary
  const auto elsewhere = freeze<float>(Net<float, Deep, Readout<5, 4>>(elman::zero));
  CHECK(difference_of_tokens(kept, net, 20) == 0);
  CHECK(elsewhere.net().check_value() != kept.check_value());
}

TEST_CASE("a header's names are such as C++ lets a program have") {
  const RNNCell<float, 1, 1, 1, Tanh, Identity> net{zero};
  const auto fault = [&](std::string_view name) {
    try {
      static_cast<void>(cpp_header(net, name));
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  for (const char* const name : {"net", "a1", "Words", "x_", "classes", "and_", "final", "two_words"}) {
    CAPTURE(name);
    CHECK(fault(name).empty());
  }
  CHECK(fault("class") == "cpp_header: name is \"class\", a word of C++; expected another name");
  for (const char* const name : {"alignas", "and", "not_eq", "char8_t", "constinit", "co_yield", "requires", "xor_eq",
                                 "int", "long", "inline", "public", "wchar_t"}) {
    CAPTURE(name);
    CHECK(fault(name).find("a word of C++") != std::string::npos);
  }
  for (const char* const name : {"_net", "_Net", "__net", "my__net", "net__", "_"}) {
    CAPTURE(name);
    CHECK(fault(name).find("which C++ reserves") != std::string::npos);
  }
  for (const char* const name : {"", "1st", "a b", "a-b", "a::b", "caf\xc3\xa9", " net", "and or"}) {
    CAPTURE(name);
    CHECK(fault(name).find("; expected ") != std::string::npos);
  }
  for (const char* const name : {"std", "elman", "main", "errno"}) {
    CAPTURE(name);
    CHECK(fault(name).find("stands for something else already") != std::string::npos);
  }
  const auto refused = [&](const Attachments& attachments, const std::string& message) {
    expect_error([&] { static_cast<void>(cpp_header(net, "net", attachments)); }, message);
  };
  const Matrix<double, Dynamic, Dynamic> one = Matrix<double, Dynamic, Dynamic>::Ones(1, 1);
  refused({.strings = {{"not", {"a"}}}},
          "cpp_header: strings has the name \"not\", a word of C++; expected another name");
  refused(
      {.tensors = {{"mean__", one}}},
      "cpp_header: tensors has the name \"mean__\", which C++ reserves; expected no underscore in front, nor two in "
      "a row");
  refused({.tensors = {{"mean", one}, {"mean_numbers", one}}},
          "cpp_header: tensors has \"mean\" and \"mean_numbers\", which is the name of the first's array; expected "
          "another name");
}

TEST_CASE("a step of narrow weights is one of the net that they stand for, at every level and size") {
  for_each_simd_level([] {
    check_cells<std::int8_t>();
    check_cells<std::int16_t>();
    check_cells<BFloat16>();
  });
}

TEST_CASE("compositions, tokens and several streams step with narrow weights") {
  Random random(2);
  Net<float, Deep, Readout<5, 4>> net{init::standard(random)};
  const auto tokens = freeze<std::int8_t>(net);
  CHECK(difference_of_tokens(tokens.net(), tokens.net().thaw(), 20) < 1e-6);
  Net<float, Stacked<Embedding<11, 3>, Recurrence<3, 7>>, Readout<7, 11>> words{init::standard(random)};
  const auto small = freeze<std::int16_t>(words);
  CHECK(difference_of_tokens(small.net(), small.net().thaw(), 20) < 1e-6);

  // Two streams side by side, and sizes at run time, take the way without kernels.
  auto body = Stacked{Embedding{11, 3}, Recurrence{3, 7}};
  Net<float, decltype(body), Readout<>> dynamic{body, {7, 11}, elman::zero};
  dynamic.theta() = words.theta();
  const auto any = freeze<std::int16_t>(dynamic);
  CHECK(difference_of_tokens(any.net(), small.net(), 20) < 1e-6);
  const auto narrow = any.net();
  auto two = narrow.initial_state(2);
  auto one = small.net().initial_state();
  for (int t = 0; t < 10; ++t) {
    const Index both[] = {t % 11, 10 - t};
    narrow.step(both, two);
    small.net().step(both[1], one);
  }
  CHECK((two.y.col(1) - one.y).norm() < 1e-6F);
}
