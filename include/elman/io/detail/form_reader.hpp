// SPDX-License-Identifier: MIT
//
// The form of a net from its JSON (form_json.hpp), read as strictly as it is written: every fault of a file is
// std::runtime_error and starts with the path.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/form_json.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/layers/form.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// Reads it, of a file of this name.
class FormReader {
 public:
  using Json = nlohmann::ordered_json;

  explicit FormReader(const std::string& file) : file_(file) {}

  /// Throws std::runtime_error, with the file in front, if this is no form of a net.
  NetForm net(const std::string& said) const {
    expect(said.size() <= most_bytes, "it has ", said.size(), " bytes; expected at most ", most_bytes);
    expect(said.find('\0') == said.npos, "it has a NUL, behind which nothing would be read");
    try {
      const Json json = parse(said);
      expect_keys(json, {"scalar", "body", "readout"});
      const std::string scalar = text(json, "scalar");
      expect(scalar == "float" || scalar == "double", "its scalar is ", in_quotes(scalar),
             "; expected float or double");
      return {scalar, layer(json.at("body"), 0), layer(json.at("readout"), 0)};
    } catch (const nlohmann::ordered_json::exception& error) {
      expect(false, reason(error));
      throw;
    }
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{1} << 20, deepest_layer = 64;

  template <class... Pieces>
  void expect(bool holds, const Pieces&... pieces) const {
    require_that(holds, file_, "metadata elman.net does not describe a net: ", pieces...);
  }
  void expect_keys(const Json& json, std::initializer_list<std::string_view> known) const {
    expect(json.is_object(), "it has ", printable(json.dump(), 40), "; expected an object with ", *known.begin());
    for (const auto& item : json.items()) {
      expect(std::find(known.begin(), known.end(), item.key()) != known.end(), "it has ", in_quotes(item.key()),
             "; expected ", *known.begin(), " and what goes with it");
    }
  }
  std::string text(const Json& json, const char* key) const {
    const Json& said = json.at(key);
    expect(said.is_string(), key, " is ", printable(said.dump(), 40), "; expected a text");
    return said.get<std::string>();
  }
  /// visit(element) for each of a list; there need not be one.
  template <class Visit>
  void for_each(const Json& json, const char* key, const Visit& visit) const {
    const auto found = json.find(key);
    if (found == json.end()) return;
    expect(found->is_array(), key, " are ", printable(found->dump(), 40), "; expected a list");
    for (const auto& element : *found) visit(element);
  }

  /// No key may stand twice in an object, and nothing deeper than a layer can be.
  Json parse(const std::string& said) const {
    std::vector<std::set<std::string>> keys;  // of the objects and lists that are open
    return Json::parse(said, [&](int depth, Json::parse_event_t event, const Json& parsed) {
      const auto at = static_cast<std::size_t>(depth);
      expect(at < 2 * deepest_layer + 8, "it is nested too deep; expected at most ", deepest_layer, " layers");
      if (event == Json::parse_event_t::object_start) keys.resize(at + 1), keys.emplace_back();
      if (event == Json::parse_event_t::key) {
        const auto key = parsed.get<std::string>();
        expect(keys[at].insert(key).second, "it has ", in_quotes(key), " twice");
      }
      return true;
    });
  }

  Form layer(const Json& json, std::size_t depth) const {
    expect(depth < deepest_layer, "its layers are nested too deep; expected at most ", deepest_layer);
    expect_keys(json, {"name", "layers", "sizes", "counts", "policies", "options"});
    Form form{.name = text(json, "name")};
    for_each(json, "layers", [&](const Json& inner) { form.inner.push_back(layer(inner, depth + 1)); });
    form.sizes = whole_numbers(json, "sizes");
    form.counts = whole_numbers(json, "counts");
    for_each(json, "policies", [&](const Json& policy) {
      expect(policy.is_string(), "a policy is ", printable(policy.dump(), 40), "; expected a text");
      form.policies.push_back(policy.get<std::string>());
    });
    for_each(json, "options", [&](const Json& options) { form.options.push_back(options_of(options)); });
    return form;
  }
  std::vector<Index> whole_numbers(const Json& json, const char* key) const {
    std::vector<Index> all;
    for_each(json, key, [&](const Json& number) {
      constexpr auto most = static_cast<std::uint64_t>((std::numeric_limits<Index>::max)());
      expect(number.is_number_unsigned() && number.get<std::uint64_t>() <= most, "one of its ", key, " is ",
             printable(number.dump(), 40), "; expected a whole number");
      all.push_back(number.get<Index>());
    });
    return all;
  }
  FormOptions options_of(const Json& json) const {
    expect_keys(json, {"type", "values"});
    FormOptions options{text(json, "type"), {}};
    const Json& values = json.at("values");
    expect(values.is_object(), "values are ", printable(values.dump(), 40), "; expected an object");
    for (const auto& [name, value] : values.items()) {
      const bool is_flag = value.is_boolean();
      expect(is_flag || value.is_number(), "option ", in_quotes(name), " is ", printable(value.dump(), 40),
             "; expected a number, true or false");
      options.values.push_back({name, is_flag ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>(), is_flag});
    }
    return options;
  }

  const std::string& file_;
};

/// Throws std::runtime_error, with `file` in front, if the text is none.
inline NetForm net_form_of(const std::string& file, const std::string& text) { return FormReader(file).net(text); }

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
