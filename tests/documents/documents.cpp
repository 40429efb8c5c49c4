// SPDX-License-Identifier: MIT
//
// What the targets reference and docs call:
//
//   documents reference SOURCE     writes docs/reference.md and docs/options.md of a source directory from its headers
//                                  and the listings of its documents
//   documents filter SOURCE FILE   prints a page or a header as Doxygen reads it
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>

#include "documents/doxygen_page.hpp"
#include "documents/library.hpp"
#include "documents/page.hpp"

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) throw std::runtime_error(path.string() + ": cannot be written");
}

void write_reference(const std::filesystem::path& root) {
  const auto library = documents::read_library(root / "include/elman");
  const auto examples = documents::examples_of(library, documents::read_examples(root));
  write(root / "docs/reference.md", documents::reference_page(library, examples));
  write(root / "docs/options.md", documents::options_page(library));
  std::cerr << documents::undocumented(library) << documents::without_range(library)
            << documents::without_example(library, examples);
}

void filter(const std::filesystem::path& root, const std::filesystem::path& file) {
  const std::string path = std::filesystem::absolute(file).lexically_relative(root).generic_string();
  const std::string text = content(file);
  if (file.extension() == ".hpp") {
    const auto examples = documents::example_references(content(root / "docs/reference.md"));
    std::cout << documents::doxygen_header(path.substr(path.find('/') + 1), text, examples);
    return;
  }
  std::set<std::string> pages{"README.md"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") pages.insert(entry.path().lexically_relative(root).generic_string());
  }
  std::cout << documents::doxygen_page(path, text, pages);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string command = count > 1 ? arguments[1] : "";
  try {
    if (command == "reference" && count == 3) {
      write_reference(arguments[2]);
    } else if (command == "filter" && count == 4) {
      filter(arguments[2], arguments[3]);
    } else {
      std::cerr << "documents reference SOURCE | documents filter SOURCE FILE\n";
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
