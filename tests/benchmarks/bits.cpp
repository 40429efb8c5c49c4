// SPDX-License-Identifier: MIT
//
// What the library computes, as hashes of its bits: a line `name hash` for each of many nets, batches, read-outs,
// losses, optimizers and levels of vector instructions. Two trees whose lines agree compute the same; `diff` names what
// does not. For a tree before and one after,
//
//   g++ -std=c++20 -O2 -I TREE/include -I /usr/include/eigen3 bits.cpp -o bits && ./bits
//
// Only names of README are used, so that one file compiles against both. Bits depend on the compiler and its flags:
// compare what one compiler made of both, then again with -march=native, with -DELMAN_NO_KERNELS, with another
// compiler. What depends on how a norm is summed has "clip_norm" in its name, what takes an optimizer's root has
// "root".
#include <elman/elman.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace elman;

#if !__has_include(<elman/net/noise.hpp>)
constexpr Random* no_noise = nullptr;  // a tree in which nothing need be said
#endif

/// FNV-1a.
class Hash {
 public:
  void add(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t k = 0; k < size; ++k) value_ = (value_ ^ bytes[k]) * 1099511628211U;
  }
  template <class M>
  void add(const Eigen::DenseBase<M>& matrix) {
    const Index shape[] = {matrix.rows(), matrix.cols()};
    add(shape, sizeof shape);
    for (Index column = 0; column < matrix.cols(); ++column) {
      for (Index row = 0; row < matrix.rows(); ++row) {
        const typename M::Scalar number = matrix(row, column);
        add(&number, sizeof number);
      }
    }
  }
  void print(const std::string& name) const {
    std::printf("%s %016llx\n", name.c_str(), static_cast<unsigned long long>(value_));
  }

 private:
  std::uint64_t value_ = 14695981039346656037U;
};

template <class... Matrices>
void print(const std::string& name, const Matrices&... matrices) {
  Hash hash;
  (hash.add(matrices), ...);
  hash.print(name);
}

/// An activation without a form in vectors.
struct Softsign {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return a / (Scalar(1) + (a < Scalar(0) ? -a : a));
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    const Scalar rest = Scalar(1) - (h < Scalar(0) ? -h : h);
    return rest * rest;
  }
};

template <class Number>
void fill(Number* numbers, Index count, Random& random, double scale) {
  for (Index k = 0; k < count; ++k) numbers[k] = static_cast<Number>(scale * random.normal());
}
template <class M>
M drawn(Index rows, Index cols, Random& random) {
  M matrix(rows, cols);
  fill(matrix.data(), matrix.size(), random, 1);
  return matrix;
}

/// The net with numbers in all its parameters.
template <class Net>
Net filled(Net net) {
  Random random(1);
  auto theta = net.theta();
  fill(theta.data(), theta.size(), random, 0.25);
  return net;
}
template <class Scalar, class Output = Softmax, class Body>
auto net_of(const Body& body, Index out) {
  using Read = Readout<Dynamic, Dynamic, Output>;
  return filled(Net<Scalar, Body, Read>{body, Read{body.out(), out}, zero});
}

// What a net reads.

template <class Net>
using ScalarOfNet = typename Net::Gradient::Scalar;

struct FromColumns {
  static constexpr bool is_numbers = true;
  template <class Net>
  static auto x(const Net& net, const std::vector<Index>& lengths, Random& random) {
    using Sequence = Columns<ScalarOfNet<Net>, Net::Gradient::in_size>;
    std::vector<Sequence> sequences;
    for (const Index length : lengths) sequences.push_back(drawn<Sequence>(net.in(), length, random));
    return pack(sequences);
  }
};
Labels tokens(Index vocabulary, const std::vector<Index>& lengths, Random& random) {
  std::vector<std::vector<Index>> lists;
  for (const Index length : lengths) {
    lists.emplace_back();
    for (Index t = 0; t < length; ++t) lists.back().push_back(random.below(vocabulary));
  }
  return pack(lists);
}
struct FromTokens {
  static constexpr bool is_numbers = false;
  template <class Net>
  static auto x(const Net& net, const std::vector<Index>& lengths, Random& random) {
    return tokens(net.in(), lengths, random);
  }
};
struct FromPairs {
  static constexpr bool is_numbers = false;
  template <class Net>
  static auto x(const Net& net, const std::vector<Index>& lengths, Random& random) {
    std::vector<Index> reversed(lengths.rbegin(), lengths.rend());
    auto source = tokens(net.body().encoder().in(), reversed, random);
    return SourceTarget{source, tokens(net.body().decoder().in(), lengths, random)};
  }
};

// What it is compared with: labels for a cross-entropy, numbers in [0, 1] for the others.

template <class Tape>
auto targets_of(const loss::CrossEntropy&, const Tape& tape, Random& random) {
  std::vector<Index> labels;
  for (Index column = 0; column < tape.o().cols(); ++column) labels.push_back(random.below(tape.o().rows()));
  return labels;
}
template <class Loss, class Tape>
auto targets_of(const Loss&, const Tape& tape, Random& random) {
  Matrix<typename Tape::Scalar, Dynamic, Dynamic> targets(tape.o().rows(), tape.o().cols());
  for (Index column = 0; column < targets.cols(); ++column) {
    for (Index row = 0; row < targets.rows(); ++row) {
      targets(row, column) = static_cast<typename Tape::Scalar>(random.uniform());
    }
  }
  return targets;
}

struct Batch {
  const char* name;
  std::vector<Index> lengths;
};
const std::vector<Batch>& batches() {
  static const std::vector<Batch> all{
      {"one", {12}}, {"even", {6, 6, 6, 6, 6}}, {"ragged", {4, 9, 1, 7, 3, 7, 2}}, {"wide", std::vector<Index>(67, 4)}};
  return all;
}

template <class Tape>
void print_forward(const std::string& name, const Tape& tape) {
  print(name + " forward", tape.h(), tape.o(), tape.y(), tape.last_h());
}

/// The loss of what is in the tape, and its gradients.
template <class From, class Net, class X, class Tape, class Loss>
void print_backward(const std::string& name, const Net& net, const X& x, Tape& tape, const Loss& loss, bool asked) {
  using Scalar = ScalarOfNet<Net>;
  Random random(3);
  const Scalar L = loss(tape, targets_of(loss, tape, random));
  print(name + " loss", Vector<Scalar, 1>(L), std::as_const(tape).d_o());
  auto gradient = net.zero_gradient();
  Columns<Scalar, Net::Gradient::in_size> d_x;
  Columns<Scalar, Net::Gradient::state_size> d_h0;
  if (!asked) {
    net.bptt(x, tape, gradient);
  } else if constexpr (From::is_numbers) {
    net.bptt(x, tape, gradient, {.d_x = &d_x, .d_h0 = &d_h0});
  } else {
    net.bptt(x, tape, gradient, {.d_h0 = &d_h0});
  }
  print(name + " bptt", std::as_const(gradient).theta(), d_x, d_h0);
}

/// All batches, all read-outs, all ways to start.
template <class From, class Net, class Loss>
void run(const std::string& name, const Net& net, const Loss& loss) {
  using Scalar = ScalarOfNet<Net>;
  Random random(2);
  auto tape = net.tape();
  for (const Batch& batch : batches()) {
    const auto x = From::x(net, batch.lengths, random);
    const auto B = static_cast<Index>(batch.lengths.size());
    const auto h0 = drawn<Columns<Scalar, Net::Gradient::state_size>>(net.state(), B, random);
    const auto with = [&](const char* read_name, const ReadSteps& read) {
      const std::string its_name = name + " " + batch.name + " " + read_name;
      net.forward(x, tape, read, {.random = no_noise});
      print_forward(its_name, tape);
      print_backward<From>(its_name, net, x, tape, loss, false);
      net.forward(x, tape, read, {.start = h0, .random = no_noise});
      print_forward(its_name + " h0", tape);
      print_backward<From>(its_name + " h0", net, x, tape, loss, true);
      Random masks(4);
      net.forward(x, tape, read, masks);
      print_forward(its_name + " masks", tape);
      print_backward<From>(its_name + " masks", net, x, tape, loss, true);
    };
    with("every", every_step);
    with("last", last_step);
    with("run", at_steps({1, 2}));
    with("listed", at_steps({0, 3}));
  }
}

/// Chunks of streams that carry their state.
template <class From, class Net, class Loss>
void run_chunks(const std::string& name, const Net& net, const Loss& loss) {
  Random random(5);
  auto tape = net.tape();
  auto state = net.initial_state(3);
  for (int chunk = 0; chunk < 3; ++chunk) {
    const auto x = From::x(net, {5, 5, 5}, random);
    net.forward(x, tape, every_step, {.start = state, .random = no_noise});
    const std::string its_name = name + " chunk" + std::to_string(chunk);
    print_forward(its_name, tape);
    print(its_name + " state", state.h);
    print_backward<From>(its_name, net, x, tape, loss, chunk > 0);
    if (chunk == 1) net.reset(state, 1);
  }
}

/// Steps of one stream and of three.
template <class From, class Net>
void run_steps(const std::string& name, const Net& net) {
  using Scalar = typename std::remove_cvref_t<decltype(net.initial_state().y)>::Scalar;
  Random random(6);
  auto one = net.initial_state();
  auto three = net.initial_state(3);
  Hash hash_of_one, hash_of_three;
  for (int t = 0; t < 10; ++t) {
    if constexpr (From::is_numbers) {
      using Column = Matrix<Scalar, std::remove_cvref_t<decltype(net.body())>::in_size, Dynamic>;
      const Column x = drawn<Column>(net.in(), 3, random);
      hash_of_one.add(net.step(x.col(1), one));
      hash_of_three.add(net.step(x, three));
    } else {
      const std::vector<Index> picked{random.below(net.in()), random.below(net.in()), random.below(net.in())};
      hash_of_one.add(net.step(picked[1], one));
      hash_of_three.add(net.step(picked, three));
    }
    hash_of_one.add(one.h);
    hash_of_three.add(three.h);
  }
  hash_of_one.print(name + " step");
  hash_of_three.print(name + " step3");
}
/// θ after some training steps; clip(gradient) comes before the optimizer.
template <class From, class Net, class Loss, class Make, class Clip>
void train(const std::string& name, Net net, const Loss& loss, const Make& make, const Clip& clip) {
  Random random(7);
  auto optimizer = make(net);
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  for (int step = 0; step < 8; ++step) {
    const auto x = From::x(net, {4, 2, 5, 1 + step}, random);
    net.forward(x, tape, last_step, random);
    loss(tape, targets_of(loss, tape, random));
    gradient.set_zero();
    net.bptt(x, tape, gradient);
    clip(gradient);
    optimizer.step(net, gradient);
  }
  print(name, std::as_const(net).theta());
}
const auto no_clip = [](auto&) {};
const auto clip_by_norm = [](auto& gradient) { optim::clip_norm(gradient, 0.05); };
const auto sgd = [](const auto& net) { return optim::SGD{net, {.learning_rate = 0.1}}; };

/// SGD, which every net has.
template <class From, class Net, class Loss>
void train_sgd(const std::string& name, const Net& net, const Loss& loss) {
  train<From>(name + " sgd", net, loss, sgd, no_clip);
  train<From>(name + " sgd clip_norm", net, loss, sgd, clip_by_norm);
}
template <class From, class Net, class Loss>
void train_all(const std::string& name, const Net& net, const Loss& loss) {
  train_sgd<From>(name, net, loss);
  train<From>(name + " sgd clip_value", net, loss, sgd, [](auto& gradient) { optim::clip_value(gradient, 0.01); });
  const auto with = [&](const char* its_name, const auto& make) {
    train<From>(name + " " + its_name, net, loss, make, no_clip);
  };
  with("momentum", [](const auto& its) {
    return optim::SGD{its, {.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.1, .weight_decay = 1e-3}};
  });
  with("nesterov", [](const auto& its) {
    return optim::SGD{its, {.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}};
  });
  with("root adagrad", [](const auto& its) {
    return optim::Adagrad{its, {.learning_rate_decay = 0.1, .weight_decay = 1e-3}};
  });
  with("root rmsprop", [](const auto& its) { return optim::RMSprop{its, {.weight_decay = 1e-3}}; });
  with("root rmsprop centered", [](const auto& its) {
    return optim::RMSprop{its, {.momentum = 0.9, .centered = true}};
  });
  with("root adam", [](const auto& its) { return optim::Adam{its, {.learning_rate = 1e-2, .weight_decay = 1e-3}}; });
  with("root amsgrad", [](const auto& its) { return optim::Adam{its, {.learning_rate = 1e-2, .amsgrad = true}}; });
  with("root adamw", [](const auto& its) { return optim::AdamW{its, {.learning_rate = 1e-2}}; });
  train<From>(name + " penalty", net, loss, sgd, [&](auto& gradient) {
    const optim::L2Penalty penalty{net, {{"W", 1e-2}, {"V", 1e-3}}};
    print(name + " penalty itself", Vector<double, 1>(static_cast<double>(penalty(net, gradient))));
  });
}

/// Every form of targets and options of the losses, on what one forward has left.
template <class Scalar>
void run_losses(const std::string& name) {
  Random random(8);
  const auto with = [&](const char* its_name, auto& tape, const auto& loss, const auto& targets) {
    const Scalar L = loss(tape, targets);
    print(name + " " + its_name, Vector<Scalar, 1>(L), std::as_const(tape).d_o());
  };
  const auto filled_tape = [&](const auto& net) {
    auto tape = net.tape();
    net.forward(FromColumns::x(net, {5, 3, 8}, random), tape);
    return tape;
  };
  const std::vector<double> weights{1, 0, 0.5, 2, 1, 1, 3, 0, 1, 1, 1, 0.25, 1, 1, 1, 2};
  {
    auto tape = filled_tape(filled(RNNCell<Scalar, Dynamic, Dynamic, Dynamic>(3, 7, 5, zero)));
    const auto labels = targets_of(loss::CrossEntropy{}, tape, random);
    const auto distributions = Matrix<Scalar, Dynamic, Dynamic>(tape.y());
    const loss::CrossEntropy plain, options{{.reduction = loss::Reduction::sum,
                                             .class_weights = {1, 2, 0.5, 1, 3},
                                             .label_smoothing = 0.1,
                                             .ignored_label = 2}};
    with("cross_entropy", tape, plain, labels);
    with("cross_entropy options", tape, options, labels);
    with("cross_entropy weighted", tape, options, loss::weighted(labels, weights));
    with("cross_entropy distributions", tape, plain, distributions);
    with("cross_entropy distributions weighted", tape, plain, loss::weighted(distributions, weights));
  }
  {
    auto tape = filled_tape(filled(RNNCell<Scalar, Dynamic, Dynamic, Dynamic, Tanh, Identity>(3, 7, 5, zero)));
    const auto targets = targets_of(loss::SquaredError{}, tape, random);
    with("squared_error", tape, loss::SquaredError{}, targets);
    with("squared_error weighted", tape, loss::SquaredError{{.reduction = loss::Reduction::sum}},
         loss::weighted(targets, weights));
  }
  {
    auto tape = filled_tape(filled(RNNCell<Scalar, Dynamic, Dynamic, Dynamic, Tanh, Sigmoid>(3, 7, 5, zero)));
    const auto targets = targets_of(loss::BinaryCrossEntropy{}, tape, random);
    with("binary_cross_entropy", tape, loss::BinaryCrossEntropy{}, targets);
    with("binary_cross_entropy weighted", tape, loss::BinaryCrossEntropy{{.positive_weights = {1, 2, 3, 0.5, 1}}},
         loss::weighted(targets, weights));
  }
}

/// What both scalars have.
template <class Scalar>
void run_nets(const std::string& name) {
  {
    const auto net = filled(RNNCell<Scalar, 4, 37, 5>{zero});
    run<FromColumns>(name + " cell", net, loss::CrossEntropy{});
    run_steps<FromColumns>(name + " cell", net);
    train_sgd<FromColumns>(name + " cell", net, loss::CrossEntropy{});
  }
  {
    auto body = Stacked{Bidirectional{LearnedStart{Recurrence{5, 18}}, Recurrence{5, 7}}, Recurrence{25, 33}};
    run<FromColumns>(name + " both ways", net_of<Scalar, Identity>(body, 4), loss::SquaredError{});
  }
  run_losses<Scalar>(name);
}

/// What float alone has: every kind of layer, optimizers, weights of few bits.
void run_float_nets(const std::string& name) {
  const loss::CrossEntropy loss;
  Random random(9);
  {
    auto body = Stacked{Embedding{11, 6}, Dropout{Recurrence{6, 20, {.zoneout = 0.1}}, {.rate = 0.2}},
                        Dropout{Recurrence{20, 9, {.recurrent_dropout = 0.3}}, {.rate = 0.1, .variational = true}},
                        Recurrence{9, 8, {.recurrent_dropout = 0.2, .zoneout = 0.25}}};
    const auto net = net_of<float>(body, 11);
    run<FromTokens>(name + " noisy", net, loss);
    run_chunks<FromTokens>(name + " noisy", net, loss);
    run_steps<FromTokens>(name + " noisy", net);
    train_all<FromTokens>(name + " noisy", net, loss);
  }
  {
    auto body =
        EncoderDecoder{Stacked{Embedding{9, 5}, Bidirectional{Recurrence{5, 6}, Recurrence{5, 11}}}, Recurrence{8, 17}};
    const auto net = net_of<float>(body, 6);
    run<FromPairs>(name + " translator", net, loss);
    auto tape = net.tape();
    auto state = net.encode(tokens(9, {3, 5, 2}, random), tape);
    const std::vector<Index> picked{1, 7, 0};
    print(name + " encode", net.step(picked, state), state.h);
  }
  {
    using Body = Stacked<LearnedStart<Recurrence<7, 9>>, Recurrence<9, 16, Softsign>, Recurrence<16, 70, ReLU>>;
    const auto net = filled(Net<float, Body, Readout<70, 7>>{zero});
    run_chunks<FromTokens>(name + " stack", net, loss);
    run_steps<FromTokens>(name + " stack", net);
    run_steps<FromTokens>(name + " stack int8", freeze<std::int8_t>(net).net());
    run_steps<FromTokens>(name + " stack int16", freeze<std::int16_t>(net).net());
    run_steps<FromTokens>(name + " stack bfloat16", freeze<BFloat16>(net).net());
    train<FromTokens>(
        name + " stack root adam", net, loss,
        [](const auto& its) {
          return optim::Adam{its, {.learning_rate = 1e-2}};
        },
        no_clip);
    Sampler sampler{{.temperature = 0.8, .top_k = 5, .top_p = 0.95}};
    auto state = net.initial_state();
    const std::vector<Index> prefix{3, 1};
    const auto written = generate(net, state, prefix, {.length = 50}, sampler, random);
    Hash hash;
    hash.add(written.data(), written.size() * sizeof(Index));
    hash.print(name + " generate");
  }
  {
    const auto net = filled(RNNCell<float, 4, 37, 5>{zero});
    typename std::remove_cv_t<decltype(net)>::template FixedTape<9, 7> tape;
    for (const Batch& batch : batches()) {
      if (batch.lengths.size() > 7 || batch.lengths[0] > 9) continue;
      const auto x = FromColumns::x(net, batch.lengths, random);
      net.forward(x, tape);
      print_forward(name + " fixed tape " + batch.name, tape);
      print_backward<FromColumns>(name + " fixed tape " + batch.name, net, x, tape, loss, true);
    }
    auto state = net.initial_state();
    net.settle(Vector<float, 4>(1, -1, 2, 0), state);
    print(name + " settle", state.h, state.y);
    const std::string text = cpp_header<std::int8_t>(net, "model");
    Hash hash;
    hash.add(text.data(), text.size());
    hash.print(name + " header");
  }
}

void run_schedules() {
  const auto with = [](const char* name, const auto& schedule) {
    Vector<double, 40> rates;
    for (Index step = 0; step < rates.size(); ++step) rates(step) = schedule(step);
    print(name, rates);
  };
  with("schedule step", optim::StepSchedule{{.every = 7}});
  with("schedule exponential", optim::ExponentialSchedule{{.factor = 0.9}});
  with("schedule cosine", optim::CosineSchedule{{.steps = 30}});
  with("schedule linear", optim::LinearSchedule{{.steps = 20}});
  with("schedule one cycle", optim::OneCycleSchedule{{.steps = 38}});
}

}  // namespace

int main() {
  const Simd best = best_simd();
  const char* const names[] = {"compiled", "avx2", "avx512"};
  for (const Simd limit : {Simd::compiled, Simd::avx2, Simd::avx512}) {
    if (limit > best || limit_simd(limit) != limit) continue;  // the flags guarantee more, or there is no such level
    const std::string name = names[static_cast<int>(limit)];
    run_nets<float>(name + " float");
    run_nets<double>(name + " double");
    run_float_nets(name + " float");
  }
  run_schedules();
}
