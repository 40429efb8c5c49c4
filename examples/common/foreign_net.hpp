// SPDX-License-Identifier: MIT
//
// Which net the tensors of a file can become, by their names and shapes:
//
//   PyTorch   rnn.weight_ih_l0 [Hidden, In], rnn.weight_hh_l0, rnn.bias_ih_l0, …_reverse, fc.weight, embedding.weight
//   Keras     simple_rnn/kernel [In, Hidden], simple_rnn/recurrent_kernel, …/bias, dense/kernel, embedding/embeddings
//
// What names and shapes do not say is what they have by default: tanh, and a softmax where there are several outputs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace example {

/// A net as C++: its type, and what fills it.
struct ForeignNet {
  std::string type;
  std::string load;   ///< "load_torch"
  std::string names;  ///< of its modules, as options
};

namespace detail {

using elman::Form;
using elman::Index;
using Shape = std::vector<Index>;

/// One recurrent module: layers one upon the other.
struct Module {
  std::string name;
  std::vector<Form> layers;
  Index in, out;
};

inline Form recurrence(Index in, Index hidden, bool bias) {
  Form form{.name = "elman::Recurrence", .sizes = {in, hidden}, .policies = {"elman::Tanh"}};
  if (!bias) form.policies.insert(form.policies.end(), {"elman::NothingBetween", "elman::NoBias"});
  return form;
}

class ForeignReader {
 public:
  explicit ForeignReader(const elman::io::TensorReader& file) : file_(file) {}

  /// Throws std::runtime_error with the reason if it is none.
  ForeignNet net() {
    for (const auto& tensor : file_.tensors()) {
      const std::string name = plain(tensor.name);
      if (name.ends_with("weight_hh_l0") || name.ends_with("weight_hh")) add_torch(name);
      if (name.ends_with("recurrent_kernel")) add_keras(name);
    }
    if (modules_.empty()) throw std::runtime_error("it has no metadata elman.net, weight_hh or recurrent_kernel");
    for (const auto& tensor : file_.tensors()) {
      const std::string name = plain(tensor.name);
      if (!is_torch_ && name.ends_with("embeddings")) embedding(name, shape(name));
    }
    find_torch_embedding();
    sort_modules();
    std::vector<Form> layers;
    if (!embedding_name_.empty()) layers.push_back({.name = "elman::Embedding", .sizes = {vocabulary_, width_}});
    for (const Module& module : modules_) layers.insert(layers.end(), module.layers.begin(), module.layers.end());
    const Form body = layers.size() == 1 ? layers.front() : Form{.name = "elman::Stacked", .inner = layers};
    const Form readout = find_readout();
    return {elman::io::NetForm{scalar_, body, readout}.text(), is_torch_ ? "load_torch" : "load_keras", options()};
  }

 private:
  static std::string plain(const std::string& name) {
    return name.ends_with(":0") ? name.substr(0, name.size() - 2) : name;
  }
  const elman::io::TensorInfo* find(const std::string& name) const {
    const auto* found = file_.find(name);
    return found ? found : file_.find(name + ":0");
  }
  Shape shape(const std::string& name) const {
    const auto* info = find(name);
    if (!info) throw std::runtime_error("it has no tensor " + name);
    if (info->shape.size() != 2) throw std::runtime_error("its tensor " + name + " is no matrix");
    return info->shape;
  }
  /// Throws unless there are as many units as states.
  static void check(const std::string& name, Index units, Index hidden) {
    const std::string kind = units == 4 * hidden ? ", as an LSTM has" : units == 3 * hidden ? ", as a GRU has" : "";
    if (units == hidden) return;
    throw std::runtime_error("its " + name + " makes " + std::to_string(units) + " of a state of " +
                             std::to_string(hidden) + kind);
  }
  void set_kind(const std::string& name, bool is_torch) {
    is_torch_ = is_torch;
    scalar_ = find(name)->dtype.name == "F64" ? "double" : "float";
  }

  void add_torch(const std::string& name) {
    set_kind(name, true);
    const std::string prefix = name.substr(0, name.rfind("weight_hh"));
    Module module{prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1), {}, 0, 0};
    const auto direction = [&](const std::string& suffix) {
      const Shape U = shape(prefix + "weight_ih" + suffix), W = shape(prefix + "weight_hh" + suffix);
      check(prefix + "weight_hh" + suffix, W[0], W[1]);
      return recurrence(U[1], W[1], find(prefix + "bias_ih" + suffix));
    };
    if (name.ends_with("weight_hh")) {
      module.layers.push_back(direction(""));
    } else {
      for (int k = 0; find(prefix + "weight_hh_l" + std::to_string(k)); ++k) {
        const std::string suffix = "_l" + std::to_string(k), reverse = suffix + "_reverse";
        Form layer = direction(suffix);
        if (find(std::string(prefix).append("weight_hh").append(reverse))) {
          layer = {.name = "elman::Bidirectional", .inner = {layer, direction(reverse)}};
        }
        module.layers.push_back(layer);
      }
    }
    add(std::move(module));
  }

  void add_keras(const std::string& name) {
    set_kind(name, false);
    const std::size_t backward = name.find("backward_"), forward = name.find("forward_");
    if (backward != name.npos) return;  // with the forward one
    const auto direction = [&](std::string prefix) {
      prefix.resize(prefix.size() - std::string_view("recurrent_kernel").size());
      const Shape U = shape(prefix + "kernel"), W = shape(prefix + "recurrent_kernel");
      check(prefix + "recurrent_kernel", W[1], W[0]);
      return recurrence(U[0], W[0], find(prefix + "bias"));
    };
    Form layer = direction(name);
    if (forward != name.npos) {
      const std::string other = std::string(name).replace(forward, 8, "backward_");
      layer = {.name = "elman::Bidirectional", .inner = {layer, direction(other)}};
    }
    add({layer_name(name.substr(0, name.size() - std::string_view("recurrent_kernel").size())), {layer}, 0, 0});
  }
  /// "simple_rnn" of "model/simple_rnn/simple_rnn_cell/".
  static std::string layer_name(std::string path) {
    for (;;) {
      if (!path.empty()) path.pop_back();
      const std::size_t begin = path.find_last_of("/.") + 1;
      std::string last = path.substr(begin);
      if (begin == 0 || !(last.ends_with("_cell") || last.starts_with("forward_"))) return last;
      path.resize(begin);
    }
  }

  void add(Module module) {
    const Form& first = module.layers.front();
    const Form& last = module.layers.back();
    module.in = (first.inner.empty() ? first : first.inner[0]).sizes[0];
    module.out = last.inner.empty() ? last.sizes[1] : last.inner[0].sizes[1] + last.inner[1].sizes[1];
    modules_.push_back(std::move(module));
  }
  void embedding(const std::string& name, const Shape& shape) {
    vocabulary_ = shape[0];
    width_ = shape[1];
    embedding_name_ =
        is_torch_ ? name.substr(0, name.rfind('.')) : layer_name(name.substr(0, name.rfind("embeddings")));
  }
  /// A weight without a bias, whose rows are as wide as an input.
  void find_torch_embedding() {
    for (const auto& tensor : file_.tensors()) {
      const std::string& name = tensor.name;
      if (!is_torch_ || !name.ends_with("weight") || tensor.shape.size() != 2) continue;
      const std::string stem = name.substr(0, name.size() - 6);
      const bool named = name.find("emb") != name.npos;
      for (const Module& module : modules_) {
        const bool fits = tensor.shape[1] == module.in && !find(stem + "bias");
        if (fits && (named || module.in != module.out) && embedding_name_.empty()) {
          embedding(name, tensor.shape);
        }
      }
    }
  }
  /// One upon the other, where another order than the file's is needed for that.
  void sort_modules() {
    const auto fits = [&] {
      Index width = embedding_name_.empty() ? modules_.front().in : width_;
      for (const Module& module : modules_) {
        if (module.in != width) return false;
        width = module.out;
      }
      return true;
    };
    constexpr std::size_t most = 7;
    const auto by_name = [](const Module& a, const Module& b) { return a.name < b.name; };
    if (modules_.size() > most) return;
    std::ranges::sort(modules_, by_name);
    do {
      if (fits()) return;
    } while (std::ranges::next_permutation(modules_, by_name).found);
    throw std::runtime_error("its recurrent layers do not fit one upon the other");
  }
  Form find_readout() {
    const Index width = modules_.back().out;
    for (const auto& tensor : file_.tensors()) {
      const std::string name = plain(tensor.name);
      const std::string end = is_torch_ ? "weight" : "kernel";
      if (!name.ends_with(end) || name.ends_with("recurrent_kernel") || tensor.shape.size() != 2) continue;
      const std::string stem = name.substr(0, name.size() - end.size());
      const Index in = tensor.shape[is_torch_ ? 1 : 0], out = tensor.shape[is_torch_ ? 0 : 1];
      if (in != width || find(stem + "recurrent_kernel") || stem == embedding_name_ + ".") continue;
      readout_name_ = is_torch_ ? stem.substr(0, stem.empty() ? 0 : stem.size() - 1) : layer_name(stem);
      Form form{
          .name = "elman::Readout", .sizes = {in, out}, .policies = {out > 1 ? "elman::Softmax" : "elman::Identity"}};
      if (!find(stem + "bias")) form.policies.emplace_back("elman::NoBias");
      return form;
    }
    return {.name = "elman::NoReadout", .sizes = {width}};
  }
  std::string options() const {
    std::string names;
    for (const Module& module : modules_) names += (names.empty() ? "\"" : ", \"") + module.name + '"';
    names = "{.rnn = " + (modules_.size() > 1 ? "{" + names + "}" : names);
    if (!readout_name_.empty()) names += ", .readout = \"" + readout_name_ + '"';
    if (!embedding_name_.empty()) names += ", .embedding = \"" + embedding_name_ + '"';
    return names + "}";
  }

  const elman::io::TensorReader& file_;
  bool is_torch_ = true;
  std::string scalar_;
  std::vector<Module> modules_;
  std::string embedding_name_, readout_name_;
  Index vocabulary_ = 0, width_ = 0;
};

}  // namespace detail

/// Throws std::runtime_error with the reason if the file is of no such net.
inline ForeignNet foreign_net(const elman::io::TensorReader& file) { return detail::ForeignReader(file).net(); }

}  // namespace example
