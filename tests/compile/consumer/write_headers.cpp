// SPDX-License-Identifier: MIT
//
//   write_headers folder
//
// Writes the nets of nets_to_write.hpp as C++ headers.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "nets_to_write.hpp"

int main(int, char** arguments) {
  const std::filesystem::path folder(arguments[1]);
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder / (name + ".hpp")) << text;
  };
  write("cell", elman::cpp_header(nets_to_write::cell(), "cell"));
  write("cell8", elman::cpp_header<std::int8_t>(nets_to_write::cell(), "cell8"));
  write("cell16", elman::cpp_header<std::int16_t>(nets_to_write::cell(), "cell16"));
  write("cell_bf16", elman::cpp_header<elman::BFloat16>(nets_to_write::cell(), "cell_bf16"));
  write("deep", elman::cpp_header(nets_to_write::deep(), "deep", nets_to_write::deep_attachments()));
  write("both_ways", elman::cpp_header(nets_to_write::both_ways(), "both_ways"));
  write("translator", elman::cpp_header(nets_to_write::translator(), "translator"));
}
