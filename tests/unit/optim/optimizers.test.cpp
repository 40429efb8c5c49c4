// SPDX-License-Identifier: MIT
//
// Every optimizer against PyTorch's trajectories (tests/reference/optimizers.py), or its rule's (rules.py), and the
// laws that hold for all.
#include <cmath>
#include <concepts>
#include <iterator>
#include <limits>
#include <tuple>
#include <type_traits>

#include "elman/cell.hpp"
#include "elman/optim/adadelta.hpp"
#include "elman/optim/adagrad.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/adamw.hpp"
#include "elman/optim/rmsprop.hpp"
#include "elman/optim/sgd.hpp"
#include "elman/random.hpp"
#include "reference/optimizers.hpp"
#include "reference/rules.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"
#include "support/tolerance.hpp"

using elman::Dynamic;
using elman::Index;
template <class Scalar, int In, int Hidden, int Out>
using Parameters = elman::RNNCell<Scalar, In, Hidden, Out>;
using elman::Random;
using elman::Vector;
namespace optim = elman::optim;

namespace {

/// The least that a model can be.
template <class Scalar, int Size>
struct Values {
  Vector<Scalar, Size> values;
  auto& theta() { return values; }
  const auto& theta() const { return values; }
};
using Four = Values<double, 4>;
using Many = Values<double, Dynamic>;

// The problem of optimizers.py.
Four start() { return {{0.5, -1.25, 2.0, 0.75}}; }
Four gradient(int step) {
  const double scale[] = {1, 1024, 0x1p-20, 1};
  Four result;
  for (int place = 0; place < 4; ++place) {
    const int number = (7 * step + 5 * place + step * place) % 11 - 4;
    result.values(place) = place == 3 && step < 6 ? 0 : scale[place] * number / 8;
  }
  return result;
}

template <class Optimizer>
void check_trajectory(Optimizer optimizer, const reference::Trajectory& expected) {
  Four model = start();
  for (int step = 0; step < reference::optimizer_steps; ++step) {
    CAPTURE(step);
    optimizer.step(model, gradient(step));
    for (int place = 0; place < 4; ++place) {
      CAPTURE(place);
      const double value = expected[step][place];
      CHECK(std::abs(model.values(place) - value) <= tolerance::published * std::abs(value));
    }
  }
}

/// law(make): make(model) is an optimizer with all that its rule has switched on.
template <class Law>
void for_each_optimizer(const Law& law) {
  const auto run = [&](const char* name, const auto& make) {
    INFO(name);
    law(make);
  };
  run("SGD, plain", [](const auto& model) { return optim::SGD{model, {.learning_rate = 0.1}}; });
  run("SGD", [](const auto& model) {
    return optim::SGD{model, {.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true}};
  });
  run("Adagrad", [](const auto& model) {
    return optim::Adagrad{model, {.learning_rate = 0.1, .learning_rate_decay = 0.1, .weight_decay = 0.1}};
  });
  run("Adadelta", [](const auto& model) {
    return optim::Adadelta{model, {.learning_rate = 0.1, .epsilon = 1e-3, .weight_decay = 0.1}};
  });
  run("RMSprop", [](const auto& model) {
    return optim::RMSprop{model, {.learning_rate = 0.1, .weight_decay = 0.1, .momentum = 0.5, .centered = true}};
  });
  run("Adam", [](const auto& model) {
    return optim::Adam{model, {.learning_rate = 0.1, .weight_decay = 0.1, .amsgrad = true}};
  });
  run("AdamW", [](const auto& model) {
    return optim::AdamW{model, {.learning_rate = 0.1, .weight_decay = 0.3, .amsgrad = true}};
  });
}

Many random_values(Index size, Random& random) {
  Many result{Vector<double, Dynamic>(size)};
  for (double& value : result.values) value = random.normal();
  return result;
}

}  // namespace

TEST_CASE("SGD follows PyTorch's trajectory") {
  const Four model = start();
  check_trajectory(optim::SGD{model, {.learning_rate = 0.1}}, reference::sgd_plain);
  check_trajectory(optim::SGD{model, {.learning_rate = 0.1, .momentum = 0.9}}, reference::sgd_momentum);
  check_trajectory(optim::SGD{model, {.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.25, .weight_decay = 0.1}},
                   reference::sgd_dampening);
  check_trajectory(optim::SGD{model, {.learning_rate = 0.1, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true}},
                   reference::sgd_nesterov);
}

TEST_CASE("Adagrad follows PyTorch's trajectory") {
  const Four model = start();
  check_trajectory(optim::Adagrad{model}, reference::adagrad_default);
  check_trajectory(optim::Adagrad{model,
                                  {.learning_rate = 0.1,
                                   .learning_rate_decay = 0.05,
                                   .weight_decay = 0.1,
                                   .initial_sum_of_squares = 0.5,
                                   .epsilon = 1e-3}},
                   reference::adagrad_all);
}

TEST_CASE("Adadelta follows the trajectory of its rule in 60 digits") {
  const Four model = start();
  check_trajectory(optim::Adadelta{model}, reference::adadelta_default);
  check_trajectory(optim::Adadelta{model, {.learning_rate = 0.5, .rho = 0.8, .epsilon = 1e-3, .weight_decay = 0.1}},
                   reference::adadelta_all);
}

TEST_CASE("RMSprop follows PyTorch's trajectory") {
  const Four model = start();
  check_trajectory(optim::RMSprop{model}, reference::rmsprop_default);
  check_trajectory(optim::RMSprop{model, {.learning_rate = 0.05, .alpha = 0.9, .epsilon = 1e-3, .centered = true}},
                   reference::rmsprop_centered);
  check_trajectory(optim::RMSprop{model, {.learning_rate = 0.05, .alpha = 0.9, .weight_decay = 0.1, .momentum = 0.7}},
                   reference::rmsprop_momentum);
  check_trajectory(optim::RMSprop{model,
                                  {.learning_rate = 0.05,
                                   .alpha = 0.8,
                                   .epsilon = 1e-4,
                                   .weight_decay = 0.1,
                                   .momentum = 0.7,
                                   .centered = true}},
                   reference::rmsprop_all);
}

TEST_CASE("Adam follows PyTorch's trajectory") {
  const Four model = start();
  check_trajectory(optim::Adam{model}, reference::adam_default);
  check_trajectory(
      optim::Adam{model, {.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.1}},
      reference::adam_all);
  check_trajectory(
      optim::Adam{model, {.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.7, .weight_decay = 0.1, .amsgrad = true}},
      reference::adam_amsgrad);
}

TEST_CASE("AdamW follows PyTorch's trajectory") {
  const Four model = start();
  check_trajectory(optim::AdamW{model}, reference::adamw_default);
  check_trajectory(
      optim::AdamW{model, {.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.3}},
      reference::adamw_all);
  check_trajectory(
      optim::AdamW{model, {.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.7, .weight_decay = 0.3, .amsgrad = true}},
      reference::adamw_amsgrad);
}

TEST_CASE("two models tied together take the steps of one vector") {
  for_each_optimizer([](const auto& make) {
    Random random{21};
    Many whole = random_values(700, random);
    Many first{whole.values.head(300)};
    Many second{whole.values.tail(400)};
    auto optimizer = make(whole);
    auto tied = make(std::tie(first, second));
    for (int step = 0; step < 5; ++step) {
      const Many g = random_values(700, random);
      const Many g_first{g.values.head(300)};
      const Many g_second{g.values.tail(400)};
      optimizer.step(whole, g);
      tied.step(std::tie(first, second), std::tie(g_first, g_second));
    }
    CHECK(relative_error(first.values, whole.values.head(300)) < 1e-15);
    CHECK(relative_error(second.values, whole.values.tail(400)) < 1e-15);
  });
}

TEST_CASE("a copy of an optimizer goes on bit for bit, and so does a state put back") {
  for_each_optimizer([](const auto& make) {
    Random random{22};
    Many model = random_values(50, random);
    auto optimizer = make(model);
    for (int step = 0; step < 3; ++step) optimizer.step(model, random_values(50, random));

    Many model_of_copy = model;
    Many model_of_restored = model;
    auto copy = optimizer;
    auto restored = make(model);
    restored.restore(optimizer.state());
    for (int step = 0; step < 3; ++step) {
      const Many g = random_values(50, random);
      optimizer.step(model, g);
      copy.step(model_of_copy, g);
      restored.step(model_of_restored, g);
    }
    CHECK(optimizer.state().steps == 6);
    CHECK(model.values == model_of_copy.values);
    CHECK(model.values == model_of_restored.values);

    auto fresh = make(model);
    fresh.step(model_of_copy, model);
    optimizer.step(model_of_restored, model);
    CHECK(optimizer.state().steps == 7);
    CHECK(copy.state().steps == 6);  // no state is shared
  });
}

TEST_CASE("copies of optimizers are deduced as copies") {
  const Four model = start();
  optim::Adam adam{model};
  optim::Adam copy{adam};
  static_assert(std::same_as<decltype(copy), decltype(adam)>);
  static_assert(std::same_as<decltype(adam), optim::Adam<double, 4>>);
  CHECK(copy.state().m.size() == 4);
}

TEST_CASE("a step with a learning rate uses it instead of the options'") {
  for_each_optimizer([](const auto& make) {
    Random random{23};
    const Many before = random_values(9, random);
    const Many g = random_values(9, random);
    Many model = before;
    Many same = before;
    auto optimizer = make(model);
    auto other = make(model);
    optimizer.step(model, g);
    other.step(same, g, 0.1);
    CHECK(model.values == same.values);
    CHECK(model.values != before.values);

    const Many after = model;
    optimizer.step(model, g, 0);
    CHECK(model.values == after.values);
    CHECK(optimizer.state().steps == 2);
    optimizer.step(model, g, 0.2);
    CHECK(model.values != after.values);
  });
}

TEST_CASE("float and long double follow double") {
  for_each_optimizer([](const auto& make) {
    Random random{24};
    Many model = random_values(40, random);
    Values<float, 40> single{model.values.cast<float>()};
    Values<long double, 40> extended{model.values.cast<long double>()};
    auto optimizer = make(model);
    auto of_single = make(single);
    auto of_extended = make(extended);
    for (int step = 0; step < 5; ++step) {
      const Many g = random_values(40, random);
      optimizer.step(model, g);
      of_single.step(single, Values<float, 40>{g.values.cast<float>()});
      of_extended.step(extended, Values<long double, 40>{g.values.cast<long double>()});
    }
    CHECK(relative_error(single.values.cast<double>(), model.values) < 1e-5);
    CHECK(relative_error(extended.values.cast<double>(), model.values) < 1e-14);
  });
}

TEST_CASE("an optimizer of a net with compile-time sizes has its state inside, of any other on the heap") {
  const Parameters<float, 3, 5, 2> net{elman::zero};
  const Parameters<float, Dynamic, 5, 2> dynamic(3, 5, 2, elman::zero);
  using Inside = decltype(optim::Adam{net}.state().m);
  using Outside = decltype(optim::Adam{dynamic}.state().m);
  constexpr auto size = static_cast<std::size_t>(decltype(net)::theta_size);
  static_assert(std::same_as<std::remove_cvref_t<Inside>, std::array<float, size>>);
  static_assert(std::same_as<std::remove_cvref_t<Outside>, std::vector<float>>);
  CHECK(optim::Adam{dynamic}.state().m.size() == size);
  CHECK(optim::Adam{std::tie(net, dynamic)}.state().v.size() == 2 * size);
  // What only rare options need takes no memory without them.
  CHECK(optim::Adam{net}.state().largest_v.empty());
  CHECK(optim::RMSprop{net}.state().mean.empty());
  CHECK(optim::RMSprop{net}.state().velocity.empty());
}

TEST_CASE("NaN in a gradient reaches its parameter and no other") {
  for_each_optimizer([](const auto& make) {
    Random random{25};
    Many model = random_values(600, random);
    auto optimizer = make(model);
    Many g = random_values(600, random);
    g.values(300) = std::numeric_limits<double>::quiet_NaN();
    optimizer.step(model, g);
    optimizer.step(model, random_values(600, random));
    CHECK(std::isnan(model.values(300)));
    model.values(300) = 0;
    CHECK(model.values.allFinite());
  });
}

TEST_CASE("a coefficient has the same bits wherever it lies, and roots are the nearest numbers") {
  // Many more than a chunk of the loops, whose tail is another loop; in float, where roots are often estimated.
  using ManyFloats = elman::Parameters<float, elman::Recurrence<>, elman::Readout<>>;
  using TheirGradient = elman::Gradient<float, elman::Recurrence<>, elman::Readout<>>;
  for_each_optimizer([](const auto& make) {
    ManyFloats model(elman::Recurrence{7, 11}, elman::Readout{11, 5});
    TheirGradient g(model.body(), model.readout());
    const auto coefficient = [](elman::Index k) { return static_cast<float>(k % 13) * 0.37F - 1.1F; };
    for (elman::Index k = 0; k < model.theta().size(); ++k) {
      model.theta()(k) = coefficient(k);
      g.theta()(k) = coefficient(k + 3);
    }
    auto optimizer = make(model);
    for (int step = 0; step < 3; ++step) optimizer.step(model, g);
    elman::Index differences = 0;
    for (elman::Index k = 13; k < model.theta().size(); ++k) {
      differences += model.theta()(k) != model.theta()(k - 13);
    }
    CHECK(differences == 0);
  });

  ManyFloats model(elman::Recurrence{20, 20}, elman::Readout{20, 3});
  TheirGradient g(model.body(), model.readout());
  g.theta().setConstant(3);
  optim::Adagrad adagrad{model, {.learning_rate = 1, .initial_sum_of_squares = 2}};
  adagrad.step(model, g);
  const float expected = -3.0F / (std::sqrt(11.0F) + 1e-10F);
  CHECK(model.theta().minCoeff() == expected);
  CHECK(model.theta().maxCoeff() == expected);
}

TEST_CASE("a gradient whose square is infinite leaves its parameter finite, with the same bits at every place") {
  // m / inf is 0. In θ of more than a chunk of the loops: first, in the middle, last; in float an estimate of a root
  // would be NaN, but for the last few.
  const auto check = [](auto scalar) {
    using Scalar = decltype(scalar);
    using Net = elman::Parameters<Scalar, elman::Recurrence<>, elman::Readout<>>;
    constexpr Scalar most = std::numeric_limits<Scalar>::max();
    const auto check_gradient = [&](Scalar large) {
      for_each_optimizer([&](const auto& make) {
        Net model(elman::Recurrence{7, 29}, elman::Readout{29, 5});
        model.theta().setConstant(Scalar(0.25));
        elman::Gradient<Scalar, elman::Recurrence<>, elman::Readout<>> g(model.body(), model.readout()), ordinary = g;
        ordinary.theta() = model.theta();
        g.theta() = model.theta();
        const Index last = model.theta().size() - 1;
        const Index at[] = {0, 1, last / 2, 255, 256, last - 1, last};
        for (const Index place : at) g.theta()(place) = large;
        auto optimizer = make(model);
        optimizer.step(model, g, 1e-30);
        for (int step = 0; step < 3; ++step) optimizer.step(model, ordinary, 1e-30);
        CAPTURE(large, sizeof(Scalar));
        CHECK(model.theta().allFinite());
        const Scalar rest = model.theta()(2);
        Index others = 0, differences = 0;
        for (Index k = 0; k <= last; ++k) others += model.theta()(k) != rest;
        for (const Index place : at) differences += model.theta()(place) != model.theta()(0);
        CHECK(differences == 0);
        CHECK(others <= static_cast<Index>(std::size(at)));
      });
    };
    for (const Scalar large : {std::sqrt(most) * Scalar(2), std::sqrt(most) * Scalar(1e4), most / Scalar(1e6)}) {
      check_gradient(large);
    }
  };
  check(float{});
  check(double{});
}

TEST_CASE("a step with wrong sizes or learning rate throws before anything is written") {
  Random random{26};
  const Many before = random_values(7, random);
  Many model = before;
  const Many g = random_values(7, random);
  optim::Adam adam{model};
  adam.step(model, g);
  const Many after = model;
  const auto m = adam.state().m;

  Many six = random_values(6, random);
  expect_error([&] { adam.step(model, six); },
               "Adam::step: vector 0 of gradient has 6 parameters; expected 7 as in model");
  expect_error([&] { adam.step(six, six); },
               "Adam::step: model has 6 parameters; expected 7 as in the model this was made for");
  Many one = random_values(1, random);
  expect_error([&] { adam.step(std::tie(six, one), std::tie(six, six)); },
               "Adam::step: vector 1 of gradient has 6 parameters; expected 1 as in model");
  expect_error([&] { adam.step(std::tie(model), std::tie(g, one)); },
               "Adam::step: gradient has 8 parameters; expected 7 as in model");
  expect_error([&] { adam.step(model, g, -1); }, "Adam::step: learning_rate is -1; expected at least 0 and finite");
  expect_error([&] { adam.step(model, g, std::nan("")); },
               "Adam::step: learning_rate is nan; expected at least 0 and finite");
  expect_error([&] { optim::AdamW{model}.step(six, six); },
               "AdamW::step: model has 6 parameters; expected 7 as in the model this was made for");
  expect_error([&] { optim::SGD{model}.step(model, six); },
               "SGD::step: vector 0 of gradient has 6 parameters; expected 7 as in model");
  CHECK(model.values == after.values);
  CHECK(adam.state().m == m);
  CHECK(adam.state().steps == 1);

  const auto other = optim::Adam{six}.state();
  expect_error([&] { adam.restore(other); }, "Adam::restore: vector 0 of state has 6 entries; expected 7");
  const auto with_amsgrad = optim::Adam{model, {.amsgrad = true}}.state();
  expect_error([&] { adam.restore(with_amsgrad); }, "Adam::restore: vector 2 of state has 7 entries; expected 0");
  auto negative = adam.state();
  negative.steps = -1;
  expect_error([&] { adam.restore(negative); }, "Adam::restore: steps is -1; expected at least 0");
  CHECK(adam.state().m == m);
}

TEST_CASE("options out of range are refused by name") {
  const Four model = start();
  const double infinite = std::numeric_limits<double>::infinity();

  expect_error(
      [&] {
        optim::SGD{model, {.learning_rate = 0}};
      },
      "SGD: learning_rate is 0; expected above 0 and finite");
  expect_error([&] { optim::SGD{model, {.momentum = 1}}; }, "SGD: momentum is 1; expected in [0, 1)");
  expect_error([&] { optim::SGD{model, {.dampening = 1.5}}; }, "SGD: dampening is 1.5; expected in [0, 1]");
  expect_error(
      [&] {
        optim::SGD{model, {.weight_decay = -0.1}};
      },
      "SGD: weight_decay is -0.1; expected at least 0 and finite");
  expect_error([&] { optim::SGD{model, {.nesterov = true}}; }, "SGD: momentum is 0; expected above 0 with nesterov");
  expect_error(
      [&] {
        optim::SGD{model, {.momentum = 0.9, .dampening = 0.5, .nesterov = true}};
      },
      "SGD: dampening is 0.5; expected 0 with nesterov");

  expect_error(
      [&] {
        optim::Adagrad{model, {.learning_rate = infinite}};
      },
      "Adagrad: learning_rate is inf; expected above 0 and finite");
  expect_error(
      [&] {
        optim::Adagrad{model, {.learning_rate_decay = -1}};
      },
      "Adagrad: learning_rate_decay is -1; expected at least 0 and finite");
  expect_error(
      [&] {
        optim::Adagrad{model, {.weight_decay = -1}};
      },
      "Adagrad: weight_decay is -1; expected at least 0 and finite");
  expect_error(
      [&] {
        optim::Adagrad{model, {.initial_sum_of_squares = -1}};
      },
      "Adagrad: initial_sum_of_squares is -1; expected at least 0 and finite");
  expect_error([&] { optim::Adagrad{model, {.epsilon = 0}}; }, "Adagrad: epsilon is 0; expected above 0 and finite");

  expect_error(
      [&] {
        optim::Adadelta{model, {.learning_rate = 0}};
      },
      "Adadelta: learning_rate is 0; expected above 0 and finite");
  expect_error([&] { optim::Adadelta{model, {.rho = 1}}; }, "Adadelta: rho is 1; expected in [0, 1)");
  expect_error([&] { optim::Adadelta{model, {.epsilon = 0}}; }, "Adadelta: epsilon is 0; expected above 0 and finite");
  expect_error(
      [&] {
        optim::Adadelta{model, {.weight_decay = -1}};
      },
      "Adadelta: weight_decay is -1; expected at least 0 and finite");

  expect_error(
      [&] {
        optim::RMSprop{model, {.learning_rate = std::nan("")}};
      },
      "RMSprop: learning_rate is nan; expected above 0 and finite");
  expect_error([&] { optim::RMSprop{model, {.alpha = 1}}; }, "RMSprop: alpha is 1; expected in [0, 1)");
  expect_error([&] { optim::RMSprop{model, {.epsilon = -1}}; }, "RMSprop: epsilon is -1; expected above 0 and finite");
  expect_error(
      [&] {
        optim::RMSprop{model, {.weight_decay = -1}};
      },
      "RMSprop: weight_decay is -1; expected at least 0 and finite");
  expect_error([&] { optim::RMSprop{model, {.momentum = -0.5}}; }, "RMSprop: momentum is -0.5; expected in [0, 1)");

  expect_error(
      [&] {
        optim::Adam{model, {.learning_rate = -1}};
      },
      "Adam: learning_rate is -1; expected above 0 and finite");
  expect_error([&] { optim::Adam{model, {.beta1 = 1}}; }, "Adam: beta1 is 1; expected in [0, 1)");
  expect_error([&] { optim::Adam{model, {.beta2 = -0.1}}; }, "Adam: beta2 is -0.1; expected in [0, 1)");
  expect_error([&] { optim::Adam{model, {.epsilon = 0}}; }, "Adam: epsilon is 0; expected above 0 and finite");
  expect_error(
      [&] {
        optim::Adam{model, {.weight_decay = -1}};
      },
      "Adam: weight_decay is -1; expected at least 0 and finite");

  expect_error(
      [&] {
        optim::AdamW{model, {.learning_rate = 0}};
      },
      "AdamW: learning_rate is 0; expected above 0 and finite");
  expect_error([&] { optim::AdamW{model, {.beta1 = std::nan("")}}; }, "AdamW: beta1 is nan; expected in [0, 1)");
  expect_error(
      [&] {
        optim::AdamW{model, {.weight_decay = infinite}};
      },
      "AdamW: weight_decay is inf; expected at least 0 and finite");
}

TEST_CASE("a mean square that overflowed decays again, and its parameter moves again") {
  const auto check = [](const auto& make, auto scalar) {
    using Scalar = decltype(scalar);
    CAPTURE(sizeof(Scalar));
    Values<Scalar, 2> model{{Scalar(1), Scalar(1)}};
    auto optimizer = make(model);
    const Scalar most = std::numeric_limits<Scalar>::max();
    optimizer.step(model, Values<Scalar, 2>{{most / 4, Scalar(1)}});  // the square of the first is infinite
    const Values<Scalar, 2> ordinary{{Scalar(1), Scalar(1)}};
    for (int step = 0; step < 3000; ++step) optimizer.step(model, ordinary);  // 2^-3000 of it is left
    model.values.setZero();
    optimizer.step(model, ordinary);
    CHECK(model.values(0) < 0);
    CHECK(model.values(0) == Approx(model.values(1)).epsilon(0.25));  // Adadelta remembers its changes longer
  };
  const auto check_all = [&](auto scalar) {
    check([](const auto& model) { return optim::RMSprop{model, {.learning_rate = 1e-3, .alpha = 0.5}}; }, scalar);
    check([](const auto& model) { return optim::RMSprop{model, {.alpha = 0.5, .centered = true}}; }, scalar);
    check([](const auto& model) { return optim::Adadelta{model, {.rho = 0.5}}; }, scalar);
    check(
        [](const auto& model) {
          return optim::Adam{model, {.learning_rate = 1e-3, .beta1 = 0.5, .beta2 = 0.5}};
        },
        scalar);
    check(
        [](const auto& model) {
          return optim::AdamW{model, {.learning_rate = 1e-3, .beta1 = 0.5, .beta2 = 0.5}};
        },
        scalar);
  };
  check_all(float{});
  check_all(double{});
}
