// SPDX-License-Identifier: MIT
//
// The form of a net (layers/form.hpp) as JSON, as it stands in the metadata of a file.
#pragma once

#include <string>

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
  Form body;           ///< its layers
  Form readout;        ///< what reads them

  /// The type, as C++.
  std::string text() const { return "elman::Net<" + scalar + ", " + cpp_type(body) + ", " + cpp_type(readout) + ">"; }
  /// The same of a file's, for a message.
  std::string shown() const { return detail::printable(text(), 500); }

  friend bool operator==(const NetForm&, const NetForm&) = default;
};

namespace detail {

inline nlohmann::ordered_json json_of(const Form& form) {
  nlohmann::ordered_json json{{"name", form.name}};
  for (const auto& layer : form.inner) json["layers"].push_back(json_of(layer));
  if (!form.sizes.empty()) json["sizes"] = form.sizes;
  if (!form.counts.empty()) json["counts"] = form.counts;
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

inline std::string text_of(const NetForm& net) {
  const nlohmann::ordered_json json{
      {"scalar", net.scalar}, {"body", json_of(net.body)}, {"readout", json_of(net.readout)}};
  return json.dump();
}

}  // namespace detail
}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
