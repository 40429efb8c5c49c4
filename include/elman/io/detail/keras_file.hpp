// SPDX-License-Identifier: MIT
//
// Which variables of a file are which weights of a net. Keras' versions name a variable by its layer within a model,
// forward_… or backward_… if the layer is Bidirectional, perhaps simple_rnn_cell, and the weight, with a number
// perhaps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/detail/keras_names.hpp"
#include "elman/io/tensor_reader.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// The path of a variable, without the cell and the numbers that TensorFlow sets behind: kernel_1, kernel:0.
inline std::vector<std::string> keras_path(std::string_view name) {
  if (name.ends_with(":0")) name.remove_suffix(2);
  std::vector<std::string> path(1);
  for (const char c : name) {
    if (c == '/' || c == '.') {
      path.emplace_back();
    } else {
      path.back() += c;
    }
  }
  if (path.size() > 2 && path[path.size() - 2].starts_with("simple_rnn_cell")) path.erase(path.end() - 2);
  path.back().resize(without_number(path.back()));
  return path;
}

/// Whether a variable is this weight, of a layer within whatever model.
inline bool is_keras_weight(const KerasWeight& weight, std::vector<std::string> path) {
  if (path.back() != weight.leaf) return false;
  path.pop_back();
  if (!weight.direction.empty()) {
    if (path.empty() || !path.back().starts_with(weight.direction)) return false;
    path.pop_back();
  }
  auto layer = keras_path(weight.layer + "/" + weight.leaf);
  layer.pop_back();
  return path.size() >= layer.size() && std::equal(layer.rbegin(), layer.rend(), path.rbegin());
}

/// The variable of a file that is this weight: one of just its name, else one of a layer within a model; null if there
/// is none. Throws if there are two.
inline const TensorInfo* find_keras(const TensorReader& file, const KerasWeight& weight) {
  const std::size_t shortest = keras_path(weight.name()).size();
  std::vector<const TensorInfo*> found, whole;
  for (const TensorInfo& tensor : file.tensors()) {
    const auto path = keras_path(tensor.name);
    if (is_keras_weight(weight, path)) (path.size() == shortest ? whole : found).push_back(&tensor);
  }
  const auto& all = whole.empty() ? found : whole;
  require_that(all.size() < 2, file.name(), "has two tensors for the ", weight.leaf, " of ", in_quotes(weight.layer),
               ": ", in_quotes(all.empty() ? "" : all.front()->name), " and ",
               in_quotes(all.empty() ? "" : all.back()->name),
               "; expected the layer's name with what stands before it in one of them");
  return all.empty() ? nullptr : all.front();
}

/// Where each weight stands in a file that Keras' names were written to.
inline std::vector<ForeignTensor> keras_tensors_of(const TensorReader& file, const std::vector<KerasWeight>& weights) {
  auto all = keras_tensors(weights);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    KerasWeight weight = weights[k];
    if (const TensorInfo* found = find_keras(file, weight)) {
      all[k].tensor = found->name;
      continue;
    }
    const bool is_both = !weight.direction.empty();
    weight.direction = is_both ? "" : "forward_";
    if (find_keras(file, weight)) {
      all[k].if_missing = is_both ? "the file's layer is forwards alone" : "the file's layer is Bidirectional";
    } else if (weight.leaf == "bias") {
      all[k].if_missing = "a layer with no_bias has none";
    }
  }
  return all;
}

/// Throws, and says which net would take this tensor, which no matrix of the net takes; `others`: unless it is nothing
/// of the layers that the net has.
inline void refuse_keras(const TensorReader& file, const TensorInfo& tensor, const std::vector<KerasWeight>& weights,
                         const std::string& readout, bool others) {
  const auto path = keras_path(tensor.name);
  std::string taker;
  for (const auto& weight : weights) {
    for (const char* direction : {"", "forward_", "backward_"}) {
      if (!is_keras_weight({"", weight.layer, direction, path.back()}, path)) continue;
      taker =
          path.back() == "bias" && weight.direction == direction ? "a layer that has a bias" : "another layer there";
    }
  }
  if (taker.empty() && others) return;
  const bool is_matrix = tensor.shape.size() == 2;
  const bool has_readout = weights.back().matrix == "V" || weights.back().matrix == "c";
  if (taker.empty() && path.back() == "recurrent_kernel") taker = "a net of more layers";
  if (is_matrix && is_keras_weight({"", readout, "", "kernel"}, path) && !has_readout) {
    taker = join("a net with Readout<", tensor.shape[0], ", ", tensor.shape[1], ">");
  }
  if (taker.empty() && is_matrix && path.back() == "embeddings") {
    taker = join("a net with Embedding<", tensor.shape[0], ", ", tensor.shape[1], "> at the bottom");
  }
  refuse_tensor(file, tensor, taker);
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
