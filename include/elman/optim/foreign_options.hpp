// SPDX-License-Identifier: MIT
//
// What an optimizer says, at compile time, of options by the names of other libraries, and of options without names:
//
//   Adam{model, {.lr = 1e-3}}      Adam{model, 1e-3}
//
// Each optimizer has two deduction guides for them, to a Scalar that OptimizerBase refuses with a sentence.
#pragma once

#include "elman/check.hpp"
#include "elman/model.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// All names, elman's own too, so that one that is foreign may stand beside them.
struct ForeignOptions {
  AnyValue lr = {}, learning_rate = {}, eta = {}, lr_decay = {}, learning_rate_decay = {};
  AnyValue alpha = {}, rho = {}, decay = {}, decay_rate = {}, smoothing = {};
  AnyValue momentum = {}, mu = {}, dampening = {}, betas = {}, beta1 = {}, beta2 = {}, beta_1 = {}, beta_2 = {};
  AnyValue initial_accumulator_value = {}, initial_sum_of_squares = {};
  AnyValue eps = {}, epsilon = {}, weight_decay = {}, wd = {}, l2 = {};
  AnyValue nesterov = {}, centered = {}, amsgrad = {}, maximize = {}, clipnorm = {};
};

/// Any model, by a conversion: what takes a model as it is comes before it. So `{}`, which is of both kinds, and names
/// that an optimizer has are its options.
struct AnyModel {
  template <IsModel Model>
  AnyModel(const Model&) {}  // NOLINT: the conversion is the purpose
};

/// The Scalars that are refused.
struct ForeignNames {};
struct WithoutNames {};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
