// SPDX-License-Identifier: MIT
//
// What the listings of README.md and docs/ print is what stands below them, and the tutorials' commands run. That each
// listing stands in a file of this folder, which is compiled, blocks.test.cpp demands; README's first program is a test
// of its own, readme.
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

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
  return content(printed);
}

/// name.txt of the folder becomes a folder, name, in which each line is a file.
void make_folder_of(const Folder& folder, const std::string& name) {
  const auto lines = documents::lines_of(content(folder.path / (name + ".txt")));
  std::filesystem::remove(folder.path / (name + ".txt"));
  std::filesystem::create_directory(folder.path / name);
  for (std::size_t k = 0; k < lines.size(); ++k)
    folder.write(name + "/" + std::to_string(10000 + k) + ".txt", lines[k] + "\n");
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

#ifdef ELMAN_COMPILER
/// What a command prints that is written for the folder above elman's, run in another with what is needed here.
std::string output_of_command(std::string command, const Folder& folder) {
  for (const auto& [written, here] : {std::pair<std::string, std::string>{"g++ ", ELMAN_COMPILER " "},
                                      {"cmake ", ELMAN_CMAKE " "},
                                      {"/usr/include/eigen3", "\"" ELMAN_EIGEN "\""}}) {
    const auto place = command.find(written);
    if (place != std::string::npos) command.replace(place, written.size(), here);
  }
  const std::string printed = folder.write("printed.txt", "");
  const std::string go_there = "cd \"" + folder.path.string() +
                               "\" && export CXX=\"" ELMAN_COMPILER "\" CMAKE_GENERATOR=\"" ELMAN_GENERATOR
                               "\" Eigen3_DIR=\"" ELMAN_EIGEN_DIR "\" && ";
  INFO(command);
  CHECK(std::system((go_there + "( " + command + " ) > \"" + printed + "\"").c_str()) == 0);
  return content(printed);
}

/// The first listing of docs/tutorial.md under the heading of this number.
std::string listing_of_tutorial(const std::string& chapter) {
  std::string program;
  for (const auto& listing : documents::listings_in("docs/tutorial.md")) {
    if (!program.empty() || documents::number_of(listing.heading) != chapter) continue;
    for (const auto& line : listing.code) program += line + "\n";
  }
  return program;
}
#endif

}  // namespace

TEST_CASE("every recipe of docs/cookbook.md prints what stands below it, and no program has another") {
  const Folder folder("listing-cookbook");
  std::filesystem::copy(documents::root / "examples/data/words", folder.path / "words");
  std::string printed;
  for (const std::string program : {"cookbook_tasks", "cookbook_data", "cookbook_own"}) {
    printed += output_of(program, folder);
  }
  const auto recipes = documents::by_heading(printed), expected = documents::printed_by_heading("docs/cookbook.md");
  CHECK(expected.size() > 15);
  REQUIRE(recipes.size() == expected.size());
  for (std::size_t k = 0; k < recipes.size(); ++k) {
    INFO(recipes[k].heading << "\n" << recipes[k].text);
    CHECK(recipes[k].heading == expected[k].heading);
    CHECK(!recipes[k].text.empty());
    CHECK(documents::are_alike(recipes[k].text, expected[k].text));
  }
}

TEST_CASE("every chapter of docs/tutorial.md prints what stands below it, each program of its own too") {
  const Folder folder("listing-tutorial");
  std::filesystem::copy(documents::root / "examples/data/words", folder.path / "words");
  make_folder_of(folder, "words/french");  // the same examples: a class is a file or a folder, and what is hidden none
  folder.write("words/.hidden", "not an example\n");
  auto printed = documents::by_heading(output_of("tutorial_equations", folder) + output_of("tutorial_tasks", folder));
  printed.push_back({"4.", output_of("tutorial_words", folder)});
  // Chapter 5 has the program of training.md.
  printed.push_back({"5.", documents::printed_by("docs/training.md", "#include <elman/elman.hpp>")});
  std::map<std::string, std::string> expected;  // by the number of the chapter
  for (const auto& listing : documents::printed_by_heading("docs/tutorial.md")) {
    CHECK(expected.emplace(documents::number_of(listing.heading), listing.text).second);
  }
  for (const auto& [number, text] : printed) {
    INFO(number << "\n" << text);
    CHECK(documents::are_alike(text, expected[number]));
    CHECK(!text.empty());
    expected.erase(number);
  }
  CHECK(expected.erase("10.1") == 1);  // by its command, below
  CHECK(expected.empty());
}

#ifdef ELMAN_COMPILER
TEST_CASE("every command of docs/tutorial.md runs, with the CMakeLists.txt that stands there") {
  const Folder folder("listing-commands");
  std::filesystem::create_directory_symlink(documents::root, folder.path / "elman");
  folder.write("first.cpp",
               listing_of_tutorial("") + listing_of_tutorial("1.") +
                   "int main() { std::printf(\"%d\\n\", static_cast<int>(small_cell().theta().size())); }\n");
  for (const auto& block : documents::blocks_in("docs/tutorial.md")) {
    if (block.text.find("cmake_minimum_required") != std::string::npos) folder.write("CMakeLists.txt", block.text);
  }
  output_of("tutorial_equations", folder);  // model.hpp
  folder.write("device.cpp", listing_of_tutorial("10.1"));
  // The program of chapter 4 takes half a minute to compile, which CMake has done; its command is that of first.cpp.
  std::filesystem::copy(std::filesystem::path(ELMAN_LISTINGS) / "listing_tutorial_words", folder.path / "learn_words");
  std::map<std::string, std::string> expected{{"./first", "14"}, {"build/first", "14"}};
  for (const auto& listing : documents::printed_by_heading("docs/tutorial.md")) {
    if (documents::number_of(listing.heading) == "4.") expected["./learn_words"] = listing.text;
    if (documents::number_of(listing.heading) == "10.1") expected["./device"] = listing.text;
  }
  CHECK(expected.size() == 4);
  const auto commands = documents::commands_in("docs/tutorial.md");
  CHECK(commands.size() > 10);
  std::string compiles_first;
  for (std::string command : commands) {
    if (command.rfind("apt-get ", 0) == 0 || command.rfind("git clone ", 0) == 0) continue;  // packages, a net
    if (command.find(" first.cpp ") != std::string::npos) compiles_first = command;
    if (command.find(" learn_words.cpp ") != std::string::npos) {
      for (auto at = command.find("learn_words"); at != std::string::npos; at = command.find("learn_words")) {
        command.replace(at, 11, "first");
      }
      CHECK(command == compiles_first);
      continue;
    }
    const std::string printed = output_of_command(command, folder);
    if (expected.count(command) == 0) continue;
    INFO(command << "\n" << printed);
    CHECK(documents::are_alike(printed, expected[command]));
    expected.erase(command);
  }
  CHECK(expected.empty());
  CHECK(output_of("temperatures", folder).rfind("mean error: ", 0) == 0);  // of the file that a command makes
}
#endif

TEST_CASE("docs/zh/tutorial.md has the listings, the commands and the outputs of docs/tutorial.md") {
  const auto english = documents::blocks_in("docs/tutorial.md"), chinese = documents::blocks_in("docs/zh/tutorial.md");
  CHECK(english.size() > 30);
  REQUIRE(english.size() == chinese.size());
  const auto text_of = [](const documents::Block& block) {  // CMake's without the remark at its end
    return block.language.empty() ? block.text.substr(0, block.text.find("  # ")) : block.text;
  };
  for (std::size_t k = 0; k < english.size(); ++k) {
    INFO("docs/zh/tutorial.md:" << chinese[k].line);
    CHECK(text_of(chinese[k]) == text_of(english[k]));
    CHECK(chinese[k].language == english[k].language);
    CHECK(documents::number_of(chinese[k].heading) == documents::number_of(english[k].heading));
  }
}

TEST_CASE("the trainings of docs/from-pytorch.md and docs/from-keras.md print what stands below them") {
  const Folder folder("listing-from-python");
  const auto printed = documents::by_heading(output_of("from_python", folder));
  REQUIRE(printed.size() == 2);
  std::size_t place = 0;
  for (const std::string document : {"docs/from-pytorch.md", "docs/from-keras.md"}) {
    const auto expected = documents::printed_by_heading(document);
    INFO(document << "\n" << printed[place].text);
    REQUIRE(expected.size() == 1);
    CHECK(expected[0].heading == printed[place].heading);
    CHECK(documents::are_alike(printed[place++].text, expected[0].text));
  }
}

TEST_CASE("README's program that ends in an answer prints what README says") {
  const Folder folder("listing-curves");
  const auto prints = documents::printed_by_heading("README.md");
  REQUIRE(prints.size() == 2);
  const std::string expected = prints[1].text, printed = output_of("curves", folder);
  CHECK(!expected.empty());
  INFO(printed);
  CHECK(documents::are_alike(printed, expected));
}

TEST_CASE("the whole program of docs/training.md forecasts what it says, from a file of its user's") {
  const Folder folder("listing-temperatures");
  folder.write("temperatures.csv", temperatures());
  CHECK(documents::printed_by_heading("docs/training.md").size() == 1);
  const std::string expected = documents::printed_by("docs/training.md", "#include <elman/elman.hpp>");
  const std::string printed = output_of("temperatures", folder);
  CHECK(!expected.empty());
  INFO(printed);
  CHECK(documents::are_alike(printed, expected));
}

TEST_CASE("listings, what they print, and code that is not the source's") {
  const Folder folder("listing-document");
  const auto document = folder.write("d.md",
                                     "```cpp\n  a;\nb;\n```\n\n```text\n1\n2\n```\n## How?\n```cpp\nc;\n```\nsays:\n"
                                     "```text\n3\n```\n## What?\n```cpp\n## d;\n```\n```text\n## 4\n```\n");
  const auto found = documents::listings_in(document);
  REQUIRE(found.size() == 3);
  CHECK(found[0].line == 1);
  CHECK(found[0].prints == "1\n2\n");
  CHECK(found[1].prints.empty());
  CHECK(found[1].heading == "How?");
  CHECK(found[2].heading == "What?");
  const auto prints = documents::printed_by_heading(document);
  REQUIRE(prints.size() == 2);
  CHECK(prints[1].heading == "What?");
  CHECK(prints[1].text == "## 4\n");
  const auto parts = documents::by_heading("before\n## How?\n1\n2\n## What?\n");
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].heading == "How?");
  CHECK(parts[0].text == "1\n2\n");
  CHECK(parts[1].text.empty());
  CHECK(documents::number_of("10.1 On a device") == "10.1");
  CHECK(documents::number_of("4.") == "4.");
  CHECK(documents::number_of("Install") == "");
  const auto shell = folder.write("s.md", "a\n\n```bash\ncd b\n\nls c  # d\n```\n\n    cd e\n\n```cpp\nf;\n```\n");
  CHECK(documents::commands_in(shell) == documents::Lines{"cd b", "", "ls c  # d"});
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
