// SPDX-License-Identifier: MIT
//
// Options of any size: either refused before anything is written, or a step is that of the rule in long double, to the
// bound of docs/math.md Eq. 59.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <utility>

#include "elman/cell.hpp"
#include "elman/optim/adadelta.hpp"
#include "elman/optim/adagrad.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/adamw.hpp"
#include "elman/optim/l2.hpp"
#include "elman/optim/rmsprop.hpp"
#include "elman/optim/sgd.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::Random;
namespace optim = elman::optim;

namespace {

using Exact = long double;
constexpr int places = 5;

template <class Scalar>
struct Values {
  elman::Vector<Scalar, places> values = elman::Vector<Scalar, places>::Zero();
  auto& theta() { return values; }
  const auto& theta() const { return values; }
};

double log_uniform(Random& random, double least_exponent, double most_exponent) {
  return std::pow(10, random.uniform(least_exponent, most_exponent));
}
/// Half of the time a number that somebody may mean, else any that a double holds, or infinity.
double anything(Random& random) {
  return random.below(2) ? log_uniform(random, -6, 1) : log_uniform(random, -330, 310);
}
double maybe(Random& random) { return random.below(3) ? anything(random) : 0; }
/// 0, next to 0, next to 1, and 1 itself.
double decay_rate(Random& random) {
  const double small = log_uniform(random, -18, 0);
  switch (random.below(4)) {
    case 0:
      return 0;
    case 1:
      return small;
    case 2:
      return 1 - small;
    default:
      return random.uniform();
  }
}

/// What one step should make of a parameter: θ, how large the terms are that round-off is relative to, and the error of
/// what is too small for a number with all digits. The largest of all that is worked out on the way has to be a number
/// of the scalar; of a square it need not.
struct Expected {
  Exact theta = 0, terms = 0, least = 0, largest = 0, square = 0;
};

/// Of the rules: numbers below are rounded to multiples of `tiny`, relative error `unit`.
template <class Scalar>
constexpr Exact tiny = std::numeric_limits<Scalar>::denorm_min();
template <class Scalar>
constexpr Exact unit = std::numeric_limits<Scalar>::epsilon();

/// θ − rate · a / (root + ε), with |a| ≤ terms and a root that is right to `error`, and to the root of tiny over scale.
template <class Scalar>
Expected divided(Exact theta, Exact rate, Exact a, Exact terms, Exact square, Exact epsilon, Exact error = 0) {
  const Exact divisor = std::sqrt(square) + epsilon;
  const Exact lost = error + std::sqrt(4 * tiny<Scalar>);
  Expected result;
  result.theta = theta - rate * a / divisor;
  result.terms = std::abs(theta) + rate * terms / divisor * (1 + lost / (unit<Scalar> * divisor));
  result.least = tiny<Scalar> * (rate / divisor + rate + 1);
  result.largest = std::max({std::abs(a), terms / divisor, std::abs(result.theta), rate * terms / divisor});
  result.square = square;
  return result;
}

/// What a mean begins from: the largest number where the scalar had to make it infinite.
template <class Scalar>
Exact mean(Scalar value) {
  return static_cast<Exact>(std::min(value, std::numeric_limits<Scalar>::max()));
}

Exact power_of(double beta, Index k) { return -std::expm1(static_cast<Exact>(k) * std::log(static_cast<Exact>(beta))); }

template <class Scalar>
Expected expect(const optim::SGDOptions& o, const optim::SGDState<Scalar, places>& state, std::size_t k, Exact theta,
                Exact gradient, Exact rate) {
  const Exact g = gradient + o.weight_decay * theta,
              share = state.steps == 0 || !(o.momentum > 0) ? 1 : 1 - o.dampening;
  const Exact past = o.momentum * static_cast<Exact>(state.velocity[k]);
  const Exact u = past + share * g, of_u = std::abs(past) + std::abs(share * g);
  const Exact step = o.nesterov ? g + o.momentum * u : u;
  const Exact terms = o.nesterov ? std::abs(g) + o.momentum * of_u : of_u;
  return {theta - rate * step, std::abs(theta) + rate * terms, tiny<Scalar> * (1 + rate),
          std::max({std::abs(g), of_u, terms, std::abs(theta) + rate * terms}), 0};
}
template <class Scalar>
Expected expect(const optim::AdagradOptions& o, const optim::AdagradState<Scalar, places>& state, std::size_t k,
                Exact theta, Exact gradient, Exact rate) {
  const Exact g = gradient + o.weight_decay * theta;
  return divided<Scalar>(theta, rate / (1 + static_cast<Exact>(state.steps) * o.learning_rate_decay), g, std::abs(g),
                         static_cast<Exact>(state.sum_of_squares[k]) + g * g, o.epsilon);
}
template <class Scalar>
Expected expect(const optim::RMSpropOptions& o, const optim::RMSpropState<Scalar, places>& state, std::size_t k,
                Exact theta, Exact gradient, Exact rate) {
  const Exact g = gradient + o.weight_decay * theta, alpha = o.alpha, share = 1 - alpha;
  const Exact center = o.centered ? static_cast<Exact>(state.mean[k]) : 0;
  const Exact square =
      alpha * mean(state.mean_square[k]) + share * (o.centered ? alpha * (g - center) * (g - center) : g * g);
  const Exact error = o.centered ? 4 * unit<Scalar> * std::sqrt(alpha) * (std::abs(g) + std::abs(center)) : 0;
  Expected result = divided<Scalar>(theta, rate, g, std::abs(g), square, o.epsilon, error);
  if (o.momentum > 0) {
    const Exact past = rate * o.momentum * static_cast<Exact>(state.velocity[k]);
    result.theta -= past;
    result.terms += std::abs(past);
    result.largest = std::max(result.largest, std::abs(past));
  }
  return result;
}
template <class Scalar, class Options>
Expected expect_adam(const Options& o, const optim::AdamState<Scalar, places>& state, std::size_t k, Exact theta,
                     Exact g, Exact rate) {
  const Exact first = power_of(o.beta1, state.steps + 1), second = power_of(o.beta2, state.steps + 1);
  const Exact past = o.beta1 * static_cast<Exact>(state.m[k]), share = 1 - static_cast<Exact>(o.beta1);
  Exact v = o.beta2 * mean(state.v[k]) + (1 - static_cast<Exact>(o.beta2)) * g * g;
  if (o.amsgrad) v = std::max(v, static_cast<Exact>(state.largest_v[k]));
  Expected result = divided<Scalar>(theta, rate / first, past + share * g, std::abs(past) + std::abs(share * g),
                                    v / second, o.epsilon, std::sqrt(4 * tiny<Scalar> / second));
  result.largest = std::max(result.largest, std::abs(g));
  return result;
}
template <class Scalar>
Expected expect(const optim::AdamOptions& o, const optim::AdamState<Scalar, places>& state, std::size_t k, Exact theta,
                Exact gradient, Exact rate) {
  return expect_adam(o, state, k, theta, gradient + o.weight_decay * theta, rate);
}
template <class Scalar>
Expected expect(const optim::AdamWOptions& o, const optim::AdamState<Scalar, places>& state, std::size_t k, Exact theta,
                Exact gradient, Exact rate) {
  Expected result = expect_adam(o, state, k, (1 - rate * o.weight_decay) * theta, gradient, rate);
  result.terms += std::abs(rate * o.weight_decay * theta) + std::abs(theta);
  result.largest = std::max(result.largest, result.terms);
  return result;
}
template <class Scalar>
Expected expect(const optim::AdadeltaOptions& o, const optim::AdadeltaState<Scalar, places>& state, std::size_t k,
                Exact theta, Exact gradient, Exact rate) {
  const Exact g = gradient + o.weight_decay * theta;
  const Exact v = o.rho * mean(state.mean_square[k]) + (1 - static_cast<Exact>(o.rho)) * g * g;
  const Exact upper = std::sqrt(static_cast<Exact>(state.mean_square_change[k]) + o.epsilon);
  const Exact lower = std::sqrt(v + o.epsilon), change = g / lower * upper;
  return {theta - rate * change, std::abs(theta) + rate * std::abs(change), tiny<Scalar> * (1 + rate + rate * upper),
          std::max({std::abs(g), std::abs(g / lower), std::abs(change), std::abs(theta) + rate * std::abs(change)}), v};
}

struct Count {
  int refused = 0, compared = 0;
};

/// Some steps of an optimizer with these options, unless it refuses them.
template <template <class, int> class Optimizer, class Scalar, class Options>
void check_steps(const Options& options, Random& random, Count& count) {
  constexpr Exact most = std::numeric_limits<Scalar>::max() / 16;
  constexpr int decades = std::numeric_limits<Scalar>::max_exponent10 - 1;
  Values<Scalar> model, gradient;
  for (Scalar& theta : model.values) {
    theta = static_cast<Scalar>(log_uniform(random, -4, 4) * (random.below(2) ? 1 : -1));
  }
  std::optional<Optimizer<Scalar, places>> optimizer;
  const auto refused = [&](const std::string& message) {
    if (!message.empty()) ++count.refused;
    return !message.empty();
  };
  if (refused(error_of([&] { optimizer.emplace(model, options); }))) return;
  double rate = options.learning_rate;
  for (int step = 0; step < 3; ++step, rate *= log_uniform(random, -40, 0)) {
    for (int k = 0; k < places; ++k) {  // of the sign of θ, so that weight decay cancels nothing
      const double size = random.below(2) ? log_uniform(random, -4, 2) : log_uniform(random, -decades, decades);
      gradient.values(k) = static_cast<Scalar>(model.values(k) < Scalar(0) ? -size : size);
    }
    const Values<Scalar> before = model;
    const auto state = optimizer->state();
    if (refused(error_of([&] { optimizer->step(model, gradient, rate); }))) {
      CHECK(model.values == before.values);
      CHECK(optimizer->state().steps == state.steps);
      return;
    }
    for (int k = 0; k < places; ++k) {
      const Expected right = expect(options, state, static_cast<std::size_t>(k), static_cast<Exact>(before.values(k)),
                                    static_cast<Exact>(gradient.values(k)), static_cast<Exact>(rate));
      if (!(right.largest <= most)) {  // the rule itself leaves the scalar: start anew
        model.values.setOnes();
        optimizer.emplace(model, options);
        break;
      }
      if (!(right.square <= most)) {
        CHECK(std::isfinite(model.values(k)));
        continue;
      }
      const Exact error = std::abs(static_cast<Exact>(model.values(k)) - right.theta);
      CAPTURE(step, k, rate, error, right.theta, right.terms, before.values(k), gradient.values(k));
      CHECK(error <= 12 * unit<Scalar> * right.terms + 16 * right.least);
      ++count.compared;
    }
  }
}

/// make(random) gives options.
template <template <class, int> class Optimizer, class Scalar, class Make>
void check_optimizer(const Make& make) {
  Random random{61};
  Count count;
  for (int run = 0; run < 3000; ++run) {
    CAPTURE(run);
    check_steps<Optimizer, Scalar>(make(random), random, count);
  }
  CHECK(count.refused > 100);
  CHECK(count.compared > 1500);
}
template <template <class, int> class Optimizer, class Make>
void check_optimizer(const char* name, const Make& make) {
  INFO(name);
  if (std::numeric_limits<Exact>::max_exponent == std::numeric_limits<double>::max_exponent) return;  // no reference
  check_optimizer<Optimizer, float>(make);
  check_optimizer<Optimizer, double>(make);
}

}  // namespace

TEST_CASE("a step with options of any size is that of the rule, or is refused before anything is written") {
  check_optimizer<optim::SGD>("SGD", [](Random& random) {
    const bool nesterov = random.below(3) == 0;
    return optim::SGDOptions{.learning_rate = anything(random),
                             .momentum = decay_rate(random),
                             .dampening = nesterov ? 0 : decay_rate(random),
                             .weight_decay = maybe(random),
                             .nesterov = nesterov};
  });
  check_optimizer<optim::Adagrad>("Adagrad", [](Random& random) {
    return optim::AdagradOptions{.learning_rate = anything(random),
                                 .learning_rate_decay = maybe(random),
                                 .weight_decay = maybe(random),
                                 .initial_sum_of_squares = maybe(random),
                                 .epsilon = anything(random)};
  });
  check_optimizer<optim::RMSprop>("RMSprop", [](Random& random) {
    return optim::RMSpropOptions{.learning_rate = anything(random),
                                 .alpha = decay_rate(random),
                                 .epsilon = anything(random),
                                 .weight_decay = maybe(random),
                                 .momentum = decay_rate(random),
                                 .centered = random.below(2) == 0};
  });
  check_optimizer<optim::Adam>("Adam", [](Random& random) {
    return optim::AdamOptions{.learning_rate = anything(random),
                              .beta1 = decay_rate(random),
                              .beta2 = decay_rate(random),
                              .epsilon = anything(random),
                              .weight_decay = maybe(random),
                              .amsgrad = random.below(2) == 0};
  });
  check_optimizer<optim::AdamW>("AdamW", [](Random& random) {
    return optim::AdamWOptions{.learning_rate = anything(random),
                               .beta1 = decay_rate(random),
                               .beta2 = decay_rate(random),
                               .epsilon = anything(random),
                               .weight_decay = maybe(random),
                               .amsgrad = random.below(2) == 0};
  });
  check_optimizer<optim::Adadelta>("Adadelta", [](Random& random) {
    return optim::AdadeltaOptions{.learning_rate = anything(random),
                                  .rho = decay_rate(random),
                                  .epsilon = anything(random),
                                  .weight_decay = maybe(random)};
  });
}

TEST_CASE("options that a float does not hold are refused by name where the model is of floats") {
  const Values<float> model{};
  const Values<double> wide{};
  const std::string smallest = "; expected at least 1.1754944e-38, the smallest of a float with all digits";
  const std::string largest = "; expected at most 3.4028235e+38, the largest of a float";
  const auto refuses = [&](const auto& make, const std::string& message) {
    expect_error([&] { make(model); }, message);
    make(wide);
  };
  refuses([](const auto& m) { optim::SGD{m, {.learning_rate = 1e39}}; }, "SGD: learning_rate is 1e+39" + largest);
  refuses([](const auto& m) { optim::SGD{m, {.weight_decay = 1e-46}}; }, "SGD: weight_decay is 1e-46" + smallest);
  refuses([](const auto& m) { optim::Adam{m, {.weight_decay = 1e39}}; }, "Adam: weight_decay is 1e+39" + largest);
  refuses(
      [](const auto& m) {
        optim::SGD{m, {.momentum = 1 - 1e-9}};
      },
      "SGD: momentum is 0.999999999, which a float rounds to 1; expected in [0, 1)");
  refuses(
      [](const auto& m) {
        optim::Adam{m, {.beta1 = 1 - 1e-9}};
      },
      "Adam: beta1 is 0.999999999, which a float rounds to 1; expected in [0, 1)");
  refuses(
      [](const auto& m) {
        optim::AdamW{m, {.beta2 = 1 - 1e-9}};
      },
      "AdamW: beta2 is 0.999999999, which a float rounds to 1; expected in [0, 1)");
  refuses([](const auto& m) { optim::Adam{m, {.epsilon = 1e-50}}; }, "Adam: epsilon is 1e-50" + smallest);
  refuses(
      [](const auto& m) {
        optim::RMSprop{m, {.epsilon = 1e-17}};
      },
      "RMSprop: epsilon is 1e-17; expected at least 4.440892098500626e-16, since the squares of smaller gradients "
      "vanish");
  refuses(
      [](const auto& m) {
        optim::Adagrad{m, {.initial_sum_of_squares = 1e39}};
      },
      "Adagrad: initial_sum_of_squares is 1e+39" + largest);
  refuses([](const auto& m) { optim::Adadelta{m, {.epsilon = 1e-40}}; }, "Adadelta: epsilon is 1e-40" + smallest);
  expect_error(
      [&] {
        optim::AdamW{wide, {.epsilon = 1e-200}};
      },
      "AdamW: epsilon is 1e-200; expected at least 1.0010415475915505e-146, since the squares of smaller "
      "gradients vanish");

  Values<float> moved{}, gradient{};
  gradient.values.setOnes();
  optim::SGD sgd{moved};
  expect_error([&] { sgd.step(moved, gradient, 1e39); },
               "SGD::step: learning_rate is 1e+39; expected at most 3.4028234663852886e+38, the largest of the model's "
               "Scalar");
  optim::AdamW adamw{moved, {.learning_rate = 1, .weight_decay = 1e60}};
  expect_error([&] { adamw.step(moved, gradient); },
               "AdamW::step: 1 - learning_rate * weight_decay is -1e+60; expected a number of the model's Scalar");
  CHECK(moved.values.isZero(0));
  CHECK(adamw.state().steps == 0);
}

TEST_CASE("a learning rate below the smallest float is used as it is") {
  Values<float> model{}, gradient{};
  gradient.values.setConstant(1e30F);
  optim::SGD sgd{model, {.learning_rate = 1e-50}};
  sgd.step(model, gradient);
  CHECK(std::abs(model.values(0) / -1e-20F - 1) < 1e-6F);
  sgd.step(model, gradient, 1e-42);  // as a schedule may end
  CHECK(std::abs(model.values(0) / -1e-12F - 1) < 1e-6F);
}

TEST_CASE("lambdas of L2 penalties are held to the scalar of the net") {
  const elman::RNNCell<float, 1, 2, 1> net{elman::zero};
  using Penalty = optim::L2Penalty;
  expect_error(
      [&] {
        Penalty(net, {{"W", 1e-39}});
      },
      "L2Penalty: 2 lambda of W is 2e-39; expected at least 1.1754944e-38, the smallest of a float with all "
      "digits");
  expect_error(
      [&] {
        Penalty(net, {{"W", 2e38}});
      },
      "L2Penalty: 2 lambda of W is 4e+38; expected at most 3.4028235e+38, the largest of a float");
  const elman::RNNCell<double, 1, 2, 1> wide{elman::zero};
  expect_error(
      [&] {
        Penalty(wide, {{"W", 1e308}});
      },
      "L2Penalty: 2 lambda of W is inf; expected at least 0 and finite");
  auto gradient = net.zero_gradient();
  expect_error(
      [&] {
        Penalty(wide, {{"W", 1e-46}})(net, gradient);
      },
      "L2Penalty: 2 lambda is 2e-46; expected at least 1.1754944e-38, the smallest of a float with all digits");
  CHECK(gradient.theta().isZero(0));
}
