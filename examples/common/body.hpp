// SPDX-License-Identifier: MIT
//
// The layers that the options ask for. One way and both ways are types of their own, so what is done with them is a
// function.
#pragma once

#include <elman/elman.hpp>

#include "options.hpp"

namespace example {

/// Calls use(body) with the layers of a net of `in` inputs and returns what it returns.
template <class Use>
auto with_body(elman::Index in, const Options& options, const Use& use) {
  using namespace elman;
  const auto recurrence = [&](Index width) {
    return Recurrence{width, options.hidden, {.recurrent_dropout = options.recurrent_dropout}};
  };
  const auto stack = [&](const auto& layer) {
    const auto first = Dropout{layer(in), {.rate = options.input_dropout}};
    const auto next = Dropout{layer(first.out()), {.rate = options.dropout}};
    return use(Repeated{first, next, options.layers});
  };
  if (!options.bidirectional) return stack(recurrence);
  return stack([&](Index width) { return Bidirectional{recurrence(width)}; });
}

}  // namespace example
