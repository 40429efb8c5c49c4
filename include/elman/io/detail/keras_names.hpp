// SPDX-License-Identifier: MIT
//
// What the weights of a net are called in Keras: the layer's name, forward_… or backward_… if the layer is
// Bidirectional, and kernel, recurrent_kernel, bias or embeddings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/module_names.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// A weight of the net.
struct KerasWeight {
  std::string matrix;     ///< of the net
  std::string layer;      ///< "simple_rnn_1"
  std::string direction;  ///< "forward_", "backward_", or nothing
  std::string leaf;       ///< "kernel"

  std::string name() const { return layer + "/" + (direction.empty() ? "" : direction + "simple_rnn/") + leaf; }
};

/// The length of a name without the number behind it: 6 of kernel_1.
inline std::size_t without_number(std::string_view name) {
  const auto end = name.find_last_not_of("0123456789");
  return end != std::string_view::npos && end + 1 < name.size() && name[end] == '_' ? end : name.size();
}

/// The k-th name after one, as Keras numbers them: simple_rnn, simple_rnn_1, simple_rnn_2.
inline std::string numbered(const std::string& name, std::size_t k) {
  const std::size_t bare = without_number(name), digits = name.size() - bare;
  if (k == 0 || digits > 10) return name;
  return name.substr(0, bare) + "_" + std::to_string(k + (digits == 0 ? 0 : std::stoul(name.substr(bare + 1))));
}

/// The names of all recurrent layers, from below.
inline ModuleNames keras_names(const char* function, const ForeignNet& net, const ModuleNames& given) {
  elman::detail::require_that(given.size() < 2 || given.size() == net.layers.size(), function, ": rnn has ",
                              given.size(), " names; expected ", net.layers.size(),
                              ", as the net has layers, or 1, or none");
  ModuleNames names;
  std::size_t counts[2]{};
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    const bool is_both = net.layers[k].size() == 2;
    if (given.size() > 1) {
      names.push_back(given[k]);
    } else if (given.size() == 1) {
      names.push_back(numbered(given.front(), k));
    } else {
      names.push_back(numbered(is_both ? "bidirectional" : "simple_rnn", counts[is_both ? 1 : 0]++));
    }
  }
  return names;
}

/// All weights of a net, in the order in which Keras has them.
inline std::vector<KerasWeight> keras_weights(const ForeignNet& net, const ModuleNames& names,
                                              const std::string& readout, const std::string& embedding) {
  std::vector<KerasWeight> all;
  if (net.embedding) all.push_back({*net.embedding + "E", embedding, "", "embeddings"});
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    for (std::size_t direction = 0; direction < net.layers[k].size(); ++direction) {
      const auto& recurrence = net.layers[k][direction];
      const std::string way = net.layers[k].size() == 1 ? "" : direction == 0 ? "forward_" : "backward_";
      all.push_back({recurrence.path + "U", names[k], way, "kernel"});
      all.push_back({recurrence.path + "W", names[k], way, "recurrent_kernel"});
      if (recurrence.has_bias) all.push_back({recurrence.path + "b", names[k], way, "bias"});
    }
  }
  if (net.has_readout) all.push_back({"V", readout, "", "kernel"});
  if (net.has_readout_bias) all.push_back({"c", readout, "", "bias"});
  return all;
}

/// Throws if the net has parameters that Keras has none of: those of an activation of one's own.
template <class Net>
void require_all_named(const char* function, const Net& net, const std::vector<KerasWeight>& weights) {
  net.for_each([&](const std::string& name, const auto&) {
    const bool is_named =
        std::any_of(weights.begin(), weights.end(), [&](const KerasWeight& weight) { return weight.matrix == name; });
    elman::detail::require_that(is_named, function, ": the net has ", name,
                                ", a parameter of its activation; Keras has not");
  });
}

/// Where each stands in a file that we write.
inline std::vector<ForeignTensor> keras_tensors(const std::vector<KerasWeight>& weights) {
  std::vector<ForeignTensor> all;
  for (const auto& weight : weights) {
    all.push_back({weight.matrix, weight.name(), weight.leaf != "bias", "", ""});
  }
  return all;
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
