// SPDX-License-Identifier: MIT
// expect: elman::optim::Grouped: groups need an optimizer made on elman::optim::OptimizerBase
// expect: elman::optim::Grouped: groups need an optimizer made on elman::optim::OptimizerBase
// expect: elman::optim::Grouped: groups are named after the matrices of a net; make one from a Net or RNNCell
// expect: elman::optim::Grouped: groups are ranges of one vector theta(); a tuple of models has several
// expect: elman: a gradient is given where the model belongs
// expect: elman::optim::KeepOrthogonal: makes matrices of the net orthogonal, which it writes to
#include <tuple>
#include <utility>

#include "elman/elman.hpp"

namespace optim = elman::optim;
using Net = elman::RNNCell<float, 3, 5, 2>;

struct SignDescent {
  void step(auto&&, const auto&) const {}
};

void run(Net& net) {
  auto gradient = net.zero_gradient();
  optim::Adam adam{net};
#if ELMAN_FAIL == 1
  optim::Grouped signs{SignDescent{}, net, {{.name = "W", .learning_rate = 0.1}}};
#elif ELMAN_FAIL == 2
  optim::Grouped guarded{optim::SkipNonFinite{adam}, net, {{.name = "W", .learning_rate = 0.1}}};
#elif ELMAN_FAIL == 3
  optim::Grouped nameless{adam, std::tie(net), {{.name = "W", .learning_rate = 0.1}}};
#endif
  optim::Grouped grouped{adam, net, {{.name = "W", .learning_rate = 0.1}}};
  optim::SkipNonFinite guard{optim::Grouped{adam, net, {{.name = "b", .weight_decay = 0}}}};
#if ELMAN_FAIL == 4
  grouped.step(std::tie(net), std::tie(gradient));
#elif ELMAN_FAIL == 5
  grouped.step(gradient, gradient);
#elif ELMAN_FAIL == 6
  optim::KeepOrthogonal kept{adam, std::as_const(net)};
#else
  optim::KeepOrthogonal kept{adam, net};
#endif
  grouped.step(net, gradient, 0.01);
  guard.step(net, gradient);
}
