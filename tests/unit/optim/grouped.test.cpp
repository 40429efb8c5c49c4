// SPDX-License-Identifier: MIT
//
// Groups of parameters against separate optimizers, one a matrix, with the numbers that the group of the matrix has:
// the same bits, in θ and in the state.
#include "elman/optim/grouped.hpp"

#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/embedding.hpp"
#include "elman/layers/learned_start.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/net.hpp"
#include "elman/optim/adadelta.hpp"
#include "elman/optim/adagrad.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/adamw.hpp"
#include "elman/optim/clip.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/rmsprop.hpp"
#include "elman/optim/schedule.hpp"
#include "elman/optim/sgd.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"
#include "support/support.hpp"

using elman::Dynamic;
using elman::Index;
using elman::Random;
using elman::Recurrence;
using elman::optim::Grouped;
namespace optim = elman::optim;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Every kind of part: E; h0 and U, W, b, both ways; U, W, b; V, c.
using Net = elman::Net<double,
                       elman::Stacked<elman::Embedding<5, 3>,
                                      elman::LearnedStart<elman::Bidirectional<Recurrence<3, 2>>>, Recurrence<4, 3>>,
                       elman::Readout<3, 2>>;
/// Matrices longer than a chunk of a walk through θ.
using Cell = elman::RNNCell<float, Dynamic, Dynamic, Dynamic>;

template <class N>
N filled(N net) {
  Random random{3};
  for (auto& value : net.theta()) value = static_cast<typename N::Scalar>(random.normal());
  return net;
}
template <class Gradient>
void draw(Random& random, Gradient& gradient) {
  for (auto& value : gradient.theta()) value = static_cast<typename Gradient::Scalar>(random.normal());
}

/// One matrix, as a model by itself.
template <class Scalar_>
struct Values {
  using Scalar = Scalar_;
  elman::Vector<Scalar, Dynamic> values;
  auto& theta() { return values; }
  const auto& theta() const { return values; }
};

struct Numbers {
  double learning_rate, weight_decay;
  bool fixed = false;
};

/// Bits, of which NaN has some too.
template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// Some steps of make(net, learning rate, weight decay) in groups, at rates that change, and of one optimizer a matrix
/// with the numbers of by_name, or else the optimizer's own.
template <class N, class Make>
void check_groups(N net, const Make& make, const std::vector<optim::ParameterGroup>& groups,
                  const std::map<std::string, Numbers>& by_name) {
  using Scalar = typename N::Scalar;
  using One = decltype(make(Values<Scalar>{}, 1.0, 1.0));
  const Numbers own{0.1, 0.25};
  Grouped grouped{make(net, own.learning_rate, own.weight_decay), net, groups};
  struct Separate {
    Numbers numbers;
    Index first;
    Values<Scalar> model, gradient;
    One optimizer;
  };
  std::vector<Separate> separate;
  Index end = 0;
  net.for_each([&](const std::string& name, const auto& matrix) {
    const Numbers numbers = by_name.contains(name) ? by_name.at(name) : own;
    const Values<Scalar> model{matrix.reshaped()};
    separate.push_back({numbers, end, model, model, make(model, numbers.learning_rate, numbers.weight_decay)});
    end += matrix.size();
  });
  REQUIRE(separate.size() == (std::is_same_v<N, Net> ? 13 : 5));

  Random random{7};
  auto gradient = net.zero_gradient();
  for (const double rate : {0.1, 0.1, 0.05, 0.2, 0.0, 0.025}) {
    draw(random, gradient);
    if (rate == 0.1) {
      grouped.step(net, gradient);
    } else {
      grouped.step(net, gradient, rate);
    }
    for (auto& one : separate) {
      if (one.numbers.fixed) continue;
      one.gradient.values = gradient.theta().segment(one.first, one.model.values.size());
      one.optimizer.step(one.model, one.gradient, one.numbers.learning_rate * (rate / 0.1));
    }
    for (const auto& one : separate) {
      CAPTURE(one.first, rate);
      CHECK(same_bits(net.theta().segment(one.first, one.model.values.size()), one.model.values));
    }
  }
  CHECK(grouped.state().steps == 6);
  for (const auto& one : separate) {
    const auto check_state = [&]<std::size_t... Place>(std::index_sequence<Place...>) {
      const auto of_all = grouped.state().vectors();
      const auto of_one = one.optimizer.state().vectors();
      const auto same = [&](const auto& all, const auto& expected) {
        for (std::size_t k = 0; k < expected.size(); ++k) {
          if (all[static_cast<std::size_t>(one.first) + k] != expected[k]) return false;
        }
        return true;
      };
      return (same(std::get<Place>(of_all), std::get<Place>(of_one)) && ...);
    };
    constexpr std::size_t places = std::tuple_size_v<decltype(one.optimizer.state().vectors())>;
    CHECK(check_state(std::make_index_sequence<places>{}));
  }
}

/// Coefficients of a range that differ.
template <class A, class B>
Index changed(const A& a, const B& b) {
  return (a.array() != b.array()).count();
}

template <class Make>
void check_net(const char* name, const Make& make) {
  INFO(name);
  check_groups(filled(Net{elman::zero}), make,
               {{.name = "layer1.backwards.b", .learning_rate = 0.07},
                {.name = "b", .weight_decay = 0},
                {.name = "layer0", .fixed = true},
                {.name = "h0", .learning_rate = 0.3, .weight_decay = 0.5},
                {.name = "backwards.W", .learning_rate = 0.02},
                {.name = "V", .learning_rate = 0.01, .fixed = true},
                {.name = "layer2.W", .learning_rate = 0.03}},
               {{"layer0.E", {0.1, 0.25, true}},
                {"layer1.h0", {0.3, 0.5}},
                {"layer1.forwards.b", {0.1, 0}},
                {"layer1.backwards.W", {0.02, 0.25}},
                {"layer1.backwards.b", {0.07, 0.25}},
                {"layer2.W", {0.03, 0.25}},
                {"layer2.b", {0.1, 0}},
                {"V", {0.01, 0.25, true}}});
}

/// Of one's own: θ ← θ − η m with m a running mean of g; no weight decay.
struct MeanOptions {
  double learning_rate = 1e-2;
};
struct MeanState {
  explicit MeanState(Index count) : mean(static_cast<std::size_t>(count)) {}
  auto vectors() const { return std::tie(mean); }

  Index steps = 0;
  std::vector<double> mean;
};
class MeanDescent : public optim::OptimizerBase<MeanDescent, double, MeanOptions, MeanState> {
  using Base = optim::OptimizerBase<MeanDescent, double, MeanOptions, MeanState>;

 public:
  static constexpr std::string_view name = "MeanDescent";

  template <class Model>
  MeanDescent(const Model& model, const MeanOptions& options)
      : Base(options, MeanState(elman::parameter_count(model))) {}

  static void check_rate(const MeanOptions&, double learning_rate) {
    elman::detail::require_that(learning_rate < 1, "MeanDescent: learning_rate is ", learning_rate);
  }
  template <class Model, class Gradient>
  static void update(const MeanOptions&, MeanState& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const auto rule = [&](double& theta, double g, double& mean) {
      mean += 0.5 * (g - mean);
      theta -= learning_rate * mean;
    };
    optim::update_parameters(rule, 0, model, gradient, state.mean);
  }
};

}  // namespace

TEST_CASE("groups have the bits of separate optimizers, in theta and state, with every optimizer") {
  check_net("SGD, plain", [](const auto& model, double rate, double decay) {
    return optim::SGD{model, {.learning_rate = rate, .weight_decay = decay}};
  });
  check_net("SGD", [](const auto& model, double rate, double decay) {
    return optim::SGD{model, {.learning_rate = rate, .momentum = 0.9, .weight_decay = decay, .nesterov = true}};
  });
  check_net("Adagrad", [](const auto& model, double rate, double decay) {
    return optim::Adagrad{model, {.learning_rate = rate, .learning_rate_decay = 0.1, .weight_decay = decay}};
  });
  check_net("Adadelta", [](const auto& model, double rate, double decay) {
    return optim::Adadelta{model, {.learning_rate = rate, .epsilon = 1e-3, .weight_decay = decay}};
  });
  check_net("RMSprop", [](const auto& model, double rate, double decay) {
    return optim::RMSprop{model, {.learning_rate = rate, .weight_decay = decay, .momentum = 0.5, .centered = true}};
  });
  check_net("Adam", [](const auto& model, double rate, double decay) {
    return optim::Adam{model, {.learning_rate = rate, .weight_decay = decay, .amsgrad = true}};
  });
  check_net("AdamW", [](const auto& model, double rate, double decay) {
    return optim::AdamW{model, {.learning_rate = rate, .weight_decay = decay}};
  });
}

TEST_CASE("groups of a net of run-time sizes, whose matrices are longer than a chunk, in float") {
  check_groups(filled(Cell(7, 41, 5, elman::zero)),
               [](const auto& model, double rate, double decay) {
                 return optim::AdamW{model, {.learning_rate = rate, .weight_decay = decay}};
               },
               {{.name = "b", .weight_decay = 0}, {.name = "W", .learning_rate = 0.01}, {.name = "c", .fixed = true}},
               {{"b", {0.1, 0}}, {"W", {0.01, 0.25}}, {"c", {0.1, 0.25, true}}});
}

TEST_CASE("without groups a step is the optimizer's, bit for bit") {
  Net net = filled(Net{elman::zero}), expected = net;
  optim::Adam adam{net, {.weight_decay = 0.1}};
  Grouped grouped{adam, net, {}};
  Random random{1};
  auto gradient = net.zero_gradient();
  for (const double rate : {1e-3, 3e-4, 1e-9}) {
    draw(random, gradient);
    grouped.step(net, gradient, rate);
    adam.step(expected, gradient, rate);
    CHECK(changed(net.theta(), expected.theta()) == 0);
  }
  CHECK(same_bits(grouped.state().v, adam.state().v));
}

TEST_CASE("SGD in groups, by hand, at a rate of a schedule too") {
  elman::RNNCell<double, 1, 1, 1> net{elman::zero};  // U, W, b, V, c
  net.theta() << 1, 2, 4, 8, 16;
  Grouped sgd{optim::SGD{net, {.learning_rate = 0.5, .weight_decay = 0.25}},
              net,
              {{.name = "W", .learning_rate = 0.125}, {.name = "b", .weight_decay = 0}, {.name = "V", .fixed = true}}};
  auto gradient = net.zero_gradient();
  gradient.theta() << 1, 1, 1, 1, 1;
  sgd.step(net, gradient);
  CHECK(net.theta() ==
        (elman::Vector<double, 5>() << 1 - 0.5 * 1.25, 2 - 0.125 * 1.5, 4 - 0.5, 8, 16 - 0.5 * 5).finished());
  net.theta() << 1, 2, 4, 8, 16;
  const optim::StepSchedule schedule{{.learning_rate = 0.5, .every = 1, .factor = 0.5}};
  sgd.step(net, gradient, schedule(1));
  CHECK(net.theta() ==
        (elman::Vector<double, 5>() << 1 - 0.25 * 1.25, 2 - 0.0625 * 1.5, 4 - 0.25, 8, 16 - 0.25 * 5).finished());
  CHECK(sgd.options().learning_rate == 0.5);
  CHECK(sgd.groups()[2].name == "V");
  CHECK(sgd.optimizer().options().weight_decay == 0.25);
}

TEST_CASE("a part that is fixed is moved by nothing, and moves again from where its state was") {
  Net net = filled(Net{elman::zero});
  optim::AdamW adam{net, {.learning_rate = 0.1, .weight_decay = 0.5}};
  Random random{2};
  auto gradient = net.zero_gradient();
  for (int k = 0; k < 3; ++k) {
    draw(random, gradient);
    adam.step(net, gradient);
  }
  const Net before = net;
  const auto state = adam.state();
  Grouped grouped{adam, net, {{.name = "layer1", .fixed = true}, {.name = "E", .fixed = true}}};
  draw(random, gradient);
  gradient.matrix("layer1.h0")(1, 0) = not_a_number;
  grouped.step(net, gradient);
  net.for_each([&](const std::string& name, const auto& matrix) {
    CAPTURE(name);
    const bool fixed = name == "layer0.E" || name.starts_with("layer1.");
    CHECK(changed(matrix, before.matrix(name)) == (fixed ? 0 : matrix.size()));
    const auto first = static_cast<std::size_t>(matrix.data() - net.theta().data());
    for (std::size_t k = first; k < first + static_cast<std::size_t>(matrix.size()); ++k) {
      CHECK((grouped.state().m[k] == state.m[k] && grouped.state().v[k] == state.v[k]) == fixed);
    }
  });
  adam.restore(grouped.state());
  CHECK(adam.state().steps == 4);
}

TEST_CASE("a fixed part counts in norms and guards, unless its gradient is cleared") {
  Cell net = filled(Cell(2, 3, 2, elman::zero));
  optim::SkipNonFinite guarded{
      Grouped{optim::SGD{net}, net, {{.name = "U", .fixed = true}, {.name = "c", .fixed = true}}}};
  auto gradient = net.zero_gradient();
  gradient.theta().setConstant(2);
  CHECK(optim::global_norm(gradient, optim::Norm::L1) == 2.0 * (6 + 9 + 3 + 6 + 2));
  gradient.U()(1, 1) = static_cast<float>(not_a_number);
  CHECK(!guarded.step(net, gradient));
  guarded.optimizer().clear_fixed(gradient);
  CHECK(optim::global_norm(gradient, optim::Norm::L1) == 2.0 * (9 + 3 + 6));
  const Cell before = net;
  CHECK(guarded.step(net, gradient, 0.5));
  CHECK(changed(net.theta(), before.theta()) == 9 + 3 + 6);
  CHECK(guarded.optimizer().state().steps == 1);
}

TEST_CASE("an optimizer of one's own has groups as well") {
  Net net = filled(Net{elman::zero});
  Grouped grouped{MeanDescent{net, {.learning_rate = 0.5}}, net, {{.name = "V", .learning_rate = 0.25}}};
  MeanDescent half{net, {.learning_rate = 0.25}}, whole{net, {.learning_rate = 0.5}};
  Net of_half = net, of_whole = net;
  auto gradient = net.zero_gradient();
  Random random{4};
  for (int k = 0; k < 3; ++k) {
    draw(random, gradient);
    grouped.step(net, gradient);
    half.step(of_half, gradient);
    whole.step(of_whole, gradient);
  }
  CHECK(changed(net.V(), of_half.V()) == 0);
  CHECK(changed(net.theta(), of_whole.theta()) == net.V().size());
  CHECK(same_bits(grouped.state().mean, whole.state().mean));
  expect_error([&] { Grouped(half, net, {{.name = "V", .weight_decay = 0.5}}); },
               "Grouped: group \"V\": weight_decay is 0.5; expected none, as the optimizer has none");
  expect_error([&] { Grouped(half, net, {{.name = "V", .learning_rate = -0.5}}); },
               "Grouped: group \"V\": learning_rate is -0.5; expected above 0 and finite");
  expect_error([&] { grouped.step(net, gradient, 1); }, "MeanDescent: learning_rate is 1");
}

TEST_CASE("groups that do not fit a net are refused") {
  const Net net = filled(Net{elman::zero});
  const optim::Adam adam{net};
  const auto refuses = [&](std::vector<optim::ParameterGroup> groups, const std::string& message) {
    expect_error([&] { Grouped(adam, net, std::move(groups)); }, "Grouped: " + message);
  };
  const std::string names =
      "expected one of layer0.E, layer1.h0, layer1.forwards.U, layer1.forwards.W, layer1.forwards.b, "
      "layer1.backwards.U, layer1.backwards.W, layer1.backwards.b, layer2.U, layer2.W, layer2.b, V, c";
  refuses({{.name = "V"}, {.name = "X"}}, "name is \"X\"; " + names);
  refuses({{}}, "name is \"\"; " + names);
  refuses({{.name = "layer3"}}, "name is \"layer3\"; " + names);
  const std::string cure = "; expected one group a matrix; its whole name comes before a letter or a path";
  refuses({{.name = "b"}, {.name = "layer2"}}, "\"b\" and \"layer2\" both fit layer2.b" + cure);
  refuses({{.name = "layer1"}, {.name = "layer1.forwards"}},
          "\"layer1\" and \"layer1.forwards\" both fit layer1.forwards.U" + cure);
  refuses({{.name = "layer2.W"}, {.name = "W"}, {.name = "layer2.W"}},
          "\"layer2.W\" and \"layer2.W\" both fit layer2.W" + cure);
  refuses({{.name = "V"}, {.name = "V"}}, "\"V\" and \"V\" both fit V" + cure);
  CHECK(Grouped(adam, net, {{.name = "b"}, {.name = "layer2.b"}, {.name = "layer2"}}).groups().size() == 3);
  expect_error([&] { Grouped(optim::SGD{Values<double>{Eigen::VectorXd::Zero(7)}}, net, {}); },
               "Grouped: net has " + std::to_string(net.theta().size()) +
                   " parameters; expected 7 as the optimizer was made for");
}

TEST_CASE("numbers of groups are held to the ranges of the optimizer") {
  const Cell net = filled(Cell(2, 3, 2, elman::zero));
  const auto refuses = [&](const auto& optimizer, const optim::ParameterGroup& group, const std::string& message) {
    expect_error([&] { Grouped(optimizer, net, {group}); }, "Grouped: group \"W\": " + message);
  };
  const auto refuses_all = [&](const auto& optimizer) {
    refuses(optimizer, {.name = "W", .learning_rate = 0}, "learning_rate is 0; expected above 0 and finite");
    refuses(optimizer, {.name = "W", .learning_rate = 1e39},
            "learning_rate is 1e+39; expected at most 3.4028235e+38, the largest of a float");
    refuses(optimizer, {.name = "W", .weight_decay = -1}, "weight_decay is -1; expected at least 0 and finite");
    refuses(optimizer, {.name = "W", .weight_decay = not_a_number},
            "weight_decay is nan; expected at least 0 and finite");
  };
  refuses_all(optim::SGD{net});
  refuses_all(optim::AdamW{net});
  refuses(optim::Adam{net}, {.name = "W", .weight_decay = 1e-46},
          "weight_decay is 1e-46; expected at least 1.1754944e-38, the smallest of a float with all digits");
  Grouped(optim::AdamW{net}, net, {{.name = "W", .weight_decay = 1e-46}});  // which is no number of θ's scalar there
}

TEST_CASE("a step that a group cannot make is refused before anything is written") {
  Cell net = filled(Cell(2, 3, 2, elman::zero));
  const Cell before = net;
  auto gradient = net.zero_gradient();
  gradient.theta().setOnes();
  Grouped adam{optim::AdamW{net, {.learning_rate = 1}},
               net,
               {{.name = "U", .learning_rate = 2},
                {.name = "W", .learning_rate = 1e10, .weight_decay = 1e20},
                {.name = "c", .learning_rate = 1e20, .weight_decay = 1e30, .fixed = true}}};
  const auto refuses = [&](double rate, const std::string& message) {
    expect_error([&] { adam.step(net, gradient, rate); }, "Grouped::step: " + message);
    CHECK(changed(net.theta(), before.theta()) == 0);
    CHECK(adam.state().steps == 0);
  };
  refuses(-1, "learning_rate is -1; expected at least 0 and finite");
  refuses(not_a_number, "learning_rate is nan; expected at least 0 and finite");
  refuses(3e38,
          "group \"U\": learning_rate is 6e+38; expected at most 3.4028234663852886e+38, the largest of the model's "
          "Scalar");
  refuses(1e10, "group \"W\": 1 - learning_rate * weight_decay is -1e+40; expected a number of the model's Scalar");
  Cell wider = filled(Cell(3, 3, 2, elman::zero));
  auto its_gradient = wider.zero_gradient();
  expect_error([&] { adam.step(wider, its_gradient); },
               "Grouped::step: model has 29 parameters; expected 26 as in the model this was made for");
  expect_error([&] { adam.step(net, its_gradient); },
               "Grouped::step: vector 0 of gradient has 29 parameters; expected 26 as in model");
  expect_error([&] { adam.clear_fixed(its_gradient); },
               "Grouped::clear_fixed: gradient has 29 parameters; expected 26 as in model");
}
