// SPDX-License-Identifier: MIT
//
// What goes with a net (deploy/attachments.hpp) in a file: tensors named attached.NAME, and metadata, which is a text
// by itself if there is one, else a JSON list of texts. Keys that begin with elman. are elman's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/deploy/attachments.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/strips.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

inline constexpr std::string_view attached = "attached.";
inline constexpr std::string_view own_key = "elman.";

inline bool is_attached(std::string_view tensor) { return tensor.starts_with(attached); }

/// Texts that a list of JSON holds in the way that we write it; else the text itself.
inline std::vector<std::string> texts_of(const std::string& value) {
  if (!value.starts_with('[')) return {value};
  struct Other {};
  const auto is_text = [](int depth, nlohmann::ordered_json::parse_event_t event, const nlohmann::ordered_json& json) {
    const bool is_in_list = depth == 1 && event == nlohmann::ordered_json::parse_event_t::value && json.is_string();
    if (depth > 0 && !is_in_list) throw Other();  // before much of it is kept
    return true;
  };
  try {
    const auto json = nlohmann::ordered_json::parse(value, is_text, false);
    if (json.is_array() && json.dump() == value) return json.get<std::vector<std::string>>();
  } catch (const Other&) {
    return {value};
  }
  return {value};
}
/// The inverse. Throws nlohmann's exception of what is not UTF-8.
inline std::string value_of(const std::vector<std::string>& texts) {
  const std::string list = nlohmann::ordered_json(texts).dump();
  return texts.size() == 1 && texts_of(texts.front()) == texts ? texts.front() : list;
}

/// Throws std::invalid_argument if a name is taken, a text is not UTF-8 or a number not finite.
inline void add_attachments(TensorWriter& file, const Attachments& attachments, const char* function) {
  for (const auto& [name, texts] : attachments.strings) {
    elman::detail::require_that(!name.starts_with(own_key), function, ": strings has the name \"", name,
                                "\"; expected none that begins with elman.");
    try {
      file.metadata[name] = value_of(texts);
    } catch (const nlohmann::ordered_json::exception&) {
      elman::detail::fail(function, ": strings \"", name, "\" is not UTF-8");
    }
  }
  for (const auto& [name, numbers] : attachments.tensors) {
    for (const double number : numbers.reshaped()) {
      elman::detail::require_that(fits_in<double>(number), function, ": tensors \"", name, "\" has ", number,
                                  "; expected finite numbers");
    }
    const std::string its_name = std::string(attached) + name;
    if (numbers.cols() == 1) {
      file.add_vector(its_name, ConstVectorView<double>(numbers.data(), numbers.rows()));
    } else {
      file.add(its_name, ConstMatrixView<double>(numbers));
    }
  }
}

inline Attachments attachments_of(TensorReader& file) {
  Attachments all;
  for (const auto& [key, value] : file.metadata()) {
    if (!key.starts_with(own_key)) all.strings[key] = texts_of(value);
  }
  for (const TensorInfo& tensor : file.tensors()) {
    if (is_attached(tensor.name)) {
      all.tensors[tensor.name.substr(attached.size())] = file.matrix<double>(tensor.name, {.convert = true});
    }
  }
  return all;
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
