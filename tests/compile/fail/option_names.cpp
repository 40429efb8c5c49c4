// SPDX-License-Identifier: MIT
// expect: elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2
// expect: elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2
// expect: elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2
// expect: elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2
// expect: elman::optim: options come by name: Adam{model, {.learning_rate = 3e-3}}
// expect: elman::loss::CrossEntropy: an option by a name that it does not have; elman::loss::CrossEntropyOptions has
// expect: elman::loss::BinaryCrossEntropy: an option by a name that it does not have
// expect: elman::optim: an option by a name that is not elman's: they are .learning_rate (lr), .beta1 and .beta2
#include <tuple>

#include "elman/elman.hpp"

using Net = elman::RNNCell<float, 3, 5, 2>;

void run(const Net& net) {
#if ELMAN_FAIL == 1
  const elman::optim::Adam adam{net, {.lr = 1e-3, .betas = {0.9, 0.999}, .eps = 1e-8}};
#elif ELMAN_FAIL == 2
  const elman::optim::SGD sgd{net, {.learning_rate = 1e-3, .eps = 1e-8}};
#elif ELMAN_FAIL == 3
  const elman::optim::RMSprop rmsprop{std::tie(net, net), {.rho = 0.9}};
#elif ELMAN_FAIL == 4
  const elman::optim::AdamW adamw{net, {.weight_decay = 0.1, .lr = 1e-3}};
#elif ELMAN_FAIL == 5
  const elman::optim::Adam adam{net, 3e-3};
#elif ELMAN_FAIL == 6
  const elman::loss::CrossEntropy loss{{.ignore_index = 0}};
#elif ELMAN_FAIL == 7
  const elman::loss::BinaryCrossEntropy loss{{.pos_weight = {2, 1}}};
#elif ELMAN_FAIL == 8
  const elman::optim::Adadelta adadelta{net, {.eps = 1e-6}};
#endif
  const elman::optim::Adadelta rho{net, {.rho = 0.95}};
  const elman::optim::Adam plain{net}, braces{net, {}}, named{net, {.learning_rate = 1e-3, .weight_decay = 0.1}};
  const elman::optim::Adam positional{net, {1e-3}}, copy{plain};
  const elman::optim::SGDOptions options;
  const elman::optim::SGD given{net, options};
  const elman::optim::SGD of_two{std::tie(net, net), {.momentum = 0.9}};
  const elman::loss::CrossEntropy ignoring{{.ignored_label = -1}}, default_options{{}};
  const elman::loss::BinaryCrossEntropy weighted{{.positive_weights = {2, 1}}};
}
