// SPDX-License-Identifier: MIT
//
// The form of a net (layers/form.hpp) as JSON, as it stands in the metadata of a file.
#pragma once

#include <cstddef>
#include <string>

#include "elman/check.hpp"
#include "elman/deploy/cpp_text.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/layers/form.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// What a file says of its net.
struct NetForm {
  std::string scalar;  ///< float or double
  Form body;
  Form readout;

  /// The type, as C++.
  std::string text() const { return "elman::Net<" + scalar + ", " + cpp_type(body) + ", " + cpp_type(readout) + ">"; }
  friend bool operator==(const NetForm&, const NetForm&) = default;
};

namespace detail {

inline constexpr std::size_t deepest_form = 64;

inline nlohmann::ordered_json json_of(const Form& form) {
  nlohmann::ordered_json json{{"name", form.name}};
  for (const auto& layer : form.inner) json["layers"].push_back(json_of(layer));
  if (!form.sizes.empty()) json["sizes"] = form.sizes;
  if (!form.policies.empty()) json["policies"] = form.policies;
  for (const auto& options : form.options) {
    nlohmann::ordered_json values = nlohmann::ordered_json::object();
    for (const auto& option : options.values) {
      if (option.is_flag) {
        values[option.name] = option.value != 0;
      } else {
        values[option.name] = option.value;
      }
    }
    json["options"].push_back({{"type", options.type}, {"values", values}});
  }
  return json;
}

/// Throws nlohmann's exceptions, or ours, of what is no form.
inline Form form_of_json(const nlohmann::ordered_json& json, std::size_t depth = 0) {
  elman::detail::require(depth < deepest_form, "its layers are nested more than ", deepest_form, " deep");
  Form form{.name = json.at("name").get<std::string>()};
  if (json.contains("layers")) {
    for (const auto& layer : json.at("layers")) form.inner.push_back(form_of_json(layer, depth + 1));
  }
  if (json.contains("sizes")) {
    for (const auto& size : json.at("sizes")) {
      elman::detail::require(size.is_number_integer(), "a size of ", form.name, " is no whole number");
      form.sizes.push_back(size.get<Index>());
    }
  }
  if (json.contains("policies")) form.policies = json.at("policies").get<std::vector<std::string>>();
  if (json.contains("options")) {
    for (const auto& options : json.at("options")) {
      FormOptions all{options.at("type").get<std::string>(), {}};
      for (const auto& [name, value] : options.at("values").items()) {
        const bool is_flag = value.is_boolean();
        all.values.push_back({name, is_flag ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>(), is_flag});
      }
      form.options.push_back(std::move(all));
    }
  }
  return form;
}

inline std::string text_of(const NetForm& net) {
  const nlohmann::ordered_json json{
      {"scalar", net.scalar}, {"body", json_of(net.body)}, {"readout", json_of(net.readout)}};
  return json.dump();
}

/// Throws std::runtime_error, with `file` in front, if the text is none.
inline NetForm net_form_of(const std::string& file, const std::string& text) {
  try {
    const auto json = nlohmann::ordered_json::parse(text);
    return {json.at("scalar").get<std::string>(), form_of_json(json.at("body")), form_of_json(json.at("readout"))};
  } catch (const std::exception& error) {
    fail(file, "metadata elman.net does not describe a net: ", error.what());
  }
}

}  // namespace detail
}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
