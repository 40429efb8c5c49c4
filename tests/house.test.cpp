// SPDX-License-Identifier: MIT
//
// The house: include/elman is what docs/architecture.md says it is.
//
//   room    a folder with all that is in it, or a header at the root; net.hpp, the face of net/, belongs to its folder
//   arrow   from the room of a header to the room of what it includes
//   floor   1 + the highest floor that a room has an arrow to; arrows lead down, so that nobody has to know what
//           stands above
//
// The rules are functions of files that are held in memory: made-up trees show that each finds what it looks for.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/folder.hpp"

namespace {

using Files = std::map<std::string, std::string>;            ///< path → text
using Graph = std::map<std::string, std::set<std::string>>;  ///< node → what it has arrows to
using Floors = std::map<std::string, int>;                   ///< room → floor

const std::string document = "docs/architecture.md";
const std::string nothing;  ///< what a rule says of a tree without faults

// --- The headers -----------------------------------------------------------------------------------------------------

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Include {
  std::string header;  ///< below include/elman
  std::size_t line;
};

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> includes;
  const auto lines = lines_of(text);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    for (const std::string begin : {"#include \"elman/", "#include <elman/"}) {
      if (lines[k].rfind(begin, 0) != 0) continue;
      const auto end = lines[k].find_first_of("\">", begin.size());
      includes.push_back({lines[k].substr(begin.size(), end - begin.size()), k + 1});
    }
  }
  return includes;
}

std::string room_of(const std::string& path) { return path.substr(0, path.find_first_of("/.")); }

Graph arrows_of_headers(const Files& headers) {
  Graph arrows;
  for (const auto& [path, text] : headers) {
    arrows[path];
    for (const auto& include : includes_of(text)) arrows[path].insert(include.header);
  }
  return arrows;
}

Graph arrows_of_rooms(const Files& headers) {
  Graph arrows;
  for (const auto& [path, included] : arrows_of_headers(headers)) {
    auto& room = arrows[room_of(path)];
    for (const auto& header : included) {
      if (room_of(header) != room_of(path)) room.insert(room_of(header));
    }
  }
  return arrows;
}

/// "a → b → a", or nothing.
std::string circle_from(const Graph& arrows, std::vector<std::string>& way, std::set<std::string>& without) {
  const std::string node = way.back();
  const auto first = std::find(way.begin(), way.end() - 1, node);
  if (first != way.end() - 1) {
    std::string circle;
    for (auto step = first; step != way.end(); ++step) circle += (circle.empty() ? "" : " → ") + *step;
    return circle;
  }
  const auto from = arrows.find(node);
  if (from == arrows.end() || without.count(node) > 0) return "";
  for (const auto& to : from->second) {
    way.push_back(to);
    const std::string circle = circle_from(arrows, way, without);
    if (!circle.empty()) return circle;
    way.pop_back();
  }
  without.insert(node);
  return "";
}
std::string circle_of(const Graph& arrows) {
  std::set<std::string> without;
  for (const auto& [node, to] : arrows) {
    std::vector<std::string> way{node};
    const std::string circle = circle_from(arrows, way, without);
    if (!circle.empty()) return circle;
  }
  return "";
}

/// Of rooms without a circle.
int floor_of(const std::string& room, const Graph& arrows, Floors& floors) {
  if (floors.count(room) == 0) {
    int highest = 0;
    for (const auto& below : arrows.at(room)) highest = std::max(highest, floor_of(below, arrows, floors));
    floors[room] = highest + 1;
  }
  return floors[room];
}
Floors floors_of(const Graph& arrows) {
  Floors floors;
  for (const auto& [room, below] : arrows) floor_of(room, arrows, floors);
  return floors;
}

/// A line for each include that the files do not have.
std::string absent_includes(const Files& headers) {
  std::string faults;
  for (const auto& [path, text] : headers) {
    for (const auto& [header, line] : includes_of(text)) {
      if (headers.count(header) == 0) {
        faults += path + ":" + std::to_string(line) + " includes " + header + ", which is not there\n";
      }
    }
  }
  return faults;
}

/// A line for each include of another room that does not lead down.
std::string upward_includes(const Files& headers, const Floors& floors) {
  std::string faults;
  for (const auto& [path, text] : headers) {
    for (const auto& [header, line] : includes_of(text)) {
      const auto from = floors.find(room_of(path)), to = floors.find(room_of(header));
      if (from == floors.end() || to == floors.end() || from->first == to->first || from->second > to->second) continue;
      faults += path + ":" + std::to_string(line) + " includes " + header + ": from " + from->first + " on floor " +
                std::to_string(from->second) + " to " + to->first + " on floor " + std::to_string(to->second) + "\n";
    }
  }
  return faults;
}

/// A line for each room whose floor is not the stated one.
std::string other_floors(const Floors& measured, const Floors& stated) {
  std::string faults;
  for (const auto& [room, floor] : measured) {
    const auto found = stated.find(room);
    if (found == stated.end()) {
      faults += room + " is on floor " + std::to_string(floor) + "; the table of floors does not have it\n";
    } else if (found->second != floor) {
      faults += room + " is on floor " + std::to_string(floor) + "; the table of floors says " +
                std::to_string(found->second) + "\n";
    }
  }
  for (const auto& [room, floor] : stated) {
    if (measured.count(room) == 0) faults += "the table of floors has " + room + ", which is no room\n";
  }
  return faults;
}

// --- docs/architecture.md --------------------------------------------------------------------------------------------

struct Block {
  std::vector<std::string> lines;
  std::size_t line = 0;  ///< of the first
};

/// The first block that is fenced so behind a heading.
Block block_behind(const std::string& text, const std::string& heading, const std::string& fence) {
  const auto lines = lines_of(text);
  const auto section = std::find(lines.begin(), lines.end(), heading);
  const auto begin = std::find(section, lines.end(), fence);
  const auto end = std::find(begin, lines.end(), "```");
  if (end == lines.end()) throw std::runtime_error(document + " has no " + fence + " block behind \"" + heading + "\"");
  return {{begin + 1, end}, static_cast<std::size_t>(begin - lines.begin()) + 2};
}

struct Entry {
  std::string path;  ///< a folder's ends with /
  std::size_t line;
  int group;  ///< 1 for what stands in front of the first empty line
};

struct Tree {
  std::vector<Entry> entries;
  int groups = 1;
  std::string faults;
};

/// Lines "name   what it is", two more spaces in front for what is in a folder.
Tree read_tree(const Block& block) {
  Tree tree;
  std::vector<std::string> folders;
  for (std::size_t k = 0; k < block.lines.size(); ++k) {
    const std::string& line = block.lines[k];
    if (line.empty()) {
      ++tree.groups;
      continue;
    }
    const std::string where = document + ":" + std::to_string(block.line + k) + ": ";
    const auto indent = line.find_first_not_of(' ');
    const auto end = std::min(line.find(' ', indent), line.size());
    const std::string name = line.substr(indent, end - indent);
    if (indent % 2 != 0 || indent / 2 > folders.size()) {
      tree.faults += where + name + " is in no folder\n";
      continue;
    }
    if (line.find_first_not_of(' ', end) == std::string::npos) tree.faults += where + name + " has no description\n";
    folders.resize(indent / 2);
    std::string path;
    for (const auto& folder : folders) path += folder;
    tree.entries.push_back({path + name, block.line + k, tree.groups});
    if (name.back() == '/') folders.push_back(name);
  }
  return tree;
}

std::set<std::string> headers_and_folders(const Files& headers) {
  std::set<std::string> paths;
  for (const auto& [path, text] : headers) {
    paths.insert(path);
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      paths.insert(path.substr(0, slash + 1));
    }
  }
  return paths;
}

/// A line for each header and folder that the tree lacks, has twice, or should not have.
std::string differences(const Files& headers, const Tree& tree) {
  std::string faults;
  const auto paths = headers_and_folders(headers);
  std::set<std::string> seen;
  for (const auto& entry : tree.entries) {
    const std::string where = document + ":" + std::to_string(entry.line) + ": " + entry.path;
    if (paths.count(entry.path) == 0) faults += where + " is not in include/elman\n";
    if (!seen.insert(entry.path).second) faults += where + " stands twice\n";
  }
  for (const auto& path : paths) {
    if (seen.count(path) == 0) faults += "the tree has no line for " + path + "\n";
  }
  return faults;
}

/// Rows "| floor | `room` `room` | … |".
Floors read_floors(const std::string& text) {
  Floors floors;
  const auto lines = lines_of(text);
  for (auto line = std::find(lines.begin(), lines.end(), "### Floors"); line != lines.end(); ++line) {
    if (line->rfind("## ", 0) == 0) break;
    if (line->size() < 3 || line->rfind("| ", 0) != 0 || !std::isdigit(static_cast<unsigned char>((*line)[2])))
      continue;
    const auto cell = line->find('|', 2);
    const auto end = line->find('|', cell + 1);
    for (auto tick = line->find('`', cell); tick < end;) {
      const auto closing = line->find('`', tick + 1);
      floors[line->substr(tick + 1, closing - tick - 1)] = std::stoi(line->substr(2));
      tick = line->find('`', closing + 1);
    }
  }
  return floors;
}

/// A line for each entry that is not in the group of its floor; the highest floor's is the first.
std::string misplaced(const Tree& tree, const Floors& floors) {
  std::string faults;
  for (const auto& entry : tree.entries) {
    const auto floor = floors.find(room_of(entry.path));
    const int place = tree.groups - entry.group + 1;
    if (floor == floors.end() || floor->second == place) continue;
    faults += document + ":" + std::to_string(entry.line) + ": " + entry.path + " stands with floor " +
              std::to_string(place) + "; " + floor->first + " is on floor " + std::to_string(floor->second) + "\n";
  }
  return faults;
}

/// A line for each header whose path a text has and the files have not, be it from their root or from a folder.
std::string stale_paths(const std::string& name, const std::string& text, const std::set<std::string>& files) {
  std::string faults;
  const auto lines = lines_of(text);
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '.' || c == '>';
  };
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::string& line = lines[k];
    for (auto end = line.find(".hpp"); end != std::string::npos; end = line.find(".hpp", end + 1)) {
      auto begin = end;
      while (begin > 0 && is_part(line[begin - 1])) --begin;
      std::string path = line.substr(begin, end + 4 - begin);
      while (path.rfind("../", 0) == 0) path.erase(0, 3);
      if (begin == end || path.find('>') != std::string::npos) continue;  // "layers/<name>.hpp"
      const auto names_it = [&](const std::string& file) {
        return file.size() >= path.size() && file.compare(file.size() - path.size(), path.size(), path) == 0 &&
               (file.size() == path.size() || file[file.size() - path.size() - 1] == '/');
      };
      if (std::any_of(files.begin(), files.end(), names_it)) continue;
      faults += name + ":" + std::to_string(k + 1) + " names " + path + ", which is not there\n";
    }
  }
  return faults;
}

// --- The version -----------------------------------------------------------------------------------------------------

/// The rests of the lines that begin so.
std::vector<std::string> behind(const std::string& begin, const std::string& text) {
  std::vector<std::string> rests;
  for (const auto& line : lines_of(text)) {
    if (line.rfind(begin, 0) == 0) rests.push_back(line.substr(begin.size()));
  }
  return rests;
}

/// "0.1.0", as version.hpp has it.
std::string version_of(const std::string& text) {
  std::string version;
  for (const std::string part : {"MAJOR", "MINOR", "PATCH"}) {
    for (const auto& number : behind("#define ELMAN_VERSION_" + part + " ", text)) version += "." + number;
  }
  return version.substr(std::min<std::size_t>(1, version.size()));
}

/// What is wrong with a changelog that begins with what is unreleased, and then with this version and its date.
std::string changelog_faults(const std::string& text, const std::string& version) {
  const auto headings = behind("## ", text);
  if (headings.size() < 2 || headings[0] != "Unreleased") return "expected \"## Unreleased\" and a version behind it\n";
  const std::string begin = version + " - ";
  std::string shape = headings[1];
  for (char& letter : shape) letter = std::isdigit(static_cast<unsigned char>(letter)) ? '0' : letter;
  if (headings[1].rfind(begin, 0) != 0 || shape.substr(begin.size()) != "0000-00-00") {
    return "expected \"## " + begin + "<year>-<month>-<day>\", got \"## " + headings[1] + "\"\n";
  }
  return "";
}

// --- The disk --------------------------------------------------------------------------------------------------------

const std::filesystem::path root = ELMAN_SOURCE_DIR;

/// The files of a folder and the folders in it whose names end so.
Files files_in(const std::string& folder, const std::string& ending) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ending) continue;
    files[entry.path().lexically_relative(root / folder).generic_string()] = content(entry.path());
  }
  return files;
}

const Files& headers() {
  static const Files files = files_in("include/elman", ".hpp");
  return files;
}
const std::string& architecture() {
  static const std::string text = content(root / document);
  return text;
}

}  // namespace

// --- The house -------------------------------------------------------------------------------------------------------

TEST_CASE("the tree of docs/architecture.md has all headers and folders of include/elman and nothing else") {
  const Tree tree = read_tree(block_behind(architecture(), "## The tree", "```text"));
  CHECK(tree.faults == nothing);
  CHECK(differences(headers(), tree) == nothing);
  CHECK(misplaced(tree, read_floors(architecture())) == nothing);
}

TEST_CASE("includes lead to lower floors, and the floors are those of docs/architecture.md") {
  CHECK(absent_includes(headers()) == nothing);
  CHECK(upward_includes(headers(), read_floors(architecture())) == nothing);
  const Graph rooms = arrows_of_rooms(headers());
  REQUIRE(circle_of(rooms) == nothing);
  const Floors floors = floors_of(rooms);
  CHECK(other_floors(floors, read_floors(architecture())) == nothing);
  for (const auto& [room, floor] : floors) {
    INFO(room << " is on floor " << floor << "; at most 9");
    CHECK(floor <= 9);
  }
}

TEST_CASE("no header includes itself, in however many steps") {
  CHECK(circle_of(arrows_of_headers(headers())) == nothing);
}

TEST_CASE("the root has at most ten headers, a header at most 300 lines, and half of them at most 114") {
  std::string at_the_root, long_ones;
  std::vector<std::size_t> lengths;
  std::size_t count = 0;
  for (const auto& [path, text] : headers()) {
    if (path.find('/') == std::string::npos) {
      ++count;
      at_the_root += path + " ";
    }
    lengths.push_back(lines_of(text).size());
    if (lengths.back() > 300) long_ones += path + " has " + std::to_string(lengths.back()) + " lines; at most 300\n";
  }
  INFO("at the root: " << at_the_root);
  CHECK(count <= 10);
  CHECK(long_ones == nothing);
  REQUIRE(!lengths.empty());
  std::sort(lengths.begin(), lengths.end());
  INFO("the median of " << lengths.size() << " headers");
  CHECK(lengths[(lengths.size() - 1) / 2] <= 114);
}

TEST_CASE("the kernel in docs/architecture.md is the one that is tested") {
  const auto source = lines_of(content(root / "tests/unit/kernels/skeleton.test.cpp"));
  const auto begin = std::find(source.begin(), source.end(), "// --- The listing of docs/architecture.md");
  const auto end = std::find(begin, source.end(), "// --- The end of the listing");
  REQUIRE(end != source.end());
  CHECK(block_behind(architecture(), "### To add a kernel", "```cpp").lines ==
        std::vector<std::string>(begin + 1, end));
}

TEST_CASE("headers that documents and comments name are there") {
  // A program's own, which deploy/cpp_header.hpp tells of, what io/ is built on, and what the target single makes.
  std::set<std::string> files{"words.hpp", "nlohmann/json.hpp", "build/elman_single.hpp"};
  for (const std::string folder : {"include", "tests", "examples"}) {
    for (const auto& [path, text] : files_in(folder, ".hpp")) files.insert(folder + "/" + path);
  }
  CHECK(stale_paths("README.md", content(root / "README.md"), files) == nothing);
  for (const auto& [path, text] : files_in("docs", ".md")) CHECK(stale_paths("docs/" + path, text, files) == nothing);
  for (const auto& [path, text] : headers()) CHECK(stale_paths(path, text, files) == nothing);
}

TEST_CASE("the version of the changelog, of CITATION.cff and of each recipe is the header's") {
  const std::string version = version_of(headers().at("version.hpp"));
  REQUIRE(std::count(version.begin(), version.end(), '.') == 2);
  CHECK(changelog_faults(content(root / "docs/changelog.md"), version) == nothing);
  const auto stated = [](const std::string& begin, const std::string& path) {
    return behind(begin, content(root / "docs" / path));
  };
  using Versions = std::vector<std::string>;
  CHECK(stated("  \"version\": \"", "packaging/vcpkg/elman/vcpkg.json") == Versions{version + "\","});
  CHECK(stated("version: ", "CITATION.cff") == Versions{version});
  CHECK(stated("date-released: ", "CITATION.cff") == stated("## " + version + " - ", "changelog.md"));
  CHECK(stated("    version = \"", "packaging/conan/conanfile.py") == Versions{version + "\""});
}

// --- What the rules find, in trees that are made up
// -------------------------------------------------------------------

TEST_CASE("an include is a line of its own, and has its number") {
  const auto includes =
      includes_of("// x\n#include <vector>\n#include \"elman/a/b.hpp\"\n// #include \"elman/c.hpp\"\n");
  REQUIRE(includes.size() == 1);
  CHECK(includes[0].header == "a/b.hpp");
  CHECK(includes[0].line == 3);
}

TEST_CASE("a room is a folder with its face, or a header at the root") {
  CHECK(room_of("net.hpp") == "net");
  CHECK(room_of("net/tape.hpp") == "net");
  CHECK(room_of("layers/detail/masks.hpp") == "layers");
  CHECK(room_of("types.hpp") == "types");
}

TEST_CASE("a circle is found, of headers and of rooms") {
  Files files{
      {"a/x.hpp", "#include \"elman/b/y.hpp\"\n"}, {"a/z.hpp", ""}, {"b/y.hpp", "#include \"elman/a/z.hpp\"\n"}};
  CHECK(circle_of(arrows_of_headers(files)) == nothing);
  CHECK(circle_of(arrows_of_rooms(files)) == "a → b → a");
  files["a/z.hpp"] = "#include \"elman/a/x.hpp\"\n";
  CHECK(circle_of(arrows_of_headers(files)) == "a/x.hpp → b/y.hpp → a/z.hpp → a/x.hpp");
  files["a/z.hpp"] = "#include \"elman/a/z.hpp\"\n";
  CHECK(circle_of(arrows_of_headers(files)) == "a/z.hpp → a/z.hpp");
  files["a/z.hpp"] = "", files["b/y.hpp"] = "#include \"elman/c.hpp\"\n", files["c.hpp"] = "";
  CHECK(circle_of(arrows_of_rooms(files)) == nothing);
}

TEST_CASE("an upward include is found, one to the same floor, and one that leads nowhere") {
  const Files files{{"top.hpp", "#include \"elman/low.hpp\"\n#include \"elman/side.hpp\"\n"},
                    {"side.hpp", "#include \"elman/gone.hpp\"\n"},
                    {"low.hpp", "\n#include \"elman/top.hpp\"\n"}};
  CHECK(upward_includes(files, {{"top", 2}, {"side", 2}, {"low", 1}}) ==
        "low.hpp:2 includes top.hpp: from low on floor 1 to top on floor 2\n"
        "top.hpp:2 includes side.hpp: from top on floor 2 to side on floor 2\n");
  CHECK(absent_includes(files) == "side.hpp:1 includes gone.hpp, which is not there\n");
}

TEST_CASE("floors are counted from below, and one that is stated otherwise is found") {
  const Files files{{"a.hpp", ""},
                    {"b/x.hpp", "#include \"elman/a.hpp\"\n"},
                    {"c.hpp", "#include \"elman/a.hpp\"\n#include \"elman/b/x.hpp\"\n"},
                    {"d.hpp", ""}};
  const Floors floors = floors_of(arrows_of_rooms(files));
  CHECK(floors == Floors{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 1}});
  CHECK(other_floors(floors, floors) == nothing);
  CHECK(other_floors(floors, {{"a", 1}, {"b", 2}, {"c", 2}, {"e", 1}}) ==
        "c is on floor 3; the table of floors says 2\nd is on floor 1; the table of floors does not have it\n"
        "the table of floors has e, which is no room\n");
  CHECK(read_floors(
            "| 9 | `a` |\n### Floors\n| floor | rooms |\n|---|---|\n| 2 | `b` `c` | of `d` |\n| 1 | `a` | |\n## x\n"
            "| 3 | `f` |\n") == Floors{{"a", 1}, {"b", 2}, {"c", 2}});
}

TEST_CASE("a header without a line in the tree is found, and a line without a header or a description") {
  const Files files{{"a.hpp", ""}, {"b/x.hpp", ""}, {"b/detail/y.hpp", ""}};
  const std::string head = "# x\n## The tree\n\n```text\n";
  const auto tree_of = [&](const std::string& text) {
    return read_tree(block_behind(head + text + "```\n", "## The tree", "```text"));
  };
  const Tree good = tree_of("b/  room\n  x.hpp  is\n  detail/  more\n    y.hpp  is\n\na.hpp  is\n");
  CHECK(good.faults == nothing);
  CHECK(differences(files, good) == nothing);
  CHECK(misplaced(good, {{"a", 1}, {"b", 2}}) == nothing);
  CHECK(misplaced(good, {{"a", 2}, {"b", 2}}) ==
        "docs/architecture.md:10: a.hpp stands with floor 1; a is on floor 2\n");

  const Tree bad = tree_of("b/  room\n  x.hpp\n  y.hpp  is\n a.hpp  is\n\nb/  again\n");
  CHECK(bad.faults ==
        "docs/architecture.md:6: x.hpp has no description\ndocs/architecture.md:8: a.hpp is in no folder\n");
  CHECK(
      differences(files, bad) ==
      "docs/architecture.md:7: b/y.hpp is not in include/elman\ndocs/architecture.md:10: b/ stands twice\n"
      "the tree has no line for a.hpp\nthe tree has no line for b/detail/\nthe tree has no line for b/detail/y.hpp\n");
  CHECK_THROWS_WITH(block_behind("## The tree\n", "## The tree", "```text"),
                    "docs/architecture.md has no ```text block behind \"## The tree\"");
}

TEST_CASE("a path that is no longer there is found") {
  const std::set<std::string> files{"include/elman/a/tape.hpp", "tests/nets.hpp"};
  CHECK(stale_paths("x.md", "`elman/a/tape.hpp`, tape.hpp, `a/<name>.hpp` and [nets](../tests/nets.hpp)", files) ==
        nothing);
  CHECK(stale_paths("x.md", "\n`ape.hpp`, `b/tape.hpp`", files) ==
        "x.md:2 names ape.hpp, which is not there\nx.md:2 names b/tape.hpp, which is not there\n");
}

TEST_CASE("a version is read, and a changelog of another one is found") {
  const std::string header =
      "#define ELMAN_VERSION_MAJOR 1\n#define ELMAN_VERSION_MINOR 20\n#define ELMAN_VERSION_PATCH 3\n";
  CHECK(version_of(header) == "1.20.3");
  CHECK(version_of("") == nothing);
  const std::string top = "# Changelog\n\n## Unreleased\n\n## ";
  CHECK(changelog_faults(top + "1.20.3 - 2026-01-31\n\n## 1.20.2 - 2025-01-31\n", "1.20.3") == nothing);
  CHECK(changelog_faults(top + "1.20.2 - 2026-01-31\n", "1.20.3") ==
        "expected \"## 1.20.3 - <year>-<month>-<day>\", got \"## 1.20.2 - 2026-01-31\"\n");
  CHECK(changelog_faults(top + "1.20.3 - soon\n", "1.20.3") ==
        "expected \"## 1.20.3 - <year>-<month>-<day>\", got \"## 1.20.3 - soon\"\n");
  CHECK(changelog_faults("## 1.20.3 - 2026-01-31\n", "1.20.3") ==
        "expected \"## Unreleased\" and a version behind it\n");
}
