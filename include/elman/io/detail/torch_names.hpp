// SPDX-License-Identifier: MIT
//
// Which tensors of a PyTorch state dict are which layers of a net.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// Where a layer of the net is: the l-th of an RNN, or an RNNCell.
struct TorchModule {
  std::string prefix;  ///< "rnn."
  std::size_t l = 0;
  bool is_cell = false;

  std::string name(std::string_view what, bool is_backwards) const {
    const std::string layer = is_cell ? "" : "_l" + std::to_string(l);
    return prefix + std::string(what) + layer + (is_backwards ? "_reverse" : "");
  }
};

struct TorchNames {
  std::vector<TorchModule> modules;  ///< one for each layer of the net
  std::string readout, embedding;
};

/// In front of the names of a module's tensors.
inline std::string prefix_of(const std::string& module) {
  return module.empty() || module.ends_with('.') ? module : module + ".";
}

inline ForeignNet torch_net(const char* function, const Form& body, const Form& readout) {
  const ForeignNet net = ForeignWalk(function, "PyTorch's RNN")(body, readout);
  for (const auto& layer : net.layers) {
    for (const auto& recurrence : layer) {
      elman::detail::require(recurrence.activation == "elman::Tanh" || recurrence.activation == "elman::ReLU", function,
                             ": ", recurrence.path, "activation is ", recurrence.activation,
                             "; PyTorch's RNN has tanh and relu");
    }
  }
  return net;
}

/// Throws if layers of one RNN differ in what it has one of.
inline void require_one_rnn(const char* function, const ForeignNet& net, const std::vector<TorchModule>& modules) {
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    const auto& first = net.layers[k - modules[k].l];
    const auto& path = net.layers[k].front().path;
    const auto same = [&](bool holds, const char* what) {
      elman::detail::require(holds, function, ": ", path, "U and ", first.front().path, "U are of layers with ", what,
                             ", which one RNN of PyTorch has not; give .rnn a name for each");
    };
    same(net.layers[k].size() == first.size(), "one direction and two");
    for (const auto& recurrence : net.layers[k]) {
      same(recurrence.hidden == first.front().hidden, "different numbers of hidden units");
      same(recurrence.activation == first.front().activation, "different activations");
      same(recurrence.has_bias == first.front().has_bias, "a bias and none");
    }
  }
}

/// The modules of a file that the layers of the net are, from below.
inline std::vector<TorchModule> torch_modules_of(const TensorReader& file, const ForeignNet& net,
                                                 const ModuleNames& names) {
  std::vector<TorchModule> modules;
  std::string held;
  for (const auto& name : names) {
    const std::string prefix = prefix_of(name);
    const bool is_cell = file.find(TorchModule{prefix, 0, true}.name("weight_ih", false));
    std::size_t count = is_cell ? 1 : 0;
    while (!is_cell && file.find(TorchModule{prefix, count}.name("weight_ih", false))) ++count;
    held += join(held.empty() ? "" : ", ", count, " in ", in_quotes(name));
    if (count == 0 && modules.size() < net.layers.size()) file.at(TorchModule{prefix}.name("weight_ih", false));
    for (std::size_t l = 0; l < count && modules.size() < net.layers.size(); ++l) {
      modules.push_back({prefix, l, is_cell});
    }
  }
  require(modules.size() == net.layers.size(), file.name(),
          "has recurrent layers: ", names.empty() ? "none named" : held, "; expected ", net.layers.size(),
          " in all, as the net has");
  return modules;
}

/// Those that the layers are written as.
inline std::vector<TorchModule> torch_modules_for(const ForeignNet& net, const ModuleNames& names, bool cells) {
  const std::size_t count = net.layers.size();
  const bool is_one = names.size() == 1 && !cells;
  elman::detail::require(is_one || names.size() == count, "io::save_torch: rnn has ", names.size(), " names; expected ",
                         count, ", as the net has layers", cells ? "" : ", or 1");
  std::vector<TorchModule> modules;
  for (std::size_t k = 0; k < count; ++k) {
    elman::detail::require(!cells || net.layers[k].size() == 1,
                           "io::save_torch: cells is true; expected false for a net with Bidirectional layers");
    modules.push_back({prefix_of(names[is_one ? 0 : k]), is_one ? k : 0, cells});
  }
  return modules;
}

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
  fail(file.name(), "has a tensor ", in_quotes(tensor.name), ", which no part of the net takes",
       taker.empty() ? "; with .others it may be there" : "; " + taker + " would");
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
