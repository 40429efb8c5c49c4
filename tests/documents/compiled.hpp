// SPDX-License-Identifier: MIT
//
// The documents whose listings are compiled and run: ```cpp blocks by tests/listings, the indented lines of features.md
// by tests/examples/feature_lines.test.cpp.
#pragma once

#include <array>
#include <string_view>

namespace documents {

inline constexpr std::array<std::string_view, 8> compiled_documents{
    "README.md",        "docs/features.md",     "docs/training.md",   "docs/cookbook.md",
    "docs/examples.md", "docs/from-pytorch.md", "docs/from-keras.md", "docs/tutorial.md"};

}  // namespace documents
