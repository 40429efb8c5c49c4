// SPDX-License-Identifier: MIT
//
// Files in the safetensors format (github.com/huggingface/safetensors): nets, and named tensors beneath them. Needs
// nlohmann-json (Debian, Ubuntu: nlohmann-json3-dev; CMake: elman::io) and is not in elman.hpp.
#pragma once

#include "elman/io/net.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
