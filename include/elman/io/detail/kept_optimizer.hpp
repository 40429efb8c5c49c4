// SPDX-License-Identifier: MIT
//
// What an optimizer, and a learning rate that depends on what it has seen, leave in a checkpoint (kept.hpp).
#pragma once

#include <string>
#include <tuple>
#include <type_traits>

#include "elman/io/detail/option_text.hpp"
#include "elman/io/detail/whole_numbers.hpp"
#include "elman/io/net.hpp"
#include "elman/layers/form.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/grouped.hpp"
#include "elman/optim/keep_orthogonal.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// As optim::OptimizerBase makes it.
template <class Type>
concept IsKeptOptimizer = requires(Type& optimizer, const Type& constant) {
  optimizer.restore(constant.state());
  constant.state().vectors();
  constant.state().steps;
  constant.options();
};

/// Which it is: of ours by its options, of one of your own by its form().
template <IsKeptOptimizer Type>
std::string optimizer_text(const Type& optimizer) {
  using First = std::remove_cvref_t<decltype(std::get<0>(optimizer.state().vectors()))>;
  static_assert(is_file_scalar<typename First::value_type>());
  constexpr bool has_form = elman::detail::HasForm<Type, FormOptions>;
  static_assert(
      has_form || requires { form_of_options(optimizer.options()); },
      "elman::io::Checkpoint::keep: an optimizer of your own says its name and its options, but for the "
      "learning rate, in `elman::FormOptions form() const`; see elman/layers/form.hpp");
  FormOptions options;
  if constexpr (has_form) {
    options = optimizer.form();
  } else if constexpr (requires { form_of_options(optimizer.options()); }) {
    options = form_of_options(optimizer.options());
  }
  return join(option_text(options), " of ", std::get<0>(optimizer.state().vectors()).size(), " parameters in ",
              number_name<typename First::value_type>());
}
/// Which groups there are, and what of them is not a learning rate.
template <class Wrapped>
std::string optimizer_text(const optim::Grouped<Wrapped>& grouped) {
  std::string text = "elman::optim::Grouped of " + optimizer_text(grouped.optimizer()) + " and the groups";
  for (const optim::ParameterGroup& group : grouped.groups()) {
    FormOptions options{" \"" + group.name + "\"", {}};
    if (group.weight_decay) options.values.push_back({"weight_decay", *group.weight_decay});
    if (group.fixed) options.values.push_back({"fixed", 1, true});
    text += option_text(options);
  }
  return text;
}
/// Which matrices, too.
template <class Wrapped, class Scalar>
std::string optimizer_text(const optim::KeepOrthogonal<Wrapped, Scalar>& keeper) {
  std::string text = "elman::optim::KeepOrthogonal of " + optimizer_text(keeper.optimizer()) + " and the matrices";
  for (const std::string& name : keeper.names()) text += " \"" + name + "\"";
  return text;
}
template <class Guarded>
std::string optimizer_text(const optim::SkipNonFinite<Guarded>& guard) {
  return "elman::optim::SkipNonFinite of " + optimizer_text(guard.optimizer());
}

/// Count of steps, and vectors in their order; those that its options leave empty are left out.
template <class Archive, class RunState>
void visit_state(Archive& archive, RunState& state) {
  archive.whole_number("steps", state.steps);
  int k = 0;
  const auto visit = [&](const auto& vector) {
    using Scalar = typename std::remove_cvref_t<decltype(vector)>::value_type;
    const std::string name = join("vector", k++);
    Scalar* const begin = const_cast<Scalar*>(vector.data());  // vectors() of what is read into is const as well
    if (!vector.empty()) archive.vector(name, VectorView<Scalar>(begin, static_cast<Index>(vector.size())));
  };
  std::apply([&](const auto&... vectors) { (visit(vectors), ...); }, state.vectors());
}
template <class Archive, IsKeptOptimizer Type>
void visit_state_of(Archive& archive, Type& optimizer) {
  if constexpr (Archive::reads) {
    auto state = optimizer.state();
    visit_state(archive, state);
    optimizer.restore(state);
  } else {
    visit_state(archive, optimizer.state());
  }
}
template <class Archive, IsKeptOptimizer Type>
void visit_part(Archive& archive, Type& optimizer) {
  archive.is(optimizer_text(optimizer));
  visit_state_of(archive, optimizer);
}
template <class Archive, IsKeptOptimizer Guarded>
void visit_part(Archive& archive, optim::SkipNonFinite<Guarded>& guard) {
  archive.is(optimizer_text(guard));
  Index skipped = guard.skipped(), in_a_row = guard.skipped_in_a_row();
  archive.whole_number("skipped", skipped);
  archive.whole_number("skipped_in_a_row", in_a_row);
  if constexpr (Archive::reads) guard.restore(skipped, in_a_row);
  visit_state_of(archive, guard.optimizer());
}

template <class Archive>
void visit_part(Archive& archive, optim::ReduceOnPlateau& plateau) {
  archive.is(option_text(form_of_options(plateau.options())));
  const auto visit = [&](auto& state) {
    archive.vector("learning_rate", VectorView<double>(const_cast<double*>(&state.learning_rate), 1));
    archive.vector("best", VectorView<double>(const_cast<double*>(&state.best), 1));
    archive.whole_number("without_gain", state.without_gain);
    archive.whole_number("cooling", state.cooling);
  };
  if constexpr (Archive::reads) {
    auto state = plateau.state();
    visit(state);
    plateau.restore(state);
  } else {
    visit(plateau.state());
  }
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
