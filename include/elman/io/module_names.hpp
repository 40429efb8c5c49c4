// SPDX-License-Identifier: MIT
//
// Names that another library's modules have, as an option: "rnn", or {"lower", "upper"}.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "elman/version.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// Names of modules: one, or a list from below.
class ModuleNames : public std::vector<std::string> {
 public:
  ModuleNames() = default;
  ModuleNames(const char* name) : vector{name} {}         // NOLINT: "rnn" is one
  ModuleNames(const std::string& name) : vector{name} {}  // NOLINT: as above
  ModuleNames(std::initializer_list<std::string> names) : vector(names) {}
  ModuleNames(std::vector<std::string> names) : vector(std::move(names)) {}  // NOLINT: as above
};

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
