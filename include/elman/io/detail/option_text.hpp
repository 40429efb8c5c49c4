// SPDX-License-Identifier: MIT
//
// Options as a text, by which a checkpoint knows whether what resumes is what was saved. Learning rates are not among
// them: they are the program's.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "elman/io/detail/file_error.hpp"
#include "elman/layers/form.hpp"
#include "elman/optim/adadelta.hpp"
#include "elman/optim/adagrad.hpp"
#include "elman/optim/adam.hpp"
#include "elman/optim/adamw.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/optim/rmsprop.hpp"
#include "elman/optim/sgd.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

inline FormOptions form_of_options(const optim::SGDOptions& options) {
  return {"elman::optim::SGD",
          {{"momentum", options.momentum},
           {"dampening", options.dampening},
           {"weight_decay", options.weight_decay},
           {"nesterov", options.nesterov ? 1.0 : 0.0, true}}};
}
inline FormOptions form_of_options(const optim::AdagradOptions& options) {
  return {"elman::optim::Adagrad",
          {{"learning_rate_decay", options.learning_rate_decay},
           {"weight_decay", options.weight_decay},
           {"initial_sum_of_squares", options.initial_sum_of_squares},
           {"epsilon", options.epsilon}}};
}
inline FormOptions form_of_options(const optim::AdadeltaOptions& options) {
  return {"elman::optim::Adadelta",
          {{"rho", options.rho}, {"epsilon", options.epsilon}, {"weight_decay", options.weight_decay}}};
}
inline FormOptions form_of_options(const optim::RMSpropOptions& options) {
  return {"elman::optim::RMSprop",
          {{"alpha", options.alpha},
           {"epsilon", options.epsilon},
           {"weight_decay", options.weight_decay},
           {"momentum", options.momentum},
           {"centered", options.centered ? 1.0 : 0.0, true}}};
}
template <class Options>
FormOptions form_of_adam(const char* name, const Options& options) {
  return {name,
          {{"beta1", options.beta1},
           {"beta2", options.beta2},
           {"epsilon", options.epsilon},
           {"weight_decay", options.weight_decay},
           {"amsgrad", options.amsgrad ? 1.0 : 0.0, true}}};
}
inline FormOptions form_of_options(const optim::AdamOptions& options) {
  return form_of_adam("elman::optim::Adam", options);
}
inline FormOptions form_of_options(const optim::AdamWOptions& options) {
  return form_of_adam("elman::optim::AdamW", options);
}
inline FormOptions form_of_options(const optim::ReduceOnPlateauOptions& options) {
  return {"elman::optim::ReduceOnPlateau",
          {{"factor", options.factor},
           {"patience", static_cast<double>(options.patience)},
           {"threshold", options.threshold},
           {"relative", options.relative ? 1.0 : 0.0, true},
           {"higher_is_better", options.higher_is_better ? 1.0 : 0.0, true},
           {"cooldown", static_cast<double>(options.cooldown)},
           {"lowest", options.lowest},
           {"least_change", options.least_change}}};
}

/// "elman::optim::SGD{.momentum = 0.9, .nesterov = true}".
inline std::string option_text(const FormOptions& options) {
  std::string text = options.type + "{";
  for (const auto& option : options.values) {
    if (!text.ends_with('{')) text += ", ";
    text += "." + option.name + " = ";
    if (option.is_flag) {
      text += option.value != 0 ? "true" : "false";
    } else {
      append(text, option.value);
    }
  }
  return text + "}";
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
