// SPDX-License-Identifier: MIT
//
// What the examples read and how they divide it; that they learn is tested by running them.
#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../../examples/common/confusion.hpp"
#include "../../examples/common/files.hpp"
#include "../../examples/common/progress.hpp"
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

TEST_CASE("a byte order mark, blanks and the ends of lines are no part of a word") {
  CHECK(decode_line("\xef\xbb\xbfwort\r", true) == U"wort");
  CHECK(decode_line(" \t wort \v\f\r", false) == U"wort");
  CHECK(decode_line("\xef\xbb\xbf", true) == U"");
  CHECK(decode_line("\xef\xbb\xbfwort", false) == U"\xfeffwort");
}

TEST_CASE("text that is not UTF-8 is refused with the command that converts it") {
  const std::string latin1 = "sch\xf6n", utf16("\xff\xfes\0c\0", 6);
  CHECK(!decode_line(latin1, true));
  CHECK(!decode_line(utf16, true));
  CHECK(!decode_line(std::string_view("s\0c\0", 4), false));
  CHECK(not_utf8(latin1, "a b.txt") ==
        "not UTF-8; if it is Latin-1, convert it: iconv -f ISO-8859-1 -t UTF-8 'a b.txt'");
  CHECK(not_utf8(utf16, "") == "not UTF-8; if it is UTF-16, convert it: iconv -f UTF-16 -t UTF-8");
  const Folder folder("examples");
  folder.write("a.txt", "word\n");
  const std::string path = folder.write("b.txt", "gut\n" + latin1 + "\n");
  CHECK_THROWS_WITH(read_word_lists(word_files(folder.path), Reading{.min_length = 1}),
                    path + ", line 2: " + not_utf8(latin1, path));
}

TEST_CASE("word lists that cannot be used are refused with the reason") {
  const Folder folder("examples");
  const std::string file = folder.write("a.txt", "word\n");
  CHECK_THROWS_WITH(word_files(file), file + ": no folder; expected one with a .txt file per class");
  CHECK_THROWS_WITH(word_files(folder.path / "absent"),
                    (folder.path / "absent: no such folder; expected one with a .txt file per class").string());
  const std::string other = folder.write("b.txt", "word\nx\n");
  CHECK_THROWS_WITH(read_word_lists(word_files(folder.path), Reading{}),
                    file +
                        ": no word left to train on: all are in other classes too, have characters other than a-z "
                        "or have lengths outside 4 to 14");
}

TEST_CASE("characters that stand in no training word are named once, and counted") {
  const Alphabet alphabet(U"abc");
  UnseenCharacters unseen;
  CHECK(unseen.text().empty());
  CHECK(unseen.add(alphabet, U"abc").empty());
  CHECK(unseen.text().empty());
  CHECK(unseen.add(alphabet, U"öaö") == U"ö");
  CHECK(unseen.text() == "1 character is in no training word (ö 2 times): the net reads nothing in its place");
  CHECK(unseen.add(alphabet, U"ßö") == U"ß");
  CHECK(unseen.text() ==
        "2 characters are in no training word (ß 1 time, ö 3 times): the net reads nothing in their place");
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

TEST_CASE("a class that is too small to split is named") {
  elman::Random random{1};
  CHECK_THROWS_WITH(split({0, 0, 0, 1}, 0.1, 0, random, {"many", "one"}),
                    "class 'one' has 1 example: too few to split into training, validation and test");
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

TEST_CASE("the line of a bar is never wider than the terminal, and loses what matters least first") {
  const std::array<std::string, 3> parts{"loss 0.123  accuracy 0.456", "0:12 left", "1234 words/s"};
  for (std::size_t columns = 0; columns < 130; ++columns) {
    for (const double share : {0.0, 0.5, 1.0}) CHECK(bar_line("epoch 7/100", share, parts, columns).size() <= columns);
  }
  CHECK(bar_line("epoch 7/100", 0.5, parts, 120) ==
        "epoch 7/100 [============            ]  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(bar_line("epoch 7/100", 0.5, parts, 79) ==
        "epoch 7/100 [======      ]  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(bar_line("epoch 7/100", 0.5, parts, 70) == "epoch 7/100  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(bar_line("epoch 7/100", 0.5, parts, 50) == "epoch 7/100  loss 0.123  accuracy 0.456  0:12 left");
  CHECK(bar_line("epoch 7/100", 0.5, parts, 20) == "epoch 7/100");
  CHECK(bar_line("epoch 7/100", 0.5, parts, 5) == "epoch");
}

TEST_CASE("where standard error is no terminal there is a line an epoch, and no carriage return") {
  std::ostringstream report;
  Progress progress(50, 10, "words", report);
  for (int epoch = 0; epoch < 50; ++epoch) progress.end_epoch(0.5, 0.25, -1);
  const std::string text = report.str();
  CHECK(std::ranges::count(text, '\n') == 50);
  CHECK(std::ranges::count(text, '\r') == 0);
  CHECK(text.starts_with("epoch 1/50  training loss 0.500  accuracy 0.250\nepoch 2/50"));
}

TEST_CASE("a loss that is no number ends the training with advice") {
  check_loss(1e30, 0);
  CHECK_THROWS_WITH(check_loss(std::numeric_limits<double>::infinity(), 2),
                    "training has diverged: the loss is inf in epoch 3; try a smaller --learning-rate");
}

TEST_CASE("a table of classes has their whole names, or numbers where those would be too wide") {
  Confusion confusion(2);
  confusion.add(Eigen::Matrix2f::Identity(), {0, 0});
  const auto printed = [&](const std::vector<std::string>& names, std::size_t columns) {
    std::ostringstream out;
    confusion.print(out, names, columns);
    return out.str();
  };
  CHECK(printed({"übereinstimmend", "no"}, 80) ==
        "                 übereinstimmend  no    right\n"
        "übereinstimmend                1   1   50.0 %\n"
        "no                             0   0    0.0 %\n");
  CHECK(printed({"übereinstimmend", "no"}, 40) ==
        "                   1  2    right\n"
        "1 übereinstimmend  1  1   50.0 %\n"
        "2 no               0  0    0.0 %\n");
}

TEST_CASE("a file that cannot be read or written is named with the reason, before any work") {
  const Folder folder("examples");
  const std::string there = folder.write("there.hpp", "old"), here = folder.path.string();
  CHECK_THROWS_WITH(open_file(here), here + ": cannot be read: it is a folder; expected a file");
  CHECK_THROWS_WITH(open_file(here + "/absent"), here + "/absent: cannot be read: no such file");
  CHECK_THROWS_WITH(check_writable(here + "/absent/net.hpp"),
                    here + "/absent/net.hpp: cannot be written: there is no folder " + here + "/absent");
  CHECK_THROWS_WITH(check_writable(here), here + ": cannot be written");
  check_writable(here + "/new.hpp");
  CHECK(!std::filesystem::exists(here + "/new.hpp"));
  check_writable(there);
  std::string text;
  CHECK(std::getline(open_file(there), text));
  CHECK(text == "old");
}
