// SPDX-License-Identifier: MIT
// expect: elman::Net: a prediction keeps too little for bptt, and predict(x, prediction) fills it; forward fills a tape
// expect: elman::Net: a prediction keeps too little for bptt, and predict(x, prediction) fills it; forward fills a tape
// expect: elman::Net: predict fills a prediction, and forward a tape: auto prediction = net.prediction(); predict(x,
// expect: elman::Net::predict: o and y are left in a prediction: auto prediction = net.prediction(); net.predict(x,
// expect: elman::Net: the prediction is a temporary, and what predict leaves in it is lost; keep one: auto prediction =
// expect: elman::Net: this is the prediction of another type of net; make it by prediction() of this one
// expect: elman::Net::predict: third comes what is read, elman::every_step, elman::last_step or elman::at_steps({...})
// expect: elman::Net::predict: fourth comes where sequences start, h0 or a state; it draws no noise, which is forward's
// expect: elman::Prediction: it keeps h of no step but the last, last_h(); forward(x, tape) leaves all in tape.h(), and
#include "elman/elman.hpp"

using Net = elman::RNNCell<float, 3, 5, 2>;
using Other = elman::RNNCell<float, 3, 6, 2>;

void run(const Net& net, const elman::Sequences<float, 3>& x, Net::Tape& tape, Net::Prediction& prediction,
         Other::Prediction& other, Net::Gradient& gradient, elman::Random& random,
         Net::StateOf<elman::Dynamic>& state) {
  const elman::Matrix<float, 5, elman::Dynamic> h0(5, x.steps.batch());
  static_cast<void>(tape), static_cast<void>(other), static_cast<void>(gradient), static_cast<void>(random);
#if ELMAN_FAIL == 1
  net.bptt(x, prediction, gradient);
#elif ELMAN_FAIL == 2
  net.forward(x, prediction, elman::last_step);
#elif ELMAN_FAIL == 3
  net.predict(x, tape, elman::last_step);
#elif ELMAN_FAIL == 4
  const auto y = net.predict(x);
#elif ELMAN_FAIL == 5
  net.predict(x, net.prediction(), elman::last_step);
#elif ELMAN_FAIL == 6
  net.predict(x, other);
#elif ELMAN_FAIL == 7
  net.predict(x, prediction, h0);
#elif ELMAN_FAIL == 8
  net.predict(x, prediction, elman::last_step, random);
#elif ELMAN_FAIL == 9
  const auto h = prediction.h();
#else
  net.predict(x, prediction);
  net.predict(x, prediction, {});
  net.predict(x, prediction, elman::last_step, h0);
  net.predict(x, prediction, elman::at_steps({0}), state);
  net.predict(x, prediction, elman::every_step, {.start = state});
#endif
}
