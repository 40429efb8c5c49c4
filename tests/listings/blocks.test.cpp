// SPDX-License-Identifier: MIT
//
// Every block of code of README.md and docs/, between fences or indented, is compiled, run, compared with what a
// program prints or another test holds; what is not, is listed here with the reason. (docs/reference.md and
// docs/options.md are what the headers say: reference.test.cpp.)
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "listings/documents.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace {

using namespace documents;
namespace fs = std::filesystem;

/// A block that no test runs or compares.
struct Exempt {
  std::string document, begin;  ///< how its first line begins; of several all
  std::string why;
};

const std::string a_drawing = "a drawing or equations, which no program prints",
                  takes_minutes =
                      "minutes or hours; the page has the machine, and the tests of examples run it smaller",
                  of_minutes = "printed by such a command", installs = "installs packages, asks a net";

const std::vector<Exempt> exempt{
    {"README.md", "apt-get update && ", "what .ci/run begins with"},
    {"README.md", "FetchContent_Declare(elman GIT", "asks a net; consumer/ways fetches from folders"},
    {"docs/architecture.md", "sequences ── pack", a_drawing},
    {"docs/architecture.md", "elman.hpp  ", "the tree, which house.test.cpp compares"},
    {"docs/embedding.md", "vcpkg install", "needs vcpkg and Conan; packages.cmake runs the recipes without"},
    {"docs/first_hour.md", "apt-get update", "the data are a package's; the page has the date"},
    {"docs/first_hour.md", "computers  ", "printed by these commands"},
    {"docs/from-pytorch.md", "step   0: L = 1.1", "PyTorch printed it, as the page says"},
    {"docs/long_range.md", "cmake -S . -B build", "what .ci/run does with all examples"},
    {"docs/long_range.md", "J_t = ", a_drawing},
    {"docs/long_range.md", "build/examples/long_range ", takes_minutes},
    {"docs/math.md", "h_t = σ(a_t)", a_drawing},
    {"docs/notation.md", "step t  ", a_drawing},
    {"docs/notation.md", "block  ", a_drawing},
    {"docs/performance.md", "apt-get install", "needs other libraries; the page has machine and date"},
    {"docs/performance.md", "tests/benchmarks/compile_cost.sh", "needs two trees and minutes"},
    {"docs/playground/README.md", "apt-get install emscripten", "needs emscripten; the label playground, where it is"},
    {"docs/results.md", "cmake -S . -B build", "what .ci/run does"},
    {"docs/results.md", "build/examples/", takes_minutes},
    {"docs/results.md", "true class (rows)", of_minutes},
    {"docs/results.md", "You may be making", of_minutes},
    {"docs/results.md", "d  0.", "of a training, in whose figures round-off grows: another processor's are others"},
    {"docs/results.md", "consonant  ", "the same"},
    {"docs/results.md", "ctest --test-dir build -R device", "what .ci/run does"},
};

/// Where the tutorials' commands are run, in listings.test.cpp.
bool is_tutorial(const std::string& document) {
  return document == "docs/tutorial.md" || document == "docs/zh/tutorial.md";
}
const std::set<std::string> compared{"README.md",           "docs/training.md",    "docs/cookbook.md",
                                     "docs/tutorial.md",    "docs/zh/tutorial.md", "docs/from-keras.md",
                                     "docs/from-pytorch.md"};

std::vector<std::string> pages() {
  std::vector<std::string> all{"README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
    const std::string page = entry.path().lexically_relative(root).generic_string();
    if (entry.path().extension() == ".md" && page != "docs/reference.md" && page != "docs/options.md")
      all.push_back(page);
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// The text of all files of a folder that end so, or of one file.
std::string texts_of(const std::string& path, const std::set<std::string>& ends) {
  std::string text;
  if (fs::is_regular_file(root / path)) return content(root / path);
  for (const auto& entry : fs::recursive_directory_iterator(root / path)) {
    const std::string name = entry.path().filename().string();
    if (ends.count(name) + ends.count(entry.path().extension().string()) > 0 && name.find(".test.") == name.npos)
      text += content(entry.path());
  }
  return text;
}

std::string without_blanks(const std::string& text) {
  std::string all;
  for (const char letter : text) {
    if (!std::isspace(static_cast<unsigned char>(letter))) all += letter;
  }
  return all;
}

/// What is compiled.
struct Compiled {
  Lines listings;     ///< of tests/listings, and of the kernel of docs/architecture.md
  std::string lines;  ///< of docs/features.md, without blanks

  bool has_lines_of(const std::string& code) const {
    const Lines all = lines_of(code);
    return std::all_of(all.begin(), all.end(), [this](const std::string& line) {
      std::string bare = without_blanks(line.substr(0, line.find("//")));
      if (!bare.empty() && bare.back() == ';') bare.pop_back();
      return lines.find(bare) != lines.npos;
    });
  }
};
Compiled compiled() {
  std::string listings = texts_of("tests/listings", {".cpp", ".hpp"});
  listings += content(root / "tests/unit/kernels/skeleton.test.cpp");
  for (const auto& entry : fs::directory_iterator(root / "tests/listings")) {
    const std::string name = entry.path().filename().string();
    const bool is_of_listings = name.find("_listings.test.cpp") != name.npos || name.rfind("examples_", 0) == 0;
    if (is_of_listings) listings += content(entry.path());
  }
  return {lines_of(listings), without_blanks(content(root / "tests/examples/feature_lines.test.cpp"))};
}

/// A line for each block of a document that nobody holds; what is exempt goes out of `unused`.
std::string unheld(const std::string& document, const Compiled& compiled, std::vector<Exempt>& unused) {
  std::string faults, before;
  std::size_t count = 0;
  for (const Block& block : blocks_in(document)) {
    const Lines lines = lines_of(block.text);
    const std::string first = lines.empty() ? "" : lines.front(), language = block.language;
    bool is_held = false;
    if (language == "cpp") {  // README's first is the test readme; that of the first hour is compiled below
      is_held = (document == "README.md" && count == 0) || document == "docs/first_hour.md" ||
                stands_in(lines, compiled.listings);
    } else if (language == "text" && block.is_next && before == "cpp") {
      is_held = compared.count(document) > 0;
    } else if (language == "bash") {
      is_held = is_tutorial(document);
    } else if (language == "python") {  // below
      is_held = true;
    } else if (language.empty() && document == "docs/features.md") {
      is_held = compiled.has_lines_of(block.text);
    } else if (language.empty() && is_tutorial(document)) {  // listings.test.cpp builds with it
      is_held = first.rfind("cmake_minimum_required", 0) == 0;
    }
    for (const Exempt& its : exempt) {
      if (is_held || its.document != document || first.rfind(its.begin, 0) != 0) continue;
      is_held = language != "cpp";
      unused.erase(
          std::remove_if(unused.begin(), unused.end(),
                         [&](const Exempt& one) { return one.document == its.document && one.begin == its.begin; }),
          unused.end());
    }
    if (!is_held) {
      faults += document + ":" + std::to_string(block.line) + ": " + first + "\n";
    }
    before = language;
    ++count;
  }
  return faults;
}

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) || letter == '-' || letter == '_'; }

bool has_word(const std::string& text, const std::string& word) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

/// What of elman's a command names and is not there: programs of examples and their options, targets and options of
/// CMake, scripts; a word each.
std::string absent_in(const std::string& command) {
  static const std::string examples = texts_of("examples", {".cpp", ".hpp"}),
                           cmake = texts_of("CMakeLists.txt", {}) + texts_of("tests", {"CMakeLists.txt"}) +
                                   texts_of("examples", {"CMakeLists.txt"}) +
                                   texts_of("docs/playground", {"CMakeLists.txt"});
  std::string absent, before;
  bool is_example = false;
  std::istringstream words(command);
  for (std::string word; words >> word; before = word) {
    if (word.find('*') != word.npos) continue;
    const std::string path = word.rfind("build/examples/", 0) == 0 ? "examples/" + word.substr(15) + ".cpp" : word;
    bool is_there = true;
    if (path != word || path.rfind("tests/", 0) == 0) {
      is_example = path != word;
      is_there = fs::exists(root / path);
    } else if (word == "&&") {
      is_example = false;
    } else if (word.rfind("--", 0) == 0) {
      is_there = !is_example || has_word(examples, word);
    } else if (word.rfind("ELMAN_", 0) == 0 && before == "-D") {
      is_there = has_word(cmake, word.substr(0, word.find('=')));
    } else if (before == "--target") {
      is_there = has_word(cmake, word) || fs::exists(root / "examples" / (word + ".cpp"));
    }
    if (!is_there) absent += word + "\n";
  }
  return absent;
}

/// Code between ticks in the text of a page, a piece each.
Lines in_ticks(const std::string& document) {
  std::string text;
  for (const PageLine& line : lines_of_page(content(root / document))) {
    if (!line.is_code) text += line.text + " ";
  }
  Lines pieces;
  for (auto begin = text.find('`'); begin != text.npos;) {
    const auto end = text.find('`', begin + 1);
    if (end == text.npos) break;
    pieces.push_back(text.substr(begin + 1, end - begin - 1));
    begin = text.find('`', end + 1);
  }
  return pieces;
}

/// Statements, expressions and types in the text of a page, as statements, without those that stand in a listing too.
/// Of expressions the type, since more takes seconds.
std::string statements_in(const std::string& document, const std::string& listings) {
  std::string statements;
  for (const std::string& piece : in_ticks(document)) {
    const bool is_code = piece.find_first_of(";({") != piece.npos || piece.back() == '>';
    const bool is_whole = piece.find("…") == piece.npos && piece[0] != '.' && piece[0] != '<' && piece[0] != '-';
    if (!is_code || !is_whole || listings.find(without_blanks(piece)) != listings.npos) continue;
    statements += piece.back() == ';'   ? "{ " + piece + " }\n"
                  : piece.back() == '>' ? "{ static_cast<void>(sizeof(" + piece + ")); }\n"
                                        : "{ using Type = decltype(" + piece + "); }\n";
  }
  return statements;
}

#ifdef ELMAN_COMPILER
bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }
std::string quoted(const fs::path& path) { return "\"" + path.string() + "\""; }
#endif

}  // namespace

TEST_CASE("every block of the documents is compiled, run or compared, or is exempt for a reason that is said") {
  std::vector<Exempt> unused = exempt;
  const Compiled all = compiled();
  std::string faults;
  std::size_t count = 0;
  for (const std::string& page : pages()) {
    faults += unheld(page, all, unused);
    count += blocks_in(page).size();
  }
  CHECK(faults == std::string());
  CHECK(count > 150);
  for (const Exempt& none : unused) {
    INFO(none.document << " has no block any more that begins with " << none.begin);
    CHECK(none.why.empty());
  }
}

TEST_CASE("what listings stand in is compiled") {
  const std::string cmake = content(root / "tests/listings/CMakeLists.txt");
  for (const auto& entry : fs::directory_iterator(root / "tests/listings")) {
    const fs::path name = entry.path().filename();
    if (name.extension() != ".cpp" || name.stem().has_extension()) continue;  // *.test.cpp: every folder's are
    INFO(name.string());
    CHECK(has_word(cmake, name.stem().string()));
  }
}

TEST_CASE("commands of the documents name programs, options, targets and files that are there") {
  std::string absent;
  std::size_t count = 0;
  for (const std::string& page : pages()) {
    Lines commands = in_ticks(page);
    for (const Block& block : blocks_in(page)) {
      std::string text = block.language.empty() || block.language == "bash" ? block.text : "";
      for (auto at = text.find("\\\n"); at != text.npos; at = text.find("\\\n")) text.erase(at, 2);
      for (const std::string& line : lines_of(text)) commands.push_back(line);
    }
    for (const std::string& command : commands) {
      const std::string its = absent_in(command);
      if (!its.empty()) absent += page + ": " + command + ": " + its;
      count += command.rfind("build/examples/", 0) == 0;
    }
  }
  CHECK(absent == std::string());
  CHECK(count > 20);
}

#ifdef ELMAN_COMPILER
TEST_CASE("what stands in the text of the tutorials compiles, and so does the listing of docs/first_hour.md") {
  const Folder folder("listing-snippets");
  std::string file, text;
  for (const Listing& listing : listings_in("docs/first_hour.md")) {
    for (const std::string& line : listing.code) {
      if (line.rfind("// ", 0) == 0 && line.find(", behind #include") != line.npos) {
        file = line.substr(3, line.find(',') - 3);
        text.clear();
      }
      REQUIRE(!file.empty());
      text += line + "\n";
      folder.write(file, text);
    }
  }
  for (const std::string name : {"sayings.h", "train.cpp", "classify.cpp"}) REQUIRE(fs::exists(folder.path / name));
  const std::string listings = without_blanks(texts_of("tests/listings", {".cpp", ".hpp"}));
  std::string statements;
  for (const std::string page : {"docs/tutorial.md", "docs/zh/tutorial.md"}) {
    const std::string its = statements_in(page, listings);
    CHECK(std::count(its.begin(), its.end(), '\n') > 5);
    statements += its;
  }
  INFO(statements);
  folder.write("in_text.inc", statements);
  CHECK(runs(ELMAN_COMPILER " -std=c++20 -fsyntax-only -Wno-return-type -include " + quoted(ELMAN_PARSED) + " -I " +
             quoted(root / "include") + " -isystem " + quoted(ELMAN_EIGEN) + " -I " + quoted(folder.path) + " " +
             quoted(root / "tests/listings/snippets.cpp")));
}
#endif

#ifdef ELMAN_PYTHON
TEST_CASE("the listings in Python are Python") {
  const Folder folder("listing-python");
  int count = 0;
  for (const std::string& page : pages()) {
    for (const Block& block : blocks_in(page)) {
      if (block.language != "python") continue;
      const std::string file = folder.write("block.py", block.text);
      INFO(page << ":" << block.line);
      CHECK(std::system((ELMAN_PYTHON " -c \"compile(open('" + file + "').read(), 'block', 'exec')\"").c_str()) == 0);
      ++count;
    }
  }
  CHECK(count == 4);
}
#endif

// --- What is found in pages that are made up

TEST_CASE("blocks that nobody holds, and words of commands that are not there, are found") {
  const Folder folder("listing-blocks");
  const auto page = folder.write("p.md",
                                 "# A\n\n```cpp\na;\n```\n\n```cpp\nb;\n```\n\n```text\n1\n```\n\n## B\n\n    c\n\n"
                                 "      d\ntext\n\n```bash\ne\n```\n");
  const auto blocks = blocks_in(page);
  REQUIRE(blocks.size() == 5);
  CHECK(blocks[3].heading == "B");
  CHECK(blocks[3].text == "    c\n\n      d\n");
  CHECK(blocks[2].is_next);
  CHECK(!blocks[3].is_next);
  std::vector<Exempt> unused = exempt;
  CHECK(unheld(page, {{"a;"}, {}}, unused) ==
        page + ":7: b;\n" + page + ":11: 1\n" + page + ":17: c\n" + page + ":22: e\n");
  CHECK(unused.size() == exempt.size());
  const Compiled lines{{}, "f(x);g(y);"};
  CHECK(lines.has_lines_of("  f(x);  // what\n\n  g( y );\n"));
  CHECK(!lines.has_lines_of("  f(x);\n  h(y);\n"));
  CHECK(absent_in("build/examples/classify_words --seeds 3 && cmake --build build --target check").empty());
  CHECK(absent_in("build/examples/classify_word --seeds 3") == "build/examples/classify_word\n");
  CHECK(absent_in("build/examples/classify_words --seed-of 3") == "--seed-of\n");
  CHECK(absent_in("cmake -D ELMAN_NOT=ON --target no-target tests/none.sh") ==
        "ELMAN_NOT=ON\nno-target\ntests/none.sh\n");
  const auto text = folder.write("t.md", "`f(x)` `a` `h{x};` `g(…)` `.b = {0}` `j()` `A<B>`\n\n    `i(x)`\n");
  CHECK(statements_in(text, "f(x);") ==
        "{ h{x}; }\n{ using Type = decltype(j()); }\n{ static_cast<void>(sizeof(A<B>)); }\n");
}
