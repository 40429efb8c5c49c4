// SPDX-License-Identifier: MIT
//
// Groups of parameters: an optimizer with another learning rate or weight decay for some matrices of a net, or none
// that moves them (param_groups and requires_grad of PyTorch):
//
//   optim::Grouped adam{optim::AdamW{net, {.learning_rate = 1e-3, .weight_decay = 1e-2}}, net,
//                       {{.name = "b", .weight_decay = 0},
//                        {.name = "layer0", .fixed = true},
//                        {.name = "layer1.W", .learning_rate = 1e-4}}};
//   adam.step(net, gradient);        adam.step(net, gradient, schedule(k));
//
// The optimizer keeps its one state and one count of steps; a group is a list of ranges of θ, found when this is made.
// A guard goes around it: SkipNonFinite{Grouped{…}}.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/model.hpp"
#include "elman/optim/named_matrices.hpp"
#include "elman/optim/optimizer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace optim {

/// What is not given is the optimizer's own.
struct ParameterGroup {
  std::string name = {};                     ///< of a matrix, a letter, or the path of a part (named_matrices.hpp)
  std::optional<double> learning_rate = {};  ///< in the range of the optimizer's
  std::optional<double> weight_decay = {};   ///< the same; coupled or decoupled, as the optimizer has it
  bool fixed = false;                        ///< neither gradient nor weight decay nor what was summed up moves it
};

}  // namespace optim

namespace detail {

template <class Derived, class Scalar, class Options, class State>
void is_optimizer_base(const optim::OptimizerBase<Derived, Scalar, Options, State>&);

template <class O>
concept HasOptimizerBase = requires(const O& optimizer) {
  is_optimizer_base(optimizer);
};

struct AnyMatrix {
  void operator()(const std::string&, const auto&) const {}
};
/// A net: matrices with names, in one vector.
template <class Net>
concept HasNamedMatrices = HasTheta<const Net> && requires(const Net& net) {
  net.for_each(AnyMatrix());
};

}  // namespace detail

namespace optim {

template <class Wrapped>
class Grouped {
  static_assert(
      detail::HasOptimizerBase<Wrapped>,
      "elman::optim::Grouped: groups need an optimizer made on elman::optim::OptimizerBase, as all of elman's "
      "are; what guards one goes around: SkipNonFinite{Grouped{...}}");

 public:
  using Options = typename Wrapped::Options;
  using State = typename Wrapped::State;

  /// Of an optimizer and the net that it was made for. A whole name comes before a letter or a path. Throws if a name
  /// fits no matrix, two names of one kind fit the same matrix, or a number is out of the optimizer's range.
  template <class Net>
  Grouped(Wrapped optimizer, const Net& net, std::vector<ParameterGroup> groups)
      : optimizer_(std::move(optimizer)), groups_(std::move(groups)) {
    static_assert(detail::is_model<Net>());
    static_assert(
        detail::HasNamedMatrices<Net>,
        "elman::optim::Grouped: groups are named after the matrices of a net; make one from a Net or RNNCell");
    const Index count = net.theta().size();
    detail::require_that(count == optimizer_.parameter_count(), "Grouped: net has ", count, " parameters; expected ",
                         optimizer_.parameter_count(), " as the optimizer was made for");
    for (const ParameterGroup& group : groups_) members_.push_back(member_of(group));
    members_.push_back({optimizer_.options(), false, "Grouped::step"});
    find_ranges(detail::named_matrices(net), count);
  }

  /// A step of the optimizer. Throws, before anything is written, unless model and gradient are nets, or vectors θ, of
  /// as many parameters as the one this was made for. No heap.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient) {
    step(model, gradient, options().learning_rate);
  }

  /// With the learning rate of a schedule in the place of the optimizer's. Those of groups go with it, in proportion,
  /// as PyTorch's LambdaLR has it: at half the optimizer's own, a group's is half its own.
  template <class Model, class Gradient>
  void step(Model&& model, const Gradient& gradient, double learning_rate) {
    static_assert(detail::is_model<Model>() && detail::is_gradient_of_model<Gradient>());
    static_assert(detail::HasTheta<Model> && detail::HasTheta<const Gradient>,
                  "elman::optim::Grouped: groups are ranges of one vector theta(); a tuple of models has several");
    optimizer_.check_arguments("Grouped", model, gradient, learning_rate);
    for (const Member& member : members_) {
      if (!member.fixed) Wrapped::check_rate_of(member.options, rate_of(member, learning_rate), member.step_name);
    }
    optimizer_.count_step();
    for (const Range& range : ranges_) {
      const Member& member = members_[range.member];
      if (member.fixed) continue;
      optimizer_.update_range(member.options, model, gradient, range.first, range.last - range.first,
                              rate_of(member, learning_rate));
    }
  }

  /// Sets the gradient of what is fixed to 0, so that it has no part in norms (clip.hpp) and guards (finite.hpp), in
  /// which it otherwise counts like any other: bptt leaves one there, where PyTorch has none after
  /// requires_grad_(False). Throws unless it has as many parameters as the model.
  template <class Gradient>
  void clear_fixed(Gradient& gradient) const {
    static_assert(detail::is_gradient_of_model<Gradient>());
    const Index count = gradient.theta().size();
    detail::require_that(count == optimizer_.parameter_count(), "Grouped::clear_fixed: gradient has ", count,
                         " parameters; expected ", optimizer_.parameter_count(), " as in model");
    for (const Range& range : ranges_) {
      if (members_[range.member].fixed) gradient.theta().segment(range.first, range.last - range.first).setZero();
    }
  }

  /// Of the optimizer: what no group has otherwise.
  const Options& options() const { return optimizer_.options(); }
  const std::vector<ParameterGroup>& groups() const { return groups_; }
  const Wrapped& optimizer() const { return optimizer_; }

  /// The optimizer's: see OptimizerBase.
  const State& state() const { return optimizer_.state(); }
  void restore(const State& state) { optimizer_.restore(state); }

 private:
  /// A group; the last is what no name fits.
  struct Member {
    Options options;
    bool fixed;
    std::string step_name;  ///< for messages
  };
  struct Range {
    Index first, last;  ///< of θ
    std::size_t member;
  };

  Member member_of(const ParameterGroup& group) const {
    const std::string name = "group \"" + group.name + "\"";
    Options options = optimizer_.options();
    if (group.learning_rate) options.learning_rate = *group.learning_rate;
    if constexpr (requires { options.weight_decay; }) {
      if (group.weight_decay) options.weight_decay = *group.weight_decay;
    } else {
      detail::require_that(!group.weight_decay, "Grouped: ", name, ": weight_decay is ", group.weight_decay.value_or(0),
                           "; expected none, as the optimizer has none");
    }
    Wrapped::check_options(options, "Grouped: " + name);
    return {options, group.fixed, "Grouped::step: " + name};
  }

  double rate_of(const Member& member, double learning_rate) const {
    const double own = options().learning_rate, of_member = member.options.learning_rate;
    return of_member == own ? learning_rate : of_member * (learning_rate / own);
  }

  /// The group of a matrix, whose name fits it best.
  std::size_t group_of(const std::string& matrix) const {
    const std::size_t none = groups_.size();
    std::size_t group = none, rival = none;
    auto best = detail::NameFit::none;
    for (std::size_t k = 0; k < groups_.size(); ++k) {
      const auto fit = detail::name_fit(matrix, groups_[k].name);
      if (fit == detail::NameFit::none || fit < best) continue;
      rival = fit == best ? group : none;
      group = k;
      best = fit;
    }
    if (rival != none) {
      detail::fail("Grouped: \"", groups_[rival].name, "\" and \"", groups_[group].name, "\" both fit ", matrix,
                   "; expected one group a matrix; its whole name comes before a letter or a path");
    }
    return group;
  }

  /// Matrices of the same group that lie side by side are one range.
  void find_ranges(const std::vector<detail::NamedMatrix>& matrices, Index count) {
    for (const auto& group : groups_) {
      detail::for_each_named("Grouped", matrices, group.name, [](std::size_t, detail::NameFit) {});
    }
    Index end = 0;
    const auto add = [&](Index last, std::size_t member) {
      if (last == end) return;
      if (!ranges_.empty() && ranges_.back().member == member) {
        ranges_.back().last = last;
      } else {
        ranges_.push_back({end, last, member});
      }
      end = last;
    };
    for (const auto& matrix : matrices) {
      add(matrix.first, groups_.size());  // parameters without a name
      add(matrix.first + matrix.size, group_of(matrix.name));
    }
    add(count, groups_.size());
  }

  Wrapped optimizer_;
  std::vector<ParameterGroup> groups_;
  std::vector<Member> members_;
  std::vector<Range> ranges_;
};

}  // namespace optim
}  // namespace ELMAN_ABI
}  // namespace elman
