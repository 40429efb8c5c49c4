// SPDX-License-Identifier: MIT
//
// What the examples read, and what they say of it; that they learn is tested by running them.
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../../examples/common/confusion.hpp"
#include "../../examples/common/data_setting.hpp"
#include "../../examples/common/file_options.hpp"
#include "../../examples/common/files.hpp"
#include "../../examples/common/text.hpp"
#include "../../examples/common/words.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace example;

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

TEST_CASE("words become numbers of characters; those that no training word has are one more") {
  Words data;
  data.words = {U"ca", U"b", U"xab\u00f6"};
  data.labels = {1, 0, 1};
  data.use(Alphabet(U"cabba"));
  CHECK(data.alphabet.size() == 3);
  REQUIRE(data.alphabet.inputs() == 4);
  const auto examples = data.examples();
  REQUIRE(examples.size() == 3);
  CHECK(examples.sequence(0) == std::vector<elman::Index>{2, 0});
  CHECK(examples.sequence(1) == std::vector<elman::Index>{1});
  CHECK(examples.sequence(2) == std::vector<elman::Index>{3, 0, 1, 3});
  CHECK(examples.target(2) == 1);
}

TEST_CASE("what a checkpoint knows data by changes with each example") {
  std::vector<std::vector<int>> words{{1, 2}, {3}};
  std::vector<elman::Index> labels{0, 1};
  const auto setting = [&] { return data_setting(elman::train::Examples{words, labels}); };
  const std::string before = setting();
  CHECK(before.starts_with("data of 2 examples and the fingerprint "));
  words[1][0] = 4;
  const std::string other_word = setting();
  CHECK(other_word != before);
  words[1][0] = 3;
  CHECK(setting() == before);
  labels[1] = 2;
  CHECK(setting() != before);
}

TEST_CASE("a log that cannot be begun or gone on with is refused before any work") {
  const Folder folder("examples");
  const std::string there = folder.write("run.csv", "epoch\n"), empty = folder.write("empty.jsonl", "");
  const auto check = [](const std::string& path, bool resume) { check_log({.log = path, .resume = resume}); };
  CHECK_THROWS_WITH(check(there, false), there + ": is there already; expected a file that is not there");
  check(there, true);
  check(empty, false);
  check((folder.path / "new.csv").string(), false);
  CHECK_THROWS_WITH(check("log.txt", false), "log.txt: expected the name of a log, which ends in .csv or .jsonl");
}

TEST_CASE("a table of classes has their whole names, or numbers where those would be too wide") {
  const Eigen::Matrix2d counts{{1, 1}, {0, 0}};
  const auto printed = [&](const std::vector<std::string>& names, std::size_t columns) {
    std::ostringstream out;
    print_confusion(out, counts, names, columns);
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
