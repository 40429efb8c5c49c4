// SPDX-License-Identifier: MIT
//
// Nets to and from state dicts of torch.nn.RNN, RNNCell, Linear and Embedding, in the safetensors format
// (docs/from-pytorch.md):
//
//   U = weight_ih_l0    W = weight_hh_l0    b = bias_ih_l0 + bias_hh_l0    E = weightᵀ of the Embedding
//   V = weight          c = bias            of the Linear;   _l1, … are layers from below, _reverse backwards in time
//
//   elman::io::load_torch("tagger.safetensors", net, {.rnn = "rnn", .readout = "fc"});
//   elman::io::save_torch("tagger.safetensors", net, {.rnn = {"lower", "upper"}});    two modules, one upon the other
//
// tanh and relu, `last_step` or `every_step`, and a softmax are the net's: a state dict does not say them.
#pragma once

#include <filesystem>
#include <string>

#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/detail/torch_modules.hpp"
#include "elman/io/detail/torch_names.hpp"
#include "elman/io/module_names.hpp"
#include "elman/io/net.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/layers/form.hpp"
#include "elman/net/parameters.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// Names of modules as attributes of the model, "rnn", "model.encoder", "" for a state dict of one module alone.
struct TorchLoadOptions {
  ModuleNames rnn = "rnn";              ///< from below, each with as many layers as the file has of it
  std::string readout = "fc";           ///< a Linear
  std::string embedding = "embedding";  ///< if the net has one
  bool others = false;                  ///< tensors of other modules may be there, and are passed over
  bool convert = false;                 ///< numbers of another type, rounded where they must be
  bool non_finite = false;              ///< NaN and infinity
};
/// What the modules are called that a net becomes.
struct TorchSaveOptions {
  ModuleNames rnn = "rnn";              ///< one RNN of all layers, or one name a layer, from below
  std::string readout = "fc";           ///< a Linear
  std::string embedding = "embedding";  ///< if the net has one
  bool cells = false;                   ///< RNNCells, one name a layer
  bool non_finite = false;              ///< NaN and infinity
};

/// Reads a state dict into a net of its layers; b is summed in double and rounded once. Throws, with the net as it was,
/// std::runtime_error if the file is not of such a net, and std::invalid_argument if PyTorch has no such net.
template <class Scalar, class Body, class Readout>
void load_torch(const std::filesystem::path& path, Parameters<Scalar, Body, Readout>& net,
                const TorchLoadOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  const auto layers = detail::torch_net("io::load_torch", form_of(net.body()), form_of(net.readout()));
  TensorReader file(path);
  const detail::TorchNames names{detail::torch_modules_of(file, layers, options.rnn), options.readout,
                                 options.embedding};
  detail::require_one_rnn("io::load_torch", layers, names.modules);
  const NumberOptions numbers{.convert = options.convert, .non_finite = options.non_finite};
  const auto tensors = detail::torch_tensors(layers, names);
  detail::check_foreign(file, net, tensors, numbers, [&](const TensorInfo& tensor) {
    detail::refuse_torch(file, tensor, layers, names, options.others);
  });
  detail::read_foreign(file, net, tensors, numbers);
}

/// Writes the net for `load_state_dict`; bias_hh is zero. Throws std::invalid_argument if PyTorch has no such net or a
/// weight is not finite, and std::runtime_error if the file cannot be written; it is then what it was.
template <class Scalar, class Body, class Readout>
void save_torch(const std::filesystem::path& path, const Parameters<Scalar, Body, Readout>& net,
                const TorchSaveOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  const auto layers = detail::torch_net("io::save_torch", form_of(net.body()), form_of(net.readout()));
  const detail::TorchNames names{detail::torch_modules_for(layers, options.rnn, options.cells), options.readout,
                                 options.embedding};
  detail::require_one_rnn("io::save_torch", layers, names.modules);
  detail::write_foreign("io::save_torch", path, net, detail::torch_tensors(layers, names),
                        {.non_finite = options.non_finite});
}

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
