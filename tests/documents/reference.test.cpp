// SPDX-License-Identifier: MIT
//
// docs/reference.md and docs/options.md are what the headers say; the headers say something of every public name, and a
// listing of the documents uses each.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "documents/declarations.hpp"
#include "documents/doxygen_page.hpp"
#include "documents/examples.hpp"
#include "documents/library.hpp"
#include "documents/page.hpp"
#include "support/catch.hpp"

namespace {

using namespace documents;

const std::filesystem::path root = ELMAN_SOURCE_DIR;
const std::string nothing;

const std::vector<Header>& library() {
  static const std::vector<Header> headers = read_library(root / "include/elman");
  return headers;
}

const Examples& examples() {
  static const Examples all = examples_of(library(), read_examples(root));
  return all;
}

/// The first line in which a page is not what it should be.
std::string difference(const std::string& page, const std::string& expected) {
  const auto lines = lines_in(content(root / page)), right = lines_in(expected);
  for (std::size_t k = 0; k < std::max(lines.size(), right.size()); ++k) {
    const std::string is = k < lines.size() ? lines[k] : "the end", should_be = k < right.size() ? right[k] : "the end";
    if (is == should_be) continue;
    return page + ":" + std::to_string(k + 1) + " is\n" + is + "\nbut the headers and the listings say\n" + should_be +
           "\nmake it again: cmake --build build --target reference\n";
  }
  return "";
}

/// A header in the library's namespaces.
std::string in_elman(const std::string& text) {
  return "// SPDX-License-Identifier: MIT\n//\n// What it is for.\n#pragma once\n\nnamespace elman {\ninline namespace "
         "ELMAN_ABI {\n\n" +
         text + "\n}  // namespace ELMAN_ABI\n}  // namespace elman\n";
}
Header header(const std::string& text, const std::string& path = "a/x.hpp") {
  return read_header(path, in_elman(text));
}

/// Listings of all that is shown.
std::string listed(const std::string& text) {
  std::string all;
  for (const Declaration& d : header(text).declarations) all += listing(d, 0);
  return all;
}

}  // namespace

// --- The pages -------------------------------------------------------------------------------------------------------

TEST_CASE("docs/reference.md and docs/options.md are what the headers say") {
  CHECK(difference("docs/reference.md", reference_page(library(), examples())) == nothing);
  CHECK(difference("docs/options.md", options_page(library())) == nothing);
}

TEST_CASE("every public name has a comment, every field of options its own") {
  CHECK(undocumented(library()) == nothing);
}

TEST_CASE("every public name is used in a listing that is compiled") {
  CHECK(examples().size() > 400);
  CHECK(without_example(library(), examples()) == nothing);
}

TEST_CASE("every number among the options has a range") { CHECK(without_range(library()) == nothing); }

TEST_CASE("no type or function of the headers is missed: those that lines begin with are in the reference") {
  const std::string page = content(root / "docs/reference.md");
  std::string missed;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "include/elman")) {
    if (entry.path().extension() != ".hpp") continue;
    bool is_detail = false;
    for (const std::string& line : lines_in(content(entry.path()))) {
      const bool is_space = line.find("namespace ") != line.npos && line.find("detail") != line.npos;
      if (is_space) is_detail = line.find('}') == line.npos;
      for (const std::string key : {"class ", "struct ", "enum class ", "concept "}) {
        if (is_detail || line.compare(0, key.size(), key) != 0 || line.back() == ';') continue;
        const auto end = std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(key.size()), line.end(), is_word);
        if (end != line.end() && *end == '<') continue;  // a specialisation
        const std::string name(line.begin() + static_cast<std::ptrdiff_t>(key.size()), end);
        ++count;
        if (page.find(name + "`\n\n```cpp") == page.npos)
          missed += entry.path().filename().string() + ": " + name + "\n";
      }
    }
  }
  CHECK(count > 200);
  CHECK(missed == nothing);
}

TEST_CASE("the options of a loss are found by its name, in one row each") {
  const auto lines = lines_in(content(root / "docs/options.md"));
  const auto begin = std::find(lines.begin(), lines.end(), "### `loss::CrossEntropyOptions`");
  const auto end = std::find_if(begin + (begin != lines.end()), lines.end(),
                                [](const std::string& line) { return line.compare(0, 4, "### ") == 0; });
  std::vector<std::string> fields;
  for (auto line = begin; line != end; ++line) {
    if (line->compare(0, 3, "| `") == 0) fields.push_back(line->substr(3, line->find('`', 3) - 3));
  }
  CHECK(fields == std::vector<std::string>{"reduction", "class_weights", "label_smoothing", "ignored_label"});
}

// --- What the reader makes of headers that are made up --------------------------------------------------------------

TEST_CASE("a class is listed with its public members, without bodies") {
  CHECK(listed(R"(/// A count.
template <class Scalar, int Most = (4 > 3)>
class Count : detail::Base {
 public:
  using Value = Scalar;

  /// Starts at n.
  explicit Count(Scalar n = Scalar{0}) : n_{n}, name_("}") { check("{"); }
  Count(const Count&) = delete;
  operator bool() const { return n_ != 0; }
  Scalar operator()(int k) const;  // one more
  template <class Other>
  requires(Most > 3) && std::same_as<Other, Scalar> Count& operator=(const Other& other) {
    return *this;
  }
  static constexpr int(max)() { return 1; }
  Scalar n() const requires std::integral<Scalar> { return n_; }

 private:
  Scalar n_;
};)") == R"(/// A count.
template <class Scalar, int Most = (4 > 3)>
class Count : detail::Base {
  using Value = Scalar;

  /// Starts at n.
  explicit Count(Scalar n = Scalar{0});
  operator bool() const;
  Scalar operator()(int k) const;
  template <class Other>
  requires(Most > 3) && std::same_as<Other, Scalar> Count& operator=(const Other& other);
  static constexpr int(max)();
  Scalar n() const requires std::integral<Scalar>;
};
)");
}

TEST_CASE("functions, aliases, constants, concepts and enumerations are listed") {
  const std::string text = R"(/// One of two.
enum class Side { left, right };

/// What has a size.
template <class T>
concept Sized = requires(T t) {
  { t.size() } -> std::convertible_to<int>;
};

using Index = long;
inline constexpr int most{3};

/// Half.
template <Sized T>
auto half(const T& t, std::function<double(int)> of = {}) -> decltype(t) {
  if (t) return { };
}
)";
  const std::string all = listed(text);
  CHECK(all.find("/// One of two.\nenum class Side {\n  left,\n  right,\n};\n") == 0);
  CHECK(all.find("concept Sized = requires(T t) {\n  { t.size() } -> std::convertible_to<int>;\n};\n") != all.npos);
  CHECK(all.find("using Index = long;\ninline constexpr int most{3};\n") != all.npos);
  CHECK(all.find("of = {}) -> decltype(t);\n") != all.npos);
}

TEST_CASE("what is private, in a namespace detail, a specialisation, a guide or said elsewhere is not listed") {
  CHECK(listed("namespace detail {\n/// x\nstruct Hidden {};\n}  // namespace detail\nclass Later;\n"
               "template <>\nstruct Name<int> {\n  int n;\n};\nPair(int) -> Pair<int>;\nstatic_assert(true, \"x;\");\n"
               "class Shut {\n  int n_;\n\n protected:\n  void f();\n};\n") == "class Shut {\n};\n");
}

TEST_CASE("fields of options have a type, a default and a comment") {
  const auto d = header(R"(struct HeatOptions {
  double rate = 1e-3;                  ///< above 0
  std::vector<std::pair<int, int>> by =
      {};  ///< a list
  /// Of two
  /// lines.
  std::function<double()> seconds = [] { return 1.0; };
  Index first = 0;
};)")
                     .declarations.at(0);
  REQUIRE(is_of_options(d));
  REQUIRE(d.members.size() == 4);
  CHECK(d.members[0].name == "rate");
  CHECK(d.members[0].type == "double");
  CHECK(d.members[0].value == "1e-3");
  CHECK(d.members[0].doc == "above 0\n");
  CHECK(d.members[1].type == "std::vector<std::pair<int, int>>");
  CHECK(d.members[1].value == "{}");
  CHECK(d.members[1].doc == "a list\n");
  CHECK(d.members[2].doc == "Of two\nlines.\n");
  CHECK(d.members[2].value == "[] { return 1.0; }");
  CHECK(d.members[3].doc == nothing);
  CHECK(d.members[3].line == 16);
}

TEST_CASE("several names in one declaration are several") {
  const auto d = header("struct Part {\n  Index begin, end;  ///< of a sequence\n};").declarations.at(0);
  REQUIRE(d.members.size() == 2);
  CHECK(d.members[0].name == "begin");
  CHECK(d.members[1].name == "end");
  CHECK(d.members[1].type == "Index");
  CHECK(d.members[1].doc == "of a sequence\n");
  CHECK(listing(d, 0) == "struct Part {\n  Index begin, end;  ///< of a sequence\n};\n");
}

TEST_CASE("a struct is one of options by its name or its defaults, and not if it is made by a constructor") {
  const auto is_one = [](const std::string& text) { return is_of_options(header(text).declarations.at(0)); };
  CHECK(is_one("struct A {\n  int n = 1;\n  int m() const { return 1; }\n};"));
  CHECK(is_one("struct AOptions {\n  int n;\n};"));
  CHECK(!is_one("struct A {\n  int n = 1;\n  int m;\n};"));
  CHECK(!is_one("struct A {\n  static constexpr int n = 1;\n};"));
  CHECK(!is_one("struct A {\n  explicit A(int);\n  int n = 1;\n};"));
  CHECK(!is_one("class A {\n  int n = 1;\n};"));
}

TEST_CASE("a name without a comment is found, by its line") {
  const auto faults = [](const std::string& text) { return undocumented({header(text)}); };
  CHECK(faults("void f();") == "a/x.hpp:9: f has no comment\n");
  CHECK(faults("/// x\nvoid f();\nvoid g();\n\nvoid h();") == "a/x.hpp:13: h has no comment\n");
  CHECK(faults("/// x\nvoid f(int);\n\nvoid f(double);") == nothing);
  CHECK(faults("namespace b {\nclass X {\n public:\n  void run();\n  int n() const;\n\n private:\n  int n_;\n};\n}") ==
        "a/x.hpp:12: b::X::run has no comment\n");  // X has the header's
  CHECK(faults("/// x\nstruct YOptions {\n  int n = 1;  ///< at least 1\n  int m = 1;\n};") ==
        "a/x.hpp:12: YOptions::m has no comment\n");
  CHECK(faults("/// x\nclass Y {};\nstruct YOptions {\n  int n = 1;  ///< at least 1\n};") == nothing);
  CHECK(faults("struct ZOptions {\n  int n = 1;  ///< at least 1\n};") == "a/x.hpp:9: ZOptions has no comment\n");
}

TEST_CASE("a number without a range is found, of options alone") {
  const auto faults = [](const std::string& text) { return without_range({header(text)}); };
  CHECK(faults("struct AOptions {\n  double a = 1;  ///< of it\n  Index b = 1;  ///< at least 1\n  bool c = true;  "
               "///< so\n};") == "a/x.hpp:10: AOptions::a has no range\n");
  CHECK(faults("struct A {\n  double a = 1;  ///< of it\n};") == nothing);
}

TEST_CASE("members have the comment of their family, in their folder alone") {
  const Header said = header("/// x\nstruct A {\n  /// Runs.\n  void run();\n};", "a/x.hpp");
  const std::string text = "/// x\nstruct B {\n  void run();\n};";
  CHECK(undocumented({said, header(text, "a/y.hpp")}) == nothing);
  CHECK(undocumented({said, header(text, "b/y.hpp")}) == "b/y.hpp:11: B::run has no comment\n");
}

TEST_CASE("a room without a place on the page is found") {
  CHECK_THROWS_WITH(reference_page({header("/// x\nvoid f();", "cellar/x.hpp")}, {}),
                    "tests/documents/page.hpp: rooms lacks that of cellar/x.hpp");
}

// --- Which listing uses what ----------------------------------------------------------------------------------------

namespace {

const std::string net_and_others = R"(
namespace own {
struct RateOptions {
  double rate = 1;
};
class Rate {
 public:
  explicit Rate(RateOptions options = {});
};
enum class Kind { one, two };
}  // namespace own
struct Report {
  own::Kind kind;
};
struct Prediction {};
template <class Derived>
class Verbs {
 public:
  Prediction predict() const;
};
template <class Scalar>
class NetTape {};
template <class Scalar>
class Net : public Verbs<Net<Scalar>> {
 public:
  using Tape = NetTape<Scalar>;
  Tape tape() const;
};
using Cell = Net<float>;
template <class Model>
Report check(const Model& model);
struct Nothing {};
inline constexpr Nothing nothing{};
)";

/// The names that a listing says, and in brackets those that it uses in another way.
std::string used_by(const std::string& listing) {
  const std::vector<Header> library{header(net_and_others)};
  std::string all;
  for (const auto& [name, is_said] : Uses(library).in(words_of(listing))) {
    all += (all.empty() ? "" : " ") + (is_said ? name : "(" + name + ")");
  }
  return all;
}

}  // namespace

TEST_CASE("a listing uses the names that it says") {
  CHECK(used_by("elman::own::Rate rate;\nRateOptions of_no_space;") == "own::Rate");
  CHECK(used_by("f(own::Kind::one);") == "own::Kind");
  CHECK(used_by("// Net\n#include <Net>\nf(\"Net\");\nits.Net = its->Net + other::Net;") == "");
  CHECK(used_by("template <class Net>\nvoid f(const Net& net);\nstruct Report {};\nReport r;") == "");
  CHECK(used_by("template <class Net>\nvoid f(const elman::Net<Net>& net);") == "Net");
  CHECK(used_by("int check = 1;\nits.check(2);") == "");
}

TEST_CASE("a listing uses what stands behind the names that it says") {
  CHECK(used_by("check(net);") == "(Report) check");
  CHECK(used_by("f(nothing);") == "(Nothing) nothing");
  CHECK(used_by("const Cell net;") == "Cell (Net)");
  CHECK(used_by("const Net<float> net;\nauto tape = net.tape();") == "Net (NetTape)");
  CHECK(used_by("const Cell net;\nnet.predict();") == "Cell (Net) (Prediction) (Verbs)");
  CHECK(used_by("Report r;\nf(r.kind);") == "Report (own::Kind)");
  CHECK(used_by("own::Rate rate{{.rate = 2}};") == "own::Rate (own::RateOptions)");
  CHECK(used_by("own::Rate rate;\nf({.speed = 2}, its.rate == 2);") == "own::Rate");
  CHECK(used_by("Net<float> net;\nf({.rate = 2});") == "Net");
}

TEST_CASE("a name without a listing is found; of several listings the best is taken, and the best of another page") {
  const std::vector<Header> library{header("/// x\nstruct A {};\nusing B = A;\nstruct C {};\nvoid f();")};
  auto all =
      examples_in("docs/a.md",
                  "# A page\n\n```cpp\nA a;\ng();\n```\n\n## One `x`\n\n```cpp\nB b;\n```\n\n"
                  "```cpp\nA x;\n```\n\n```text\nC c;\n```\n\n    C c;\n\n## One `x`\n\n```cpp\nA a;\nf;\n```\n");
  REQUIRE(all.size() == 4);
  CHECK(all[0].anchor.empty());
  CHECK(all[3].anchor == "one-x-1");
  const Examples found = examples_of(library, all);
  REQUIRE(found.at("A").size() == 1);
  CHECK(found.at("A")[0].code == "A a;\ng();\n");  // not the shorter ones: "A page" names it
  CHECK(found.at("B")[0].heading == "One x");
  CHECK(without_example(library, found) ==
        "a/x.hpp:12: C is used in no listing\na/x.hpp:13: f is used in no listing\n");
  CHECK(example_line(found, "A") == "Example: [A page](a.md)\n\n");
  CHECK(example_line(found, "B") == "Example: [One x](a.md#one-x)\n\n");
  CHECK(example_line(found, "C") == nothing);
  for (Example& of_other_page :
       examples_in("README.md", "# It\n\n```cpp\nB b;\n```\n## Two\n\n```cpp\nA a;\nf();\ng();\n```\n"))
    all.push_back(std::move(of_other_page));
  const Examples more = examples_of(library, all);
  CHECK(example_line(more, "A") == "Example: [A page](a.md), [Two](../README.md#two)\n\n");  // "B b;" does not say it
  CHECK(example_line(more, "f") == "Example: [Two](../README.md#two)\n\n");
  all.erase(all.begin());
  CHECK(examples_of(library, all).at("A")[0].code == "A x;\n");  // the shortest, and not "B b;"
  CHECK(examples_in("docs/features.md", "# All\n\n    f(1);\n    f(2);\n\n```cpp\nA a;\n```\n").size() == 1);
}

// --- What Doxygen is given ------------------------------------------------------------------------------------------

TEST_CASE("a page has labels for Doxygen, references in the place of links, and formulas between its marks") {
  const std::string page =
      "# A page\n\n## $h_t$ of `x`\n\n<a id=\"eq-1\"></a>**(1)** See [`f`](b.md#and-so), [it](#a-page),\n[a "
      "test](../x.cpp), "
      "![p](p.svg) and [out](https://example.org/x#y) #one\n\n$$\na $ b\n$$\n\n```text\n# $x$ [a](b.md)\n```\n";
  CHECK(
      doxygen_page("docs/a.md", page, {"docs/a.md", "docs/b.md"}) ==
      "# A page {#docs_a}\n\n## \\f$h_t\\f$ of `x` {#docs_a-h_t-of-x}\n\n\\anchor docs_a-eq-1\n<b>(1)</b> See [f](@ref "
      "docs_b-and-so), [it](@ref docs_a-a-page),\na test, ![p](p.svg) and [out](https://example.org/x#y) \\#one\n\n"
      "\\f[\na $ b\n\\f]\n\n```text\n# $x$ [a](b.md)\n```\n");
}

TEST_CASE("a header's comment is that of its file and of the class that it is named after, for Doxygen") {
  CHECK(doxygen_header("elman/a/x.hpp", in_elman("class X {};\n/// By Eq. 7.\nclass Y {};")) ==
        "/// @file\n/// What it is for.\n/// \n#pragma once\n\nnamespace elman {\n\n\n/// @copydoc "
        "elman/a/x.hpp\nclass X {};\n"
        "/// By Eq.\\ 7.\nclass Y {};\n\n}  // namespace elman\n");
}

TEST_CASE("a name's example stands behind its comment, for Doxygen") {
  const auto references = example_references(
      "#### `X`\n\n```cpp\nclass X;\n```\n\nExample: [A page](../README.md), [B](b.md#b)\n\n#### `f`\n\nExample: [One, "
      "two](a.md#one-two)\n");
  CHECK(
      doxygen_header("elman/a/x.hpp", in_elman("class X {};\n/// Half.\nint f(int);\ndouble f(double);"), references) ==
      "/// @file\n/// What it is for.\n/// \n#pragma once\n\nnamespace elman {\n\n\n/// @copydoc elman/a/x.hpp\n"
      "///\n/// @par Example\n/// @ref README \"A page\", @ref docs_b-b \"B\"\nclass X {};\n"
      "/// Half.\n///\n/// @par Example\n/// @ref docs_a-one-two \"One, two\"\nint f(int);\ndouble f(double);\n\n"
      "}  // namespace elman\n");
}
