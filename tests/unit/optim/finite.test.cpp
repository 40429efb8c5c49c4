// SPDX-License-Identifier: MIT
#include "elman/optim/finite.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/products.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Random;
namespace optim = elman::optim;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class Scalar>
using Cell = elman::RNNCell<Scalar, elman::Dynamic, elman::Dynamic, elman::Dynamic>;

template <class Scalar>
Cell<Scalar> random_cell(std::uint64_t seed) {
  Random random{seed};
  Cell<Scalar> cell(5, 13, 4, elman::zero);
  nets::randomise(cell, 0.9, random);
  return cell;
}

template <class Scalar>
auto random_gradient(std::uint64_t seed) {
  const auto cell = random_cell<Scalar>(seed);
  auto gradient = cell.zero_gradient();
  gradient.theta() = cell.theta();
  return gradient;
}

/// Of one's own, with no state that could be checked.
struct Descent {
  int steps = 0;
  void step(auto&& model, const auto& gradient) {
    ++steps;
    model.theta() -= gradient.theta();
  }
};

}  // namespace

TEST_CASE("is_finite sees an infinity or NaN at every place, in every scalar, and in each of several models") {
  const auto check = [](auto scalar) {
    using Scalar = decltype(scalar);
    const Cell<Scalar> model = random_cell<Scalar>(1);
    CHECK(optim::is_finite(model));
    Cell<Scalar> largest = model;
    largest.theta().setConstant(std::numeric_limits<Scalar>::max());
    CHECK(optim::is_finite(largest));
    for (const double bad : {infinity, -infinity, not_a_number}) {
      Index seen = 0;
      for (Index k = 0; k < model.theta().size(); ++k) {
        Cell<Scalar> gradient = model;
        gradient.theta()(k) = static_cast<Scalar>(bad);
        seen += !optim::is_finite(gradient) && !optim::is_finite(std::tie(model, gradient)) &&
                !optim::is_finite(std::tie(gradient, model));
      }
      CHECK(seen == model.theta().size());
    }
  };
  check(float{});
  check(double{});
  check(0.0L);
}

TEST_CASE("a step left out changes nothing: theta, state and count go on as if it had never been") {
  const auto check = [](const auto& make) {
    auto model = random_cell<float>(2), same = model;
    optim::SkipNonFinite guarded{make(model)};
    auto plain = make(model);
    for (int step = 0; step < 6; ++step) {
      auto gradient = random_gradient<float>(static_cast<std::uint64_t>(10 + step));
      if (step % 2 == 1) {
        gradient.theta()(7 * step) = static_cast<float>(step == 1 ? not_a_number : infinity);
        CHECK_FALSE(guarded.step(model, gradient, 0.01));
        CHECK(guarded.skipped_in_a_row() == 1);
      } else {
        CHECK(guarded.step(model, gradient, 0.01));
        CHECK(guarded.skipped_in_a_row() == 0);
        plain.step(same, gradient, 0.01);
      }
    }
    CHECK(model.theta() == same.theta());
    CHECK(guarded.skipped() == 3);
    CHECK(guarded.optimizer().state().steps == 3);
    CHECK(std::get<0>(guarded.optimizer().state().vectors()) == std::get<0>(plain.state().vectors()));
  };
  check([](const auto& model) { return optim::SGD{model, {.momentum = 0.9}}; });
  check([](const auto& model) { return optim::Adagrad{model}; });
  check([](const auto& model) { return optim::Adadelta{model}; });
  check([](const auto& model) { return optim::RMSprop{model, {.centered = true}}; });
  check([](const auto& model) { return optim::Adam{model, {.amsgrad = true}}; });
  check([](const auto& model) { return optim::AdamW{model}; });
}

TEST_CASE("counts that were kept go on, and impossible ones change nothing") {
  Cell<float> model = random_cell<float>(1);
  auto gradient = random_gradient<float>(2);
  optim::SkipNonFinite guarded{Descent{}};
  guarded.restore(7, 2);
  gradient.theta()(0) = std::numeric_limits<float>::infinity();
  guarded.step(model, gradient);
  CHECK(guarded.skipped() == 8);
  CHECK(guarded.skipped_in_a_row() == 3);
  const std::string rest = "; expected from 0, and no more in a row than in all";
  expect_error([&] { guarded.restore(1, 2); }, "SkipNonFinite::restore: skipped is 1, in a row 2" + rest);
  expect_error([&] { guarded.restore(1, -1); }, "SkipNonFinite::restore: skipped is 1, in a row -1" + rest);
  CHECK(guarded.skipped() == 8);
  CHECK(guarded.skipped_in_a_row() == 3);
}

TEST_CASE("a guard takes several models as one, and an optimizer of one's own") {
  auto encoder = random_cell<double>(3), decoder = random_cell<double>(4);
  auto d_encoder = random_gradient<double>(3), d_decoder = random_gradient<double>(4);
  const auto before = encoder;
  optim::SkipNonFinite guarded{optim::Adam{std::tie(encoder, decoder)}};
  d_decoder.b()(2) = not_a_number;
  CHECK_FALSE(guarded.step(std::tie(encoder, decoder), std::tie(d_encoder, d_decoder)));
  CHECK(encoder.theta() == before.theta());
  d_decoder.b()(2) = 1;
  CHECK(guarded.step(std::tie(encoder, decoder), std::tie(d_encoder, d_decoder)));
  CHECK(encoder.theta() != before.theta());

  optim::SkipNonFinite own{Descent{}};
  static_assert(elman::Optimizer<decltype(own), Cell<double>>);
  CHECK(own.step(encoder, d_encoder));
  d_encoder.U()(0, 0) = infinity;
  for (int k = 0; k < 3; ++k) CHECK_FALSE(own.step(encoder, d_encoder));
  CHECK(own.optimizer().steps == 1);
  CHECK(own.skipped() == 3);
  CHECK(own.skipped_in_a_row() == 3);
}

TEST_CASE("non_finite names the matrix, the place and what stands there") {
  elman::Net<double, elman::Stacked<elman::Embedding<5, 3>, elman::Bidirectional<elman::Recurrence<3, 2>>>,
             elman::Readout<4, 2>>
      net{elman::zero};
  auto gradient = net.zero_gradient();
  CHECK(elman::non_finite(gradient).empty());
  gradient.matrix("V")(1, 3) = infinity;
  CHECK(elman::non_finite(gradient) == "V(1, 3) is inf");
  CHECK(elman::non_finite(std::tie(net, gradient)) == "[1].V(1, 3) is inf");
  gradient.matrix("layer1.backwards.b")(1, 0) = -infinity;
  CHECK(elman::non_finite(gradient) == "layer1.backwards.b(1, 0) is -inf");
  gradient.matrix("layer0.E")(2, 4) = not_a_number;
  CHECK(elman::non_finite(gradient) == "layer0.E(2, 4) is nan");
}
