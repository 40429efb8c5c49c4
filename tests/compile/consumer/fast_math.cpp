// SPDX-License-Identifier: MIT
//
// elman under -ffast-math, under which compilers assume that no number is infinite or NaN: values are those of textbook
// loops, and what is not finite is refused, left out or told as without the flag.
#include <elman/elman.hpp>
#include <elman/io/detail/log_lines.hpp>
#include <elman/io/detail/strips.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <memory>
#include <vector>

#include "support/reference.hpp"

using namespace elman;
using Table = Matrix<double, Dynamic, Dynamic>;

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("does not hold: %s\n", what);
  ++failures;
}

/// A number that the compiler does not know.
double number_of(std::uint64_t bits) {
  volatile std::uint64_t kept = bits;
  return std::bit_cast<double>(std::uint64_t{kept});
}
const double nan_value = number_of(0x7ff8000000000000), inf_value = number_of(0x7ff0000000000000);

template <class Use>
void refuses(const Use& use, const char* what) {
  try {
    use();
  } catch (const std::exception&) {
    return;
  }
  check(false, what);
}
#define REFUSES(...) refuses([&] { static_cast<void>(__VA_ARGS__); }, #__VA_ARGS__)
#define HOLDS(...) check(__VA_ARGS__, #__VA_ARGS__)

/// Softmax of every number of classes that fills vectors and leaves some over, and of the largest and smallest logits.
template <class Scalar>
void check_softmax(double tolerance) {
  for (Index out = 1; out <= 17; ++out) {
    Matrix<Scalar, Dynamic, Dynamic> o(out, 3), y(out, 3);
    for (Index k = 0; k < out; ++k) o(k, 0) = static_cast<Scalar>(std::sin(static_cast<double>(3 * k)) * 3);
    o.col(1).setConstant((std::numeric_limits<Scalar>::lowest)());
    o.col(2).setConstant((std::numeric_limits<Scalar>::max)());
    Softmax{}(o, y);
    std::vector<double> logits;
    for (Index k = 0; k < out; ++k) logits.push_back(static_cast<double>(o(k, 0)));
    const auto expected = reference::softmax(logits);
    double error = 0;
    for (Index k = 0; k < out; ++k) {
      error = (std::max)(error, std::abs(static_cast<double>(y(k, 0)) - expected[static_cast<std::size_t>(k)]));
      for (const Index extreme : {1, 2}) {
        error = (std::max)(error, std::abs(static_cast<double>(y(k, extreme)) - 1 / static_cast<double>(out)));
      }
    }
    HOLDS(error <= tolerance);
    HOLDS(std::abs(static_cast<double>(y.col(0).sum()) - 1) <= 2 * tolerance);
  }
}

using Cell = RNNCell<double, Dynamic, Dynamic, Dynamic>;

void check_gradient(const Cell& net) {
  Table x = Table::NullaryExpr(3, 9, [](Index row, Index t) { return std::sin(static_cast<double>(3 * t + row)); });
  const std::vector<Index> labels{0, 4, 2, 2, 1, 3, 0, 4, 1};
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  net.forward(x, tape);
  const double L = loss::CrossEntropy{{.reduction = loss::Reduction::sum}}(tape, labels);
  net.bptt(x, tape, gradient);

  const reference::Net<double> plain(net);
  reference::Net<double> expected(3, 7, 5);
  Table start = Table::Zero(7, 1), d_o(5, 9), d_x, d_h0;
  const auto run = reference::forward(plain, Tanh{}, x, start);
  double expected_L = 0;
  for (Index t = 0; t < 9; ++t) {
    const std::vector<double> o(run.o.col(t).begin(), run.o.col(t).end());
    const auto [value, d] = reference::cross_entropy(o, labels[static_cast<std::size_t>(t)]);
    expected_L += value;
    for (Index k = 0; k < 5; ++k) d_o(k, t) = d[static_cast<std::size_t>(k)];
  }
  reference::bptt(plain, Tanh{}, x, run, d_o, expected, d_x, d_h0);
  HOLDS(std::abs(L - expected_L) <= 1e-14 * expected_L);
  HOLDS((gradient.U() - expected.U).norm() <= 1e-14 * expected.U.norm());
  HOLDS((gradient.W() - expected.W).norm() <= 1e-14 * expected.W.norm());
  HOLDS((gradient.b() - expected.b).norm() <= 1e-14 * expected.b.norm());
}

void check_options(const Cell& net) {
  Cell copy = net;
  Random random{1};
  for (const double bad : {nan_value, inf_value, -inf_value}) {
    REFUSES(optim::Adam{net, {.learning_rate = bad}});
    REFUSES(optim::Adam{net, {.beta1 = bad}});
    REFUSES(optim::Adam{net, {.epsilon = bad}});
    REFUSES(optim::AdamW{net, {.weight_decay = bad}});
    REFUSES(optim::SGD{net, {.momentum = bad}});
    REFUSES(optim::StepSchedule{{.factor = bad}});
    REFUSES(optim::OneCycleSchedule{{.rising_share = bad}});
    REFUSES(optim::ReduceOnPlateau{{.factor = bad}});
    REFUSES(optim::L2Penalty{net, {{"W", bad}}});
    REFUSES(loss::CrossEntropy{{.label_smoothing = bad}});
    REFUSES(loss::CrossEntropy{{.class_weights = {1, bad}}});
    REFUSES(loss::BinaryCrossEntropy{{.positive_weights = {bad}}});
    REFUSES(hook::Omega{net, {.weight = bad}});
    REFUSES(Random{1}.uniform(bad, 1));
    REFUSES(Random{1}.uniform(-1, bad));
    REFUSES(Sampler{{.temperature = bad}});
    REFUSES(Sampler{{.top_p = bad}});
    REFUSES(Leaky::time_constants(bad, 2));
    REFUSES(GradientFlow{net, {.saturated_below = bad}});
    REFUSES(prepare::shuffled_split(10, {.validation = bad}, random));
    REFUSES(optim::Adam{net}.step(copy, net.zero_gradient(), bad));
    copy.theta()(5) = bad;
    REFUSES(freeze<double>(copy));
    HOLDS(!optim::is_finite(copy));
    HOLDS(non_finite(copy).starts_with("U(5, 0) is "));
    copy.theta()(5) = 0;
  }
  for (const double bad : {nan_value, -1.0})
    REFUSES(optim::clip_norm(*std::make_unique<Cell::Gradient>(net.zero_gradient()), bad));
}

void check_training(Cell net) {
  const Cell before = net;
  auto gradient = net.zero_gradient();
  optim::SkipNonFinite guarded{optim::Adam{net}};
  for (const double bad : {nan_value, inf_value, -inf_value}) {
    gradient.set_zero();
    gradient.theta()(17) = bad;
    for (const auto norm : {optim::Norm::L1, optim::Norm::L2, optim::Norm::infinity}) {
      HOLDS(!detail::is_finite(optim::clip_norm(gradient, 1, norm)));
    }
    HOLDS(!guarded.step(net, gradient));
  }
  HOLDS(net.theta() == before.theta());
  // A mean of squares that has overflowed decays again.
  optim::Adam adam{net, {.beta2 = 0.5}};
  gradient.set_zero();
  gradient.theta()(3) = 1e200;
  adam.step(net, gradient);
  gradient.theta()(3) = 1;
  for (int step = 0; step < 1100; ++step) adam.step(net, gradient);
  HOLDS(optim::is_finite(net) && std::abs(net.theta()(3) - before.theta()(3)) > 0.01);

  optim::ReduceOnPlateau plateau{{.learning_rate = 1, .patience = 0}};
  plateau(1);
  HOLDS(plateau(nan_value) < 0.5 && plateau.state().best == 1);

  Matrix<double, Dynamic, 1> logits = Matrix<double, Dynamic, 1>::LinSpaced(6, 0, 1);
  HOLDS(greedy(logits) == 5);
  logits(2) = nan_value;
  REFUSES(greedy(logits));
}

/// What all that is refused, and all loops that end where a number is not finite, are told by.
template <class Scalar>
void check_finite() {
  constexpr Scalar largest = (std::numeric_limits<Scalar>::max)(), smallest = std::numeric_limits<Scalar>::denorm_min();
  for (const Scalar number : {Scalar{0}, Scalar{-1}, largest, -largest, smallest}) {
    HOLDS(detail::is_finite(number) && !detail::is_nan(number));
  }
  for (const double number : {nan_value, -nan_value, inf_value, -inf_value}) {
    HOLDS(!detail::is_finite(static_cast<Scalar>(number)));
  }
  HOLDS(detail::is_nan(static_cast<Scalar>(nan_value)) && !detail::is_nan(static_cast<Scalar>(inf_value)));
}

/// Numbers that stand for "there is none", or are very large or small.
void check_numbers() {
  HOLDS(spectral_radius(Table(Table::Zero(4, 4))) == 0);
  HOLDS(std::abs(spectral_radius(Table(Table::Identity(4, 4) * 1e200)) / 1e200 - 1) < 1e-8);
  Table W = Table::Identity(4, 4);
  W(2, 1) = nan_value;
  HOLDS(!detail::is_finite(spectral_radius(W)));
  const std::vector<double> large(5, 1e200);
  HOLDS(std::abs(detail::column_norm(large.data(), 5) / 2.23606797749979e200 - 1) < 1e-14);
  HOLDS(detail::is_nan(detail::RunningLoss{}.value()));
  for (const long double sign : {1.0L, -1.0L}) {
    HOLDS(detail::is_finite(sign * (std::numeric_limits<long double>::max)()));
    HOLDS(!detail::is_finite(sign * static_cast<long double>(inf_value)));
    HOLDS(!detail::is_nan(sign * static_cast<long double>(inf_value)));
  }
  HOLDS(detail::is_nan(static_cast<long double>(nan_value)));
  HOLDS(io::detail::cell_of(nan_value).empty() && io::detail::cell_of(inf_value) == "inf");
  HOLDS(!io::detail::fits_in<float>(1e300) && !io::detail::fits_in<double>(nan_value));
}

}  // namespace

int main() {
  check_finite<float>();
  check_finite<double>();
  if (failures > 0) return 1;  // some of what follows would not end
  check_softmax<float>(1e-6);
  check_softmax<double>(1e-14);
  Random random{1};
  Cell net(3, 7, 5, init::standard(random));
  check_gradient(net);
  check_options(net);
  check_training(net);
  check_numbers();
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
