// SPDX-License-Identifier: MIT
//
// Which modules of PyTorch are the recurrent layers of a net: RNNs of one or more layers, or RNNCells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/module_names.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/layers/form.hpp"

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

/// In front of the names of a module's tensors.
inline std::string prefix_of(const std::string& module) {
  return module.empty() || module.ends_with('.') ? module : module + ".";
}

/// What PyTorch has of a net; throws std::invalid_argument if an activation is none of its own.
inline ForeignNet torch_net(const char* function, const Form& body, const Form& readout) {
  ForeignNet net = ForeignWalk(function, "PyTorch's RNN")(body, readout);
  for (const auto& layer : net.layers) {
    for (const auto& recurrence : layer) {
      elman::detail::require_that(recurrence.activation == "elman::Tanh" || recurrence.activation == "elman::ReLU",
                                  function, ": ", recurrence.path, "activation is ", recurrence.activation,
                                  "; PyTorch's RNN has tanh and relu");
    }
  }
  return net;
}

/// Throws if layers of one RNN differ in what it has one of.
inline void require_one_rnn(const char* function, const ForeignNet& net, const std::vector<TorchModule>& modules) {
  for (std::size_t k = 0; k < net.layers.size(); ++k) {
    const auto& first = net.layers[k - modules[k].l];
    for (const auto& recurrence : net.layers[k]) {
      const auto same = [&](bool holds, const char* what) {
        elman::detail::require_that(holds, function, ": ", recurrence.path, "U and ", first.front().path,
                                    "U are of layers with ", what, ", which one RNN of PyTorch has not",
                                    modules[k].l > 0 ? "; give .rnn a name for each" : "");
      };
      same(net.layers[k].size() == first.size(), "one direction and two");
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
  require_that(modules.size() == net.layers.size(), file.name(),
               "has recurrent layers: ", names.empty() ? "none named" : held, "; expected ", net.layers.size(),
               " in all, as the net has");
  return modules;
}

/// Those that the layers are written as.
inline std::vector<TorchModule> torch_modules_for(const ForeignNet& net, const ModuleNames& names, bool cells) {
  const std::size_t count = net.layers.size();
  const bool is_one = names.size() == 1 && !cells;
  elman::detail::require_that(is_one || names.size() == count, "io::save_torch: rnn has ", names.size(),
                              " names; expected ", count, ", as the net has layers", cells ? "" : ", or 1");
  std::vector<TorchModule> modules;
  for (std::size_t k = 0; k < count; ++k) {
    elman::detail::require_that(!cells || net.layers[k].size() == 1,
                                "io::save_torch: cells is true; expected false for a net with Bidirectional layers");
    modules.push_back({prefix_of(names[is_one ? 0 : k]), is_one ? k : 0, cells});
  }
  return modules;
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
