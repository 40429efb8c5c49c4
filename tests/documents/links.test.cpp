// SPDX-License-Identifier: MIT
//
// What README.md, docs/ and CONTRIBUTING.md lead to is there: files, headings, and names in code that look like
// elman's.
#include <filesystem>
#include <string>

#include "documents/library.hpp"
#include "documents/markdown.hpp"
#include "documents/names.hpp"
#include "support/catch.hpp"

namespace {

using namespace documents;

const std::filesystem::path root = ELMAN_SOURCE_DIR;
const std::string nothing;

const Pages& pages() {
  static const Pages all = [] {
    Pages found;
    for (const std::string page : {"README.md", ".github/CONTRIBUTING.md"}) found[page] = content(root / page);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "docs")) {
      if (entry.path().extension() != ".md") continue;
      found[entry.path().lexically_relative(root).generic_string()] = content(entry.path());
    }
    return found;
  }();
  return all;
}

std::string broken(const std::string& text) {
  const Pages made_up{{"README.md", "# One\n"}, {"docs/a.md", text}, {"docs/zh/b.md", "# 循环 net\n\n## x\n\n## x\n"}};
  return broken_links(made_up, [&](const std::string& path) {
    return made_up.count(path) > 0 || path == "docs/picture.svg" || path == "include/";
  });
}

std::string unknown(const std::string& text) {
  const std::string declared =
      "namespace elman {\nnamespace train {\nclass Loop {\n public:\n  int run();\n};\nusing Ring = Loop;\nstruct "
      "LoopOptions {\n  int epochs = 1;\n};\n}\n}\n";
  return unknown_names({{"a.md", text}}, names_of({read_header("train/loop.hpp", declared)}));
}

}  // namespace

TEST_CASE("every link of the documents leads somewhere") {
  REQUIRE(pages().size() > 10);
  CHECK(broken_links(pages(), [](const std::string& path) { return std::filesystem::exists(root / path); }) == nothing);
}

TEST_CASE("every name in the code of the documents that looks like elman's is one") {
  Pages written = pages();  // by hand; the others are of the headers' own words
  CHECK(written.erase("docs/reference.md") + written.erase("docs/options.md") == 2);
  CHECK(unknown_names(written, names_of(read_library(root / "include/elman"))) == nothing);
}

// --- What is found in pages that are made up
// --------------------------------------------------------------------------

TEST_CASE("a link that leads nowhere is found, by its line") {
  CHECK(broken(
            "[a](../README.md#one) ![p](picture.svg) [b](zh/b.md#循环-net) [c](zh/b.md#x-1) [d](#e)\n\n<a id=\"e\"></a>"
            " [f](https://example.org/x#y) [g](../include/)\n") == nothing);
  CHECK(broken("\n[a](b.md)\n") == "docs/a.md:2: b.md is not there\n");
  CHECK(broken("[a](zh/b.md#x-2)") == "docs/a.md:1: zh/b.md#x-2: docs/zh/b.md has no such heading\n");
  CHECK(broken("# `a` of [b](../README.md)\n[a](#a-of-b) [a](#b)\n") ==
        "docs/a.md:2: #b: docs/a.md has no such heading\n");
  CHECK(broken("```cpp\nx[1](y)\n```\n\n    x[1](y)\n\n`x[1](y)`\n\n- a\n\n      x[1](y)\n") == nothing);
  CHECK(broken("`of two\nlines` [a](b.md)\n\n`x\n[a](b.md)`\n") == "docs/a.md:2: b.md is not there\n");
}

TEST_CASE("anchors are GitHub's") {
  CHECK(anchor_of("`train::Loop`") == "trainloop");
  CHECK(anchor_of("elman/net/start.hpp") == "elmannetstarthpp");
  CHECK(anchor_of("What is 5 – and h₀, λ?") == "what-is-5--and-h-λ");
  CHECK(anchor_of("时间 反向，传播") == "时间-反向传播");
  Anchors anchors;
  CHECK(anchors.next("Zero") == "zero");
  CHECK(anchors.next("zero") == "zero-1");
}

TEST_CASE("a name that the headers do not have is found, in code alone") {
  CHECK(unknown("`train::Loop` `elman::train::Loop{net}` `train::Ring::run` `Loop::run` `std::vector` `elman::io`"
                " `{.epochs = 3}` train::Tool `mine::Tool` `elman::v0_1_0::train::Loop` `a.b = 1`\n") == nothing);
  CHECK(unknown("`train::Tool`") == "a.md:1: no header has train::Tool\n");
  CHECK(unknown("`of two\ntrain::Tool` train::Fool `x`\n") == "a.md:2: no header has train::Tool\n");
  CHECK(unknown("\n```cpp\nelman::Tool x;\n```\n") == "a.md:3: no header has elman::Tool\n");
  CHECK(unknown("```python\ntrain::Tool\n```\n\n    Loop::walk();\n") == "a.md:5: no header has Loop::walk\n");
  CHECK(unknown("`Loop loop{{.epoch = 3, .epochs = 3}}`") == "a.md:1: no header has an option .epoch\n");
}
