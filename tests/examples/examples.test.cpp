// SPDX-License-Identifier: MIT
//
// What the examples read and how they divide it; that they learn is tested by running them.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "../../examples/common/series.hpp"
#include "../../examples/common/split.hpp"
#include "../../examples/common/text.hpp"
#include "../../examples/common/words.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace example;

namespace {

Indices sorted(const Split& split) {
  Indices all;
  for (const Indices* part : {&split.training, &split.validation, &split.test}) {
    all.insert(all.end(), part->begin(), part->end());
  }
  std::ranges::sort(all);
  return all;
}

}  // namespace

TEST_CASE("UTF-8 is decoded, and refused where it is none") {
  CHECK(decode_utf8("aß€𝄞") == std::u32string{U'a', U'ß', U'€', U'𝄞'});
  CHECK(encode_utf8(U"aß€𝄞") == "aß€𝄞");
  for (const std::string_view bad :
       {"\xff", "\xc3", "\xc3(", "\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    CHECK(!decode_utf8(bad));
  }
}

TEST_CASE("a word's form is its lower-case letters, without accents if the alphabet is Latin") {
  const Reading latin{.latin = true};
  CHECK(latin.form(U"STRAßE") == U"strasse");
  CHECK(latin.form(U"Cœur") == U"coeur");
  CHECK(latin.form(U"ÀÉÎÕÜÇÑ") == U"aeioucn");
  CHECK(latin.form(U"e\u0301te\u0301") == U"ete");
  CHECK(!latin.accepts(latin.form(U"слово")));
  CHECK(!latin.accepts(U"l'eau"));
  CHECK(!latin.accepts(U"abc"));
  CHECK(latin.accepts(U"abcd"));
  const Reading any{.latin = false, .min_length = 1};
  CHECK(any.form(U"Слово") == U"слово");
  CHECK(any.accepts(any.form(U"Л")));
}

TEST_CASE("word lists: what is left out is counted, and a word of two classes is in none") {
  const Folder folder("examples");
  folder.write("b.txt", "haus\n\nHaus\n  katze \nwort\nx\n");
  folder.write("a.txt", "\xef\xbb\xbfword\r\nWort\r\nhouse\r\n");
  folder.write("readme.md", "no class");
  const WordLists lists = read_word_lists(word_files(folder.path), Reading{.latin = true});
  CHECK(lists.names == std::vector<std::string>{"a", "b"});
  CHECK(lists.words[0] == std::vector<std::u32string>{U"house", U"word"});
  CHECK(lists.words[1] == std::vector<std::u32string>{U"haus", U"katze"});
  CHECK(lists.lines == 8);
  CHECK(lists.left_out == 1);
  CHECK(lists.repeated == 1);
  CHECK(lists.shared == 1);
}

TEST_CASE("words become one-hot columns; a letter that has no row becomes zeros") {
  const Alphabet alphabet(U"cabba");
  REQUIRE(alphabet.size() == 3);
  elman::Sequences<float, elman::Dynamic> x;
  alphabet.encode(std::vector<std::u32string>{U"ca", U"b", U"xab"}, x);
  REQUIRE(x.columns.cols() == 6);
  CHECK(x.columns.col(x.steps.column(0, 0)) == Eigen::Vector3f(0, 0, 1));
  CHECK(x.columns.col(x.steps.column(0, 1)) == Eigen::Vector3f(1, 0, 0));
  CHECK(x.columns.col(x.steps.column(1, 0)) == Eigen::Vector3f(0, 1, 0));
  CHECK(x.columns.col(x.steps.column(2, 0)) == Eigen::Vector3f(0, 0, 0));
  CHECK(x.columns.col(x.steps.column(2, 2)) == Eigen::Vector3f(0, 1, 0));
}

TEST_CASE("a split deals every example to one part, each class in the same shares") {
  std::vector<elman::Index> labels(100, 0);
  labels.insert(labels.end(), 50, 1);
  elman::Random random{1};
  const Split parts = split(labels, 0.1, 0.2, random);
  Indices all(labels.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  CHECK(sorted(parts) == all);
  const auto of_class = [&](const Indices& part, elman::Index label) {
    return std::ranges::count_if(part, [&](std::size_t k) { return labels[k] == label; });
  };
  CHECK(of_class(parts.validation, 0) == 10);
  CHECK(of_class(parts.validation, 1) == 5);
  CHECK(of_class(parts.test, 0) == 20);
  CHECK(of_class(parts.test, 1) == 10);
  elman::Random same{1}, other{2};
  CHECK(split(labels, 0.1, 0.2, same).test == parts.test);
  CHECK(split(labels, 0.1, 0.2, other).test != parts.test);
  CHECK(sorted(split({1, 1, 3, 3}, 0, 0.5, random)) == Indices{0, 1, 2, 3});
  CHECK_THROWS_WITH(split({0, 0, 1, 1, 1}, 0.1, 0.1, random),
                    "a class has 2 examples: too few to split into training, validation and test");
}

TEST_CASE("folds test every example once") {
  const std::vector<elman::Index> labels{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
  elman::Random random{1};
  Indices tested;
  for (const Split& fold : folds(labels, 3, random)) {
    CHECK(sorted(fold).size() == labels.size());
    CHECK(std::ranges::count_if(fold.test, [&](std::size_t k) { return labels[k] == 1; }) == 2);
    tested.insert(tested.end(), fold.test.begin(), fold.test.end());
  }
  std::ranges::sort(tested);
  CHECK(std::ranges::adjacent_find(tested) == tested.end());
  CHECK(tested.size() == labels.size());
}

TEST_CASE("series are read as they stand in the file, and normalised by those that are trained on") {
  const Folder folder("examples");
  folder.write("s.ts", "# comment\n@Dimensions 2\n@classLabel true a b\n@data\n1,2,3:4,5,6.5:b\n-1e1:7:a\n3:7:a\n");
  Series data = SeriesReader::read((folder.path / "s.ts").string());
  CHECK(data.names == std::vector<std::string>{"a", "b"});
  CHECK(data.labels == std::vector<elman::Index>{1, 0, 0});
  Series::Matrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6.5f;
  CHECK(data.series[0] == expected);
  CHECK(data.series[1](0, 0) == -10);
  elman::Sequences<float, elman::Dynamic> x;
  data.batch(Indices{2, 0}, x);
  CHECK(x.columns.col(x.steps.column(1, 2)) == Eigen::Vector2f(3, 6.5f));

  normalise(data, Indices{1, 2});  // −10 and 3: mean −3.5, deviation 6.5; 7 and 7: mean 7, constant
  CHECK(data.series[1](0, 0) == -1);
  CHECK(data.series[2](0, 0) == 1);
  CHECK(data.series[1](1, 0) == 0);
  CHECK(data.series[0](1, 0) == -3);
}
