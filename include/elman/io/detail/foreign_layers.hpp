// SPDX-License-Identifier: MIT
//
// What PyTorch and Keras have of a net: an embedding at the bottom, recurrences one upon the other, each forwards or in
// both directions, and a linear map on top. It is read from the net's form (layers/form.hpp), so that one walk serves
// every composition; with each goes the path of its matrices, "layer1.forwards.", by the rules of for_each_part.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

struct ForeignRecurrence {
  std::string path;
  Index hidden = 0;
  std::string activation;
  bool has_bias = true;
};

/// Forwards, and backwards if there are both.
using ForeignLayer = std::vector<ForeignRecurrence>;

struct ForeignNet {
  std::optional<std::string> embedding;  ///< its path
  std::vector<ForeignLayer> layers;
  bool has_readout = false;
  bool has_readout_bias = false;
};

/// Of the layers of a net; throws std::invalid_argument if one has no counterpart.
class ForeignWalk {
 public:
  /// `function`: for messages, as is `library`.
  ForeignWalk(const char* function, const char* library) : function_(function), library_(library) {}

  ForeignNet operator()(const Form& body, const Form& readout) {
    walk(body, "", true);
    if (readout.name == "elman::Readout") {
      net_.has_readout = true;
      net_.has_readout_bias = readout.policies.size() < 2;
    } else if (readout.name != "elman::NoReadout") {
      refuse(readout.name);
    }
    return std::move(net_);
  }

 private:
  void walk(const Form& form, const std::string& path, bool is_bottom) {
    const auto layer = [&](std::size_t k) { return path + "layer" + std::to_string(k) + "."; };
    if (form.name == "elman::Recurrence") {
      net_.layers.push_back({recurrence(form, path)});
    } else if (form.name == "elman::Bidirectional") {
      net_.layers.push_back(
          {recurrence(form.inner_at(0), path + "forwards."), recurrence(form.inner_at(1), path + "backwards.")});
    } else if (form.name == "elman::Dropout") {
      walk(form.inner_at(0), path, is_bottom);
    } else if (form.name == "elman::Stacked") {
      for (std::size_t k = 0; k < form.inner.size(); ++k) walk(form.inner[k], layer(k), is_bottom && k == 0);
    } else if (form.name == "elman::Repeated") {
      const auto depth = static_cast<std::size_t>(form.count_at(0));
      for (std::size_t k = 0; k < depth; ++k) walk(form.inner_at(k == 0 ? 0 : 1), layer(k), is_bottom && k == 0);
    } else if (form.name == "elman::Embedding") {
      require_that(is_bottom, "an Embedding between other layers");
      net_.embedding = path;
    } else if (form.name == "elman::LearnedStart") {
      refuse("a learned h0, which is an argument there; a net without LearnedStart has the same other weights");
    } else if (form.name == "elman::EncoderDecoder") {
      refuse(
          "an EncoderDecoder, which is two modules there; a net of each part, with NoReadout for the encoder, has one, "
          "and net.matrix(\"encoder.U\") = part.matrix(\"U\") and so on joins them");
    } else {
      refuse(form.name);
    }
  }

  ForeignRecurrence recurrence(const Form& form, const std::string& path) const {
    if (form.name == "elman::Dropout") return recurrence(form.inner_at(0), path);
    require_that(form.name == "elman::Recurrence", "a Bidirectional of other layers than one Recurrence each");
    const bool is_plain = form.policies.size() < 2 || form.policies[1] == "elman::NothingBetween";
    const bool is_noise = !is_plain && form.policies[1] == "elman::RecurrentNoise";
    require_that(is_plain || is_noise, "what stands between two steps of a Recurrence");
    require_that(is_plain || form.options_at(0).number("zoneout") == 0, "zoneout, by which a trained net computes too");
    return {path, form.size_at(1), form.policies.at(0), form.policies.size() < 3};
  }

  void require_that(bool holds, const char* what) const {
    if (!holds) refuse(what);
  }
  [[__noreturn__]] void refuse(const std::string& what) const {
    elman::detail::fail(function_, ": the net has ", what, "; ", library_, " has not");
  }

  const char* function_;
  const char* library_;
  ForeignNet net_;
};

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
