// SPDX-License-Identifier: MIT
//
// Which variables of a Keras model are which layers of a net. A variable's name is a path of the layer, of forward_… or
// backward_… if the layer is Bidirectional, perhaps of simple_rnn_cell, and of the weight: kernel, recurrent_kernel,
// bias or embeddings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/foreign_layers.hpp"
#include "elman/io/detail/foreign_tensors.hpp"
#include "elman/io/tensor_reader.hpp"

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

/// The k-th name after one, as Keras numbers them: simple_rnn, simple_rnn_1, simple_rnn_2.
inline std::string numbered(const std::string& name, std::size_t k) {
  const std::size_t bare = without_number(name), digits = name.size() - bare;
  if (k == 0 || digits > 10) return name;
  return name.substr(0, bare) + "_" + std::to_string(k + (digits == 0 ? 0 : std::stoul(name.substr(bare + 1))));
}

/// The names of all recurrent layers, from below.
inline ModuleNames keras_names(const char* function, const ForeignNet& net, const ModuleNames& given) {
  elman::detail::require(given.size() < 2 || given.size() == net.layers.size(), function, ": rnn has ", given.size(),
                         " names; expected ", net.layers.size(), ", as the net has layers, or 1, or none");
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

/// Where each stands in a file that we write.
inline std::vector<ForeignTensor> keras_tensors(const std::vector<KerasWeight>& weights) {
  std::vector<ForeignTensor> all;
  for (const auto& weight : weights) {
    all.push_back({weight.matrix, weight.name(), weight.leaf != "bias", "", ""});
  }
  return all;
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
  require(all.size() < 2, file.name(), "has two tensors for the ", weight.leaf, " of ", in_quotes(weight.layer), ": ",
          in_quotes(all.empty() ? "" : all.front()->name), " and ", in_quotes(all.empty() ? "" : all.back()->name),
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
  fail(file.name(), "has a tensor ", in_quotes(tensor.name), ", which no part of the net takes",
       taker.empty() ? "; with .others it may be there" : "; " + taker + " would");
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
