// SPDX-License-Identifier: MIT
//
// nlohmann-json, or one sentence where it is not installed. Of its two kinds of objects elman uses ordered_json alone:
// each is 1,000 functions in a program that is not optimised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "elman/io/detail/file_error.hpp"
#include "elman/version.hpp"

#if !__has_include(<nlohmann/json.hpp>)
#include "elman io needs nlohmann-json: install nlohmann-json3-dev, or add its include folder with -isystem"
#endif
#include <nlohmann/json.hpp>
#if (JSON_DIAGNOSTICS) != ELMAN_JSON_DIAGNOSTICS
#include "elman: JSON_DIAGNOSTICS is defined in front of all headers of elman or of none, because it is in ELMAN_ABI"
#endif

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// Bytes of a file's header.
inline constexpr std::uint64_t longest_header = 100'000'000;

/// What nlohmann's parser says of a text, without the name of its exception, which stands in front in brackets.
inline std::string reason(const nlohmann::ordered_json::exception& error) {
  const std::string_view said = error.what();
  const std::size_t bracket = said.find("] ");
  return printable(bracket == said.npos ? said : said.substr(bracket + 2));
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
