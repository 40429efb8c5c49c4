// SPDX-License-Identifier: MIT
//
// By what a checkpoint knows the data that its training is of.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <string>
#include <vector>

namespace example {

/// What a training of other data has otherwise (FNV-1a of the numbers).
template <class... Numbers>
std::string data_setting(std::size_t examples, const Numbers&... values) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](const auto& some) {
    for (const auto number : some) {
      hash = (hash ^ std::bit_cast<std::uint32_t>(static_cast<float>(number))) * 0x100000001b3U;
    }
  };
  (add(values), ...);
  return "data of " + std::to_string(examples) + " examples and the fingerprint " + std::to_string(hash);
}

/// The same of a data set (elman/train/data_set.hpp) whose targets are classes: of all these and of 256 sequences.
template <elman::train::DataSet Data>
std::string data_setting(const Data& data) {
  constexpr elman::Index enough = 256;
  std::vector<float> numbers;
  const auto add = [&](const auto& sequence) {
    for (const auto number : sequence) numbers.push_back(static_cast<float>(number));
  };
  for (elman::Index k = 0; k < data.size(); ++k) numbers.push_back(static_cast<float>(data.target(k)));
  for (elman::Index k = 0; k < (std::min)(data.size(), enough); ++k) {
    const auto& sequence = data.sequence(k);
    if constexpr (requires { sequence.reshaped(); }) {
      add(sequence.reshaped());
    } else {
      add(sequence);
    }
  }
  return data_setting(static_cast<std::size_t>(data.size()), numbers);
}

}  // namespace example
