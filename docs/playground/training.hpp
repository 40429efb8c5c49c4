// SPDX-License-Identifier: MIT
//
// A net in training, an update at a time, so that a page can draw between them; and a net whose gradients are looked
// at.
#pragma once

#include <cstdint>
#include <elman/elman.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tasks.hpp"

namespace playground {

template <class Task>
class Training {
  struct Make {
    Task task;
    bool is_asked;
    auto operator()(Random& random) const { return is_asked ? task.ask(random) : task.make(random); }
  };
  using Source = elman::train::Generated<Make>;
  using Cell = typename Task::Cell;

 public:
  Training(const Task& task, Index hidden, std::uint64_t seed)
      : random_(seed),
        net_(task.inputs(), hidden, task.outputs(), elman::init::standard(random_)),
        adam_(net_),
        source_({task, false}, {.examples = 32, .size = 32}),
        asked_({task, true}, {.examples = 256, .size = 32}) {}

  const Cell& net() const { return net_; }

  /// Of 32 new examples; returns their loss.
  double update(double learning_rate) {
    source_.take(0, 0, &random_, batch_);
    net_.forward(batch_.x, tape_, batch_.read);
    double L = 0;
    batch_.with_targets([&](const auto& targets) { L = loss_(tape_, targets); });
    gradient_.set_zero();
    net_.bptt(batch_.x, tape_, gradient_);
    elman::optim::clip_norm(gradient_, 1.0);
    adam_.step(net_, gradient_, learning_rate);
    return L;
  }

  /// Asks for 32 examples that are not trained on; returns the share that is right, in [0, 1]. Eight calls ask for all
  /// there are, a short time each.
  double ask() {
    if (next_asked_ == 0) asked_.start(nullptr);
    asked_.take(next_asked_, 0, nullptr, batch_);
    next_asked_ = (next_asked_ + 1) % asked_.batches();
    net_.forward(batch_.x, tape_, batch_.read);
    typename Task::Metric metric;
    batch_.with_targets([&](const auto& targets) { metric.add(tape_, targets); });
    return metric.value();
  }

 private:
  Random random_;
  Cell net_;
  elman::optim::Adam<float> adam_;
  Source source_, asked_;
  Index next_asked_ = 0;
  typename Source::Batch batch_;
  typename Task::Loss loss_;
  typename Cell::Tape tape_ = net_.tape();
  typename Cell::Gradient gradient_ = net_.zero_gradient();
};

/// ‖∂L/∂h_t‖ of a net of 32 units whose orthogonal W is multiplied by a scale. It reads random symbols and is asked,
/// behind the last, which the first was.
class Flow {
 public:
  explicit Flow(Index steps) {
    Random random{2};
    for (int b = 0; b < 16; ++b) {
      Tokens symbols(static_cast<std::size_t>(steps));
      for (Index& symbol : symbols) symbol = random.below(kinds);
      labels_.push_back(symbols.front());
      sequences_.push_back(std::move(symbols));
    }
  }

  /// Fills norms() and verdict().
  void look(float scale) {
    Random random{1};
    Classifier net(kinds, 32, kinds, elman::init::standard(random));
    net.U() *= 0.3F;  // so that the state is where tanh is steep
    net.W() *= scale;
    const auto x = elman::pack(sequences_);
    auto tape = net.tape();
    auto gradient = net.zero_gradient();
    elman::GradientFlow flow{net};
    net.forward(x, tape, elman::last_step);
    elman::loss::CrossEntropy{}(tape, labels_);
    net.bptt(x, tape, gradient, {.hook = &flow});
    verdict_ = flow[0].verdict();
    norms_.clear();
    for (Index t = 0; t < x.steps.count(); ++t) norms_.push_back(flow[0].norms(t));
  }
  /// Over the sequences, a step each.
  const std::vector<elman::Spread>& norms() const { return norms_; }
  const elman::FlowVerdict& verdict() const { return verdict_; }

 private:
  static constexpr Index kinds = 8;

  std::vector<Tokens> sequences_;
  std::vector<Index> labels_;
  std::vector<elman::Spread> norms_;
  elman::FlowVerdict verdict_;
};

}  // namespace playground
