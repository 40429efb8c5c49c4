// SPDX-License-Identifier: MIT
//
// The listings of README.md and docs/: each stands, as it is printed there, in a file of this folder, which is
// compiled; whole programs are run, and print what is said. (README's first program is a test of its own, readme.)
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <string>

#include "elman/random.hpp"
#include "listings/documents.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace {

/// What a program of this folder prints when it is run in another.
std::string output_of(const std::string& program, const Folder& folder) {
  const auto printed = folder.path / "printed.txt";
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  const std::string command = "\"" + (std::filesystem::path(ELMAN_LISTINGS) / ("listing_" + program)).string() +
                              "\" > \"" + printed.string() + "\"";
  const int status = std::system(command.c_str());
  std::filesystem::current_path(before);
  CHECK(status == 0);
  return documents::text_of(printed);
}

/// Of 60 days, an hour a line: a day's rise and fall, slower weather, and noise.
std::string temperatures() {
  std::ostringstream lines;
  lines << "time,temperature\n" << std::fixed << std::setprecision(1);
  elman::Random random{1};
  const double day = 2 * std::acos(-1.0) / 24;
  for (int hour = 0; hour < 60 * 24; ++hour) {
    const double degrees = 14 + 6 * std::sin(day * (hour - 9)) + 4 * std::sin(day * hour / 6.3) + 0.5 * random.normal();
    lines << "day " << hour / 24 + 1 << " " << hour % 24 << ":00," << degrees << '\n';
  }
  return lines.str();
}

}  // namespace

TEST_CASE("every listing of the documents is in a program that is compiled") {
  documents::Lines source;
  for (const auto& entry : std::filesystem::directory_iterator(documents::root / "tests/listings")) {
    if (entry.path().extension() != ".cpp" || entry.path().filename() == "listings.test.cpp") continue;
    for (const auto& line : documents::lines_of(documents::text_of(entry.path()))) source.push_back(line);
  }
  std::size_t count = 0;
  for (const std::string document : {"README.md", "docs/training.md", "docs/features.md"}) {
    for (const auto& listing : documents::listings_in(document)) {
      if (count++ == 0) continue;  // README's first
      INFO(document << ":" << listing.line << ": " << listing.code.front());
      CHECK(documents::stands_in(listing.code, source));
    }
  }
  CHECK(count > 20);
}

TEST_CASE("README's program that ends in an answer prints what README says") {
  const Folder folder("listing-curves");
  const std::string expected = documents::listings_in("README.md").at(1).prints, printed = output_of("curves", folder);
  CHECK(!expected.empty());
  INFO(printed);
  CHECK(documents::are_alike(printed, expected));
}

TEST_CASE("the whole program of docs/training.md forecasts what it says, from a file of its user's") {
  const Folder folder("listing-temperatures");
  folder.write("temperatures.csv", temperatures());
  const std::string expected = documents::printed_by("docs/training.md", "#include <elman/elman.hpp>");
  const std::string printed = output_of("temperatures", folder);
  CHECK(!expected.empty());
  INFO(printed);
  CHECK(documents::are_alike(printed, expected));
}

TEST_CASE("listings, what they print, and code that is not the source's") {
  const Folder folder("listing-document");
  const auto document = folder.write("d.md",
                                     "```cpp\n  a;\nb;\n```\n\n```text\n1\n2\n```\n```cpp\nc;\n```\nsays:\n"
                                     "```text\n3\n```\n");
  const auto found = documents::listings_in(document);
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 1);
  CHECK(found[0].prints == "1\n2\n");
  CHECK(found[1].prints.empty());
  const documents::Lines source = documents::lines_of("int x;\n    a;\n    b;\n");
  CHECK(documents::stands_in(found[0].code, source));
  CHECK(!documents::stands_in(found[1].code, source));
  CHECK(documents::are_alike("the 1.2 of 3\n", "the 1.3 of 3\n"));
  CHECK(!documents::are_alike("the 1.2 of 3\n", "the 1.4 of 3\n"));
  CHECK(!documents::are_alike("the 1.2 of 3\n", "the 1.2 of 5\n"));
  CHECK(!documents::are_alike("the 1.2 of\n", "the 1.2 of 3\n"));
  CHECK(!documents::are_alike("a 1.2\n", "the 1.2\n"));
  CHECK(!documents::are_alike("\n", "1\n"));
}
