// SPDX-License-Identifier: MIT
// expect: elman::Net: a batch of sequences must be packed: elman::pack(x)
// expect: elman::Net: one sequence of tokens must be packed too: elman::pack(std::array{tokens})
// expect: elman::Net: x comes first, then the tape: forward(x, tape), bptt(x, tape, gradient)
// expect: elman::Net: the tape is a temporary, and what forward leaves in it is lost; keep one: auto tape = net.tape()
// expect: elman::Net: this is the tape of another type of net; make it by tape() of this one
// expect: elman::Net::forward: o and y are left in a tape: auto tape = net.tape(); net.forward(x, tape); tape.y()
// expect: elman::Net::forward: third comes what is read, elman::every_step, elman::last_step or elman::at_steps({...})
// expect: elman::Net::forward: third comes what is read, elman::every_step, elman::last_step or elman::at_steps({...})
// expect: elman::Net::bptt: gradient must be one of this net, made by `auto gradient = net.zero_gradient();`
// expect: elman::Net::bptt: the gradient is a temporary, and what is added to it is lost; keep one: auto gradient =
// expect: elman::Net::bptt: x, tape and gradient are its arguments: auto gradient = net.zero_gradient();
// expect: elman::Net::bptt: gradients of x and h0 are asked for by name: bptt(x, tape, gradient, {.d_x = &d_x})
// expect: elman::Net: x comes first, then the tape: forward(x, tape), bptt(x, tape, gradient)
// expect: elman::Net: the second argument must be a tape, a variable: auto tape = net.tape(); forward(x, tape)
// expect: elman::Net::step: second comes a state of this net, a variable: auto state = net.initial_state();
// expect: elman::Net::step: x must be an Eigen vector of In rows, a column a stream (elman::Vector<float, 1>(x) of one
// expect: elman::Net::step: second comes a state of this net, a variable: auto state = net.initial_state();
// expect: elman::pack: a batch is a list (std::vector, std::array) of sequences, and a sequence an Eigen matrix
// expect: elman::pack: this is one sequence, and a batch is a list of them: elman::pack(std::array{sequence})
#include <vector>

#include "elman/elman.hpp"

using Net = elman::RNNCell<float, 3, 5, 2>;
using Other = elman::RNNCell<float, 3, 6, 2>;
using Batch = std::vector<elman::Matrix<float, 3, elman::Dynamic>>;

void run(const Net& net, const Batch& batch, Net::Tape& tape, Net::Gradient& gradient, elman::Random& random,
         Other::Tape& other_tape, Other::Gradient& other_gradient, Net::StateOf<1>& state) {
  const auto x = elman::pack(batch);
  const elman::Matrix<float, 5, elman::Dynamic> h0(5, static_cast<elman::Index>(batch.size()));
  elman::Columns<float, 3> d_x;
  static_cast<void>(other_tape), static_cast<void>(other_gradient), static_cast<void>(random), static_cast<void>(h0);
#if ELMAN_FAIL == 1
  net.forward(batch, tape);
#elif ELMAN_FAIL == 2
  net.forward(std::vector<int>{1, 2}, tape);
#elif ELMAN_FAIL == 3
  net.forward(tape, x);
#elif ELMAN_FAIL == 4
  net.forward(x, net.tape(), elman::last_step);
#elif ELMAN_FAIL == 5
  net.forward(x, other_tape);
#elif ELMAN_FAIL == 6
  const auto y = net.forward(x);
#elif ELMAN_FAIL == 7
  net.forward(x, tape, h0);
#elif ELMAN_FAIL == 8
  net.forward(x, tape, {.random = &random});
#elif ELMAN_FAIL == 9
  net.bptt(x, tape, other_gradient);
#elif ELMAN_FAIL == 10
  net.bptt(x, tape, net.zero_gradient());
#elif ELMAN_FAIL == 11
  net.bptt(x, tape);
#elif ELMAN_FAIL == 12
  net.bptt(x, tape, gradient, &d_x);
#elif ELMAN_FAIL == 13
  net.bptt(tape, x, gradient);
#elif ELMAN_FAIL == 14
  net.bptt(x, gradient, tape);
#elif ELMAN_FAIL == 15
  net.step(state, x.columns.col(0));
#elif ELMAN_FAIL == 16
  net.step(0.5F, state);
#elif ELMAN_FAIL == 17
  const auto y = net.step(x.columns.col(0), net.initial_state());
#elif ELMAN_FAIL == 18
  const auto packed = elman::pack(std::vector<std::vector<float>>{{1, 2}});
#elif ELMAN_FAIL == 19
  const auto packed = elman::pack(std::vector<long>{1, 2});
#else
  net.forward(x, tape, elman::at_steps({0}), h0);
  net.forward(x, tape, elman::every_step, {.start = h0, .random = &random});
  net.forward(x, tape, {});
  net.bptt(x, tape, gradient, {.d_x = &d_x});
  net.bptt(x, tape, gradient, {});
  net.step(x.columns.col(0), state);
  net.step(1, state);
#endif
}
