// SPDX-License-Identifier: MIT
#include "elman/io/csv.hpp"

#include <clocale>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/folder.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::Index;
using elman::io::CsvFill;
using elman::io::CsvHeader;
using elman::io::CsvOptions;
using elman::io::CsvTable;
using Matrix = Columns<double, Dynamic>;
using Strings = std::vector<std::string>;

namespace {

CsvTable table(const std::string& text, const CsvOptions& options = {}) { return {"x.csv", text, options}; }

/// What reading all columns of a text as numbers throws as a fault of the file, or "".
std::string fault(const std::string& text, const CsvOptions& options = {}) {
  try {
    table(text, options).matrix<double>();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

Matrix matrix(Index rows, Index cols, const std::vector<double>& by_rows) {
  return Eigen::Map<const Eigen::Matrix<double, Dynamic, Dynamic, Eigen::RowMajor>>(by_rows.data(), rows, cols);
}

}  // namespace

TEST_CASE("columns of a file become rows of a matrix, chosen by name or number") {
  const Folder folder("csv");
  const std::string path = folder.write("weather.csv", "day,wind,\"rain, mm\"\nmon,1.5,-2e1\ntue,+3,.25\n");
  const CsvTable read = elman::io::read_csv(path);
  CHECK(read.names() == Strings{"day", "wind", "rain, mm"});
  CHECK(read.columns() == 3);
  CHECK(read.size() == 2);
  CHECK(read.separator() == ',');
  CHECK(read.matrix<double>({"rain, mm", 1}) == matrix(2, 2, {-20, 0.25, 1.5, 3}));
  CHECK(read.matrix<float>({1U})(0, 1) == 3);
  CHECK(read.strings("day") == Strings{"mon", "tue"});
  CHECK_THROWS_WITH(elman::io::read_csv(folder.path / "absent.csv"),
                    (folder.path / "absent.csv").string() + ": is not there");
  CHECK_THROWS_WITH(elman::io::read_csv(path).matrix<double>({0}),
                    path + ": line 2, column \"day\", is \"mon\"; expected a number");
}

TEST_CASE("a header is a first line without a number, unless it is said") {
  CHECK(table("a\n1\n").names() == Strings{"a"});
  CHECK(table("1\n2\n").size() == 2);
  CHECK(table("5.1,setosa\n4.9,setosa\n").size() == 2);
  CHECK(table("?,NA\n1,2\n").size() == 2);  // missing values are no names
  CHECK(table("a,\n1,2\n").names() == Strings{"a", ""});
  CHECK(table("country,1990\nx,3\n").size() == 2);
  CHECK(table("country,1990\nx,3\n", {.header = CsvHeader::yes}).matrix<double>({"1990"}) == matrix(1, 1, {3}));
  CHECK(table("a,b\nc,d\n", {.header = CsvHeader::no}).strings(1) == Strings{"b", "d"});
}

TEST_CASE("the separator is the one that all lines have alike") {
  CHECK(table("a;b,c;d\n1;2;3\n").separator() == ';');
  CHECK(table("a\tb,c\n1\t2,5\n").separator() == '\t');
  CHECK(table("a,b\n\"x;y\",2\n").separator() == ',');
  CHECK(table("\"x;y\",1\n\"z;w\",2\n").separator() == ',');  // not those in quotes
  CHECK(table("1,5;2,5\n3,5;4,5\n", {.decimal_comma = true}).matrix<double>() == matrix(2, 2, {1.5, 3.5, 2.5, 4.5}));
  CHECK(table("1,5\n-3,25e1\n", {.decimal_comma = true}).matrix<double>() == matrix(1, 2, {1.5, -32.5}));
  CHECK(table("a b|c\n1|2\n", {.separator = '|'}).names() == Strings{"a b", "c"});
  CHECK(table("a\n1\n2").columns() == 1);
}

TEST_CASE("quotes, line ends and byte order marks are those of everybody's files") {
  const std::string mark = "\xef\xbb\xbf";
  const CsvTable read =
      table(mark + "text,\"n\"\r\n\"say \"\"hi\"\",\r\nthen go\",\"1\"\r\n,2\r\n5\" pipe , 3 \r\n\r\n\r\n");
  CHECK(read.names() == Strings{"text", "n"});
  CHECK(read.strings(0) == Strings{"say \"hi\",\r\nthen go", "", "5\" pipe "});
  CHECK(read.matrix<double>({"n"}) == matrix(1, 3, {1, 2, 3}));
  CHECK(table("1,2\n3,4").matrix<double>() == matrix(2, 2, {1, 3, 2, 4}));
  CHECK(table("1,2\r\n3,4\r").matrix<double>() == matrix(2, 2, {1, 3, 2, 4}));
  CHECK(table("a,b\n\"\",\"x\"").strings(1) == Strings{"x"});
  CHECK(table("1,\n2,").missing(1) == 2);
  CHECK(table("a\n1\n\n3\n\n\n", {.fill = CsvFill::constant, .constant = 9}).matrix<double>() ==
        matrix(1, 3, {1, 9, 3}));
  CHECK(fault("a,b\n1,2\n\"x\ny\",3\n") == "x.csv: line 3, column \"a\", is \"x\\x0ay\"; expected a number");
  CHECK(fault("a,b\n\"x\ny\",3\n5,z\n").find("line 2, column \"a\"") != std::string::npos);
  CHECK(table("a,b\n\"x\ny\",3\n5,z\n").strings("b") == Strings{"3", "z"});
}

TEST_CASE("what is no number is refused with its line, its column and its text") {
  const auto of = [](const std::string& text) { return fault("a;b\n1;2\n3;" + text + "\n"); };
  const std::string begin = "x.csv: line 3, column \"b\", is ";
  for (const std::string text : {"calm", "0x10", "1e", "--1", "+-1", "1_000", "1 2", "inf", "-inf", "infinity", "1.2.3",
                                 "+", "-", ".", "e5", "NaNs"}) {
    CHECK(of(text) == std::string(begin).append("\"").append(text).append("\"; expected a number"));
  }
  CHECK(of("1,5") == begin + "\"1,5\"; expected a number with a decimal point; .decimal_comma reads commas");
  CHECK(fault("1,5;1.5\n", {.decimal_comma = true}) ==
        "x.csv: line 1, column 1, is \"1.5\"; expected a number with a decimal comma and no point");
  CHECK(of("1e400") == begin + "\"1e400\"; expected a number that a double holds");
  CHECK(of(std::string("1\0", 2)) == begin + "\"1\\x00\"; expected a number");
  CHECK(of("\xff\xfe") == begin + "\"\xff\xfe\"; expected a number");
  const std::string huge(1 << 20, '7');
  CHECK(of("x" + huge) == begin + "\"x" + huge.substr(0, 199) + "...\"; expected a number");
  CHECK(of("0." + huge).empty());
  CHECK(of(huge) == begin + "\"" + huge.substr(0, 200) + "...\"; expected a number that a double holds");
  CHECK_THROWS_WITH(table("1\n1e39\n").matrix<float>(),
                    "x.csv: line 2, column 0, is \"1e39\"; expected a number that a float holds");
  CHECK(table("1\n1e-50\n").matrix<float>()(0, 1) == 0);
  CHECK(table("a\n  1.5\t\n +2 \n-.5\n1.\n1E2\n").matrix<double>() == matrix(1, 5, {1.5, 2, -0.5, 1, 100}));
}

TEST_CASE("missing values are refused, or filled as it is said") {
  const std::string text = "t,x\n0,\n1,2\n2,NA\n3,?\n4, \n5,10\n6,NaN\n";
  CHECK(table(text).missing("x") == 5);
  CHECK(table(text).missing(0) == 0);
  CHECK(fault(text) == "x.csv: line 2, column \"x\", has no value; expected a number, or a .fill for what is missing");
  const auto filled = [&](CsvFill fill) { return table(text, {.fill = fill, .constant = -1}).matrix<double>({"x"}); };
  CHECK(filled(CsvFill::constant) == matrix(1, 7, {-1, 2, -1, -1, -1, 10, -1}));
  CHECK(filled(CsvFill::linear) == matrix(1, 7, {2, 2, 4, 6, 8, 10, 10}));
  CHECK_THROWS_WITH(filled(CsvFill::previous),
                    "x.csv: line 2, column \"x\", has no value, and there is none that it could be filled from");
  CHECK(table("x\n1\n\n\n4\nNA\n", {.fill = CsvFill::previous}).matrix<double>() == matrix(1, 5, {1, 1, 1, 4, 4}));
  CHECK(fault("x\nNA\nNA\n", {.fill = CsvFill::linear}) ==
        "x.csv: line 2, column \"x\", has no value, and there is none that it could be filled from");
  CHECK(fault("x\n-999\n1\n", {.missing = {"-999"}}).find("has no value") != std::string::npos);
  CHECK(fault("x\nNA\n1\n", {.header = CsvHeader::yes, .missing = {}}) ==
        "x.csv: line 2, column \"x\", is \"NA\"; expected a number");
}

TEST_CASE("texts are classes, in the order of their names") {
  const auto [names, labels] = table("size,kind\n1,oak\n2,ash\n3,\"oak\"\n4, elm\n").classes("kind");
  CHECK(names == Strings{"ash", "elm", "oak"});
  CHECK(labels == std::vector<Index>{2, 0, 2, 1});
  CHECK_THROWS_WITH(table("size,kind\n1,oak\n2,\n").classes("kind"),
                    "x.csv: line 3, column \"kind\", has no value; expected a class");
}

TEST_CASE("files that are malformed are refused with the line") {
  CHECK(fault("a,b\n1,2\n3\n") == "x.csv: line 3 has 1 field; expected 2, as line 1 has");
  CHECK(fault("a,b\n1,2\n3,4,5\n") == "x.csv: line 3 has 3 fields; expected 2, as line 1 has");
  CHECK(fault("a,b\n\"1\n\",2\n3,4,5\n") == "x.csv: line 4 has 3 fields; expected 2, as line 1 has");
  CHECK(fault("a,b\n1,2\n\n3,4\n") == "x.csv: line 3 is empty; expected 2 fields");
  CHECK(fault("\na,b\n1,2\n") == "x.csv: line 1 is empty; expected 2 fields");
  CHECK(fault("a,b\n1,\"2\n3,4\n") == "x.csv: line 2 has a quote that is opened and not closed");
  CHECK(fault("a,b\n1,\"2\"\"") == "x.csv: line 2 has a quote that is opened and not closed");
  CHECK(fault("a,b\n1,\"") == "x.csv: line 2 has a quote that is opened and not closed");
  CHECK(fault("a,b\n\"1\" ,2\n") ==
        "x.csv: line 2 goes on behind a closing quote: \" ,2\\x0a\"; expected the separator, or quotes in quotes "
        "doubled");
  for (const std::string text : {"", "\n", "\r\n\r\n", "\xef\xbb\xbf"}) {
    CHECK(fault(text) == "x.csv: is empty; expected lines of numbers or texts");
  }
  CHECK(fault("a,b\n") == "x.csv: has no line behind its header; expected at least 1");
  CHECK(fault(std::string("\xff\xfe"
                          "1\0",
                          4)) == "x.csv: is UTF-16; expected UTF-8: iconv -f UTF-16 -t UTF-8");
}

TEST_CASE("a column that is not there is named, with those that are") {
  const CsvTable read = table("a,b,a\n1,2,3\n");
  CHECK_THROWS_WITH(read.matrix<float>({"c"}), "x.csv: has no column \"c\"; expected one of \"a\", \"b\", \"a\"");
  CHECK_THROWS_WITH(read.strings("a"), "x.csv: has more than one column \"a\"; expected a number, counted from 0");
  CHECK_THROWS_WITH(read.missing(3), "x.csv: has no column 3; expected at least 0 and below 3");
  CHECK_THROWS_WITH(read.classes(-1), "x.csv: has no column -1; expected at least 0 and below 3");
  CHECK_THROWS_WITH(table("1\n2\n").strings("a"),
                    "x.csv: has no column \"a\", for it has no header line; expected a number, counted from 0");
}

TEST_CASE("options of a table out of range are refused") {
  CHECK_THROWS_WITH(table("1\n", {.separator = ',', .decimal_comma = true}),
                    "read_csv: decimal_comma is true with commas between fields; expected another separator");
  CHECK_THROWS_WITH(table("1\n", {.separator = '"'}),
                    "read_csv: separator is a quote or the end of a line; expected another character");
  CHECK_THROWS_WITH(table("1\n", {.constant = std::numeric_limits<double>::infinity()}),
                    "read_csv: constant is inf; expected a finite number");
}

TEST_CASE("numbers are read alike in every locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* const name : {"de_DE.UTF-8", "C.UTF-8"}) {
    if (!std::setlocale(LC_ALL, name)) continue;
    CHECK(table("1.5\n").matrix<double>()(0, 0) == 1.5);
  }
  CHECK(std::setlocale(LC_ALL, before.c_str()));
}
