// SPDX-License-Identifier: MIT
//
// Which tensors of a PyTorch state dict are which matrices of a net.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/detail/torch_modules.hpp"
#include "elman/io/tensor_reader.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

struct TorchNames {
  std::vector<TorchModule> modules;  ///< one for each layer of the net
  std::string readout, embedding;
};

/// Where each matrix of the net stands.
inline std::vector<ForeignTensor> torch_tensors(const ForeignNet& net, const TorchNames& names) {
  std::vector<ForeignTensor> all;
  if (net.embedding) all.push_back({*net.embedding + "E", prefix_of(names.embedding) + "weight", true});
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    for (std::size_t direction = 0; direction < net.layers[k].size(); ++direction) {
      const auto& [path, hidden, activation, has_bias] = net.layers[k][direction];
      const auto name = [&](const char* what) { return names.modules[k].name(what, direction == 1); };
      const std::string one_way = direction == 1 ? "the file's layer is forwards alone" : "";
      all.push_back({path + "U", name("weight_ih"), false, "", one_way});
      all.push_back({path + "W", name("weight_hh"), false, "", one_way});
      if (has_bias) {
        all.push_back({path + "b", name("bias_ih"), false, name("bias_hh"), "a layer with no_bias has none"});
      }
    }
  }
  const std::string readout = prefix_of(names.readout);
  if (net.has_readout) all.push_back({"V", readout + "weight"});
  if (net.has_readout_bias) all.push_back({"c", readout + "bias", false, "", "a Readout with no_bias has none"});
  return all;
}

/// Throws, and says which net would take this tensor, which no matrix of the net takes; `others`: unless it is nothing
/// of the layers that the net has.
inline void refuse_torch(const TensorReader& file, const TensorInfo& tensor, const ForeignNet& net,
                         const TorchNames& names, bool others) {
  const auto is = [&](const std::string& module, std::string_view what) {
    return tensor.name.starts_with(module) && std::string_view(tensor.name).substr(module.size()).starts_with(what);
  };
  std::string taker;
  for (const auto& module : names.modules) {
    if (is(module.prefix, "weight_ih") || is(module.prefix, "weight_hh")) {
      taker = tensor.name.ends_with("_reverse") ? "a net with Bidirectional layers" : "a net of more layers";
    }
    if (is(module.prefix, "bias_ih") || is(module.prefix, "bias_hh")) taker = "a layer that has b";
  }
  const std::string readout = prefix_of(names.readout), embedding = prefix_of(names.embedding);
  if (net.has_readout && tensor.name == readout + "bias") taker = "a Readout that has c";
  if (taker.empty() && others) return;
  const bool is_matrix = tensor.shape.size() == 2;
  if (is_matrix && !net.has_readout && tensor.name == readout + "weight") {
    taker = join("a net with Readout<", tensor.shape[1], ", ", tensor.shape[0], ">");
  }
  if (is_matrix && !net.embedding && tensor.name == embedding + "weight") {
    taker = join("a net with Embedding<", tensor.shape[0], ", ", tensor.shape[1], "> at the bottom");
  }
  refuse_tensor(file, tensor, taker);
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
