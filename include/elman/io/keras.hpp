// SPDX-License-Identifier: MIT
//
// Nets to and from the weights of Keras' SimpleRNN, Bidirectional (concat), Embedding and Dense, in the safetensors
// format (docs/from-keras.md):
//
//   U = kernelᵀ    W = recurrent_kernelᵀ    b = bias    of a SimpleRNN, or of forward_… and backward_… of a
//   Bidirectional V = kernelᵀ    c = bias                 of a Dense;    E = embeddingsᵀ of an Embedding
//
//   elman::io::load_keras("tagger.safetensors", net, {.rnn = {"lower", "upper"}, .readout = "tags"});
//   elman::io::save_keras("tagger.safetensors", net);                      under the names that Keras gives by default
//
// Tensors are named as Keras names its variables, layer/…/kernel: what else stands before, between and behind (a
// model's name, simple_rnn_cell, :0) may be there or not. Activations and return_sequences are the net's.
#pragma once

#include <filesystem>
#include <string>

#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/detail/keras_file.hpp"
#include "elman/io/detail/keras_names.hpp"
#include "elman/io/module_names.hpp"
#include "elman/io/net.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/layers/form.hpp"
#include "elman/net/parameters.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// Names of layers. Those of recurrent ones: one each from below; one alone for several is numbered on, rnn, rnn_1, …,
/// or rnn_3, rnn_4, …; none: simple_rnn, simple_rnn_1, … and bidirectional, bidirectional_1, …
struct KerasLoadOptions {
  ModuleNames rnn = {};                 ///< a SimpleRNN or Bidirectional each
  std::string readout = "dense";        ///< a Dense
  std::string embedding = "embedding";  ///< if the net has one
  bool others = false;                  ///< tensors of other layers may be there, and are passed over
  bool convert = false;                 ///< numbers of another type, rounded where they must be
  bool non_finite = false;              ///< NaN and infinity
};
/// What the layers are called that a net becomes.
struct KerasSaveOptions {
  ModuleNames rnn = {};                 ///< a SimpleRNN or Bidirectional each
  std::string readout = "dense";        ///< a Dense
  std::string embedding = "embedding";  ///< if the net has one
  bool non_finite = false;              ///< NaN and infinity
};

/// Reads weights into a net of their layers. Throws, with the net as it was, std::runtime_error if the file is not of
/// such a net, and std::invalid_argument if Keras has no such net.
template <class Scalar, class Body, class Readout>
void load_keras(const std::filesystem::path& path, Parameters<Scalar, Body, Readout>& net,
                const KerasLoadOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  const auto layers = detail::ForeignWalk("io::load_keras", "Keras")(form_of(net.body()), form_of(net.readout()));
  const auto names = detail::keras_names("io::load_keras", layers, options.rnn);
  const auto weights = detail::keras_weights(layers, names, options.readout, options.embedding);
  detail::require_all_named("io::load_keras", net, weights);
  TensorReader file(path);
  const NumberOptions numbers{.convert = options.convert, .non_finite = options.non_finite};
  const auto tensors = detail::keras_tensors_of(file, weights);
  detail::check_foreign(file, net, tensors, numbers, [&](const TensorInfo& tensor) {
    detail::refuse_keras(file, tensor, weights, options.readout, options.others);
  });
  detail::read_foreign(file, net, tensors, numbers);
}

/// Writes the net, layer by layer in the order of Keras' get_weights. Throws std::invalid_argument if Keras has no such
/// net or a weight is not finite, and std::runtime_error if the file cannot be written; it is then what it was.
template <class Scalar, class Body, class Readout>
void save_keras(const std::filesystem::path& path, const Parameters<Scalar, Body, Readout>& net,
                const KerasSaveOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  const auto layers = detail::ForeignWalk("io::save_keras", "Keras")(form_of(net.body()), form_of(net.readout()));
  const auto names = detail::keras_names("io::save_keras", layers, options.rnn);
  const auto weights = detail::keras_weights(layers, names, options.readout, options.embedding);
  detail::require_all_named("io::save_keras", net, weights);
  detail::write_foreign("io::save_keras", path, net, detail::keras_tensors(weights),
                        {.non_finite = options.non_finite});
}

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
