// SPDX-License-Identifier: MIT
//
// Who takes part, and whether all compute the same: the double-precision reference is hand-written Eigen, which shares
// no code with elman.
#include "contenders.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <stdexcept>
#include <utility>

#include "timing.hpp"

namespace benchmarks {

namespace {

/// Round-off differs by the order of sums, and by approximations of tanh and exp that are good to some ulp. It passes
/// through T steps forwards and backwards and grows on the way, while what is really wrong, a step or a column left
/// out, is off by a percent or more. Float has 7 digits, double 16.
template <class Scalar>
constexpr double tolerance = std::same_as<Scalar, float> ? 1e-3 : 1e-10;

template <class Scalar>
Problem<double> widened(const Problem<Scalar>& problem) {
  Problem<double> result{problem.work, Parameters<double>(problem.work), {}, problem.labels};
  const auto widen = [](const std::vector<Scalar>& from, std::vector<double>& to) {
    to.assign(from.begin(), from.end());
  };
  widen(problem.x, result.x);
  widen(problem.weights.U, result.weights.U);
  widen(problem.weights.W, result.weights.W);
  widen(problem.weights.V, result.weights.V);
  widen(problem.weights.b, result.weights.b);
  widen(problem.weights.c, result.weights.c);
  return result;
}

template <class Scalar>
double error(const std::vector<Scalar>& values, const std::vector<double>& reference) {
  double difference = 0, norm = 0;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    difference += std::pow(static_cast<double>(values[k]) - reference[k], 2);
    norm += std::pow(reference[k], 2);
  }
  return std::sqrt(difference / norm);
}

}  // namespace

template <class Scalar>
ContenderPointer<Scalar> make_contender(const std::string& name, const Problem<Scalar>& problem) {
  if (name == elman_name) return make_elman(problem);
  if (name == hoisted_name) return make_eigen_hoisted(problem);
  if (name == stepwise_name) return make_eigen_stepwise(problem);
  if (name == per_sample_name) return make_eigen_per_sample(problem);
#ifdef BENCHMARK_TORCH
  if (name == torch_name) return make_torch(problem);
#endif
#ifdef BENCHMARK_ONEDNN
  if constexpr (std::same_as<Scalar, float>) {
    if (name == onednn_name) return make_onednn(problem);
  }
#endif
  return nullptr;
}

template <class Scalar>
std::vector<Named<Scalar>> make_contenders(const std::vector<std::string>& names, const Problem<Scalar>& problem) {
  std::vector<Named<Scalar>> result;
  for (const std::string& name : names) {
    if (auto contender = make_contender(name, problem)) result.push_back({name, std::move(contender)});
  }
  return result;
}

template <class Scalar>
double check(const std::vector<Named<Scalar>>& contenders, const Problem<Scalar>& problem) {
  const Problem<double> in_double = widened(problem);
  const auto reference = make_eigen_hoisted(in_double);
  const double L = reference->train();
  const std::vector<double> y = reference->outputs();
  const Parameters<double> g = reference->gradients();
  double worst = 0;
  for (const auto& [name, contender] : contenders) {
    contender->train();  // a gradient that is not zeroed shows in the second run
    const double its_L = static_cast<double>(contender->train());
    const Parameters<Scalar> its = contender->gradients();
    contender->forward();
    const struct {
      const char* of;
      double error;
    } errors[] = {{"L", std::abs(its_L - L) / L},           {"y", error(contender->outputs(), y)},
                  {"the gradient of U", error(its.U, g.U)}, {"the gradient of W", error(its.W, g.W)},
                  {"the gradient of V", error(its.V, g.V)}, {"the gradient of b", error(its.b, g.b)},
                  {"the gradient of c", error(its.c, g.c)}};
    for (const auto& found : errors) {
      worst = std::max(worst, found.error);
      if (found.error <= tolerance<Scalar>) continue;  // NaN is not
      throw std::runtime_error(format("%s, %s: the error of %s is %.1e; expected at most %.0e, so nothing was timed",
                                      problem.work.name, name.c_str(), found.of, found.error, tolerance<Scalar>));
    }
  }
  return worst;
}

template ContenderPointer<float> make_contender(const std::string&, const Problem<float>&);
template ContenderPointer<double> make_contender(const std::string&, const Problem<double>&);
template std::vector<Named<float>> make_contenders(const std::vector<std::string>&, const Problem<float>&);
template std::vector<Named<double>> make_contenders(const std::vector<std::string>&, const Problem<double>&);
template double check(const std::vector<Named<float>>&, const Problem<float>&);
template double check(const std::vector<Named<double>>&, const Problem<double>&);

}  // namespace benchmarks
