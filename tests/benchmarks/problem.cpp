// SPDX-License-Identifier: MIT
//
// Uniform numbers of the standard's own generator, whose bits are the same with every library.
#include "problem.hpp"

#include <cmath>
#include <random>

namespace benchmarks {

namespace {

class Uniform {
 public:
  /// In [-bound, bound).
  template <class Scalar>
  void fill(std::vector<Scalar>& values, double bound) {
    for (Scalar& value : values) value = static_cast<Scalar>(bound * (2 * unit() - 1));
  }
  int below(int end) { return static_cast<int>(unit() * end); }

 private:
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  std::mt19937_64 engine_{1};
};

}  // namespace

template <class Scalar>
Problem<Scalar> make_problem(const Workload& work) {
  Problem<Scalar> problem{work, Parameters<Scalar>(work), {}, {}};
  Uniform uniform;
  const double bound = 1 / std::sqrt(work.H);
  auto& weights = problem.weights;
  for (auto* values : {&weights.U, &weights.W, &weights.V, &weights.b, &weights.c}) uniform.fill(*values, bound);
  const auto In = static_cast<std::size_t>(work.In);
  problem.x.resize(In * static_cast<std::size_t>(work.N()));
  if (work.one_hot) {
    for (std::size_t first = 0; first < problem.x.size(); first += In) {
      problem.x[first + static_cast<std::size_t>(uniform.below(work.In))] = Scalar(1);
    }
  } else {
    uniform.fill(problem.x, 1);
  }
  problem.labels.resize(static_cast<std::size_t>(work.R()));
  for (auto& label : problem.labels) label = uniform.below(work.Out);
  return problem;
}

template Problem<float> make_problem(const Workload&);
template Problem<double> make_problem(const Workload&);

}  // namespace benchmarks
