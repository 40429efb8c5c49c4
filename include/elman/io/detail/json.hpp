// SPDX-License-Identifier: MIT
//
// nlohmann-json, or one sentence where it is not installed.
#pragma once

#include "elman/version.hpp"

#if !__has_include(<nlohmann/json.hpp>)
#include "elman io needs nlohmann-json: install nlohmann-json3-dev, or add its include folder with -isystem"
#endif
#include <nlohmann/json.hpp>
