// SPDX-License-Identifier: MIT
//
// What `peers` does besides the table of workloads.
#pragma once

#include <string>

namespace benchmarks {

/// Time of training as T, B and H double from a base; prints a table and draws it into an SVG file.
void print_growth(int rounds, const std::string& svg_path);

/// Time of one step of one stream at the shapes of stream_shapes; prints a table.
void print_streaming(int rounds);

/// Time of what training has beside forward and bptt, on the workloads; prints a table.
void print_around(int rounds);

}  // namespace benchmarks
