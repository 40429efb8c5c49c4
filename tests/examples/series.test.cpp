// SPDX-License-Identifier: MIT
//
// What classify_series reads, how it makes it ready for a net, and what it holds its net against.
#include <cmath>
#include <string>
#include <vector>

#include "../../examples/common/neighbour.hpp"
#include "../../examples/common/pooling.hpp"
#include "../../examples/common/series.hpp"
#include "../../examples/common/series_choice.hpp"
#include "../../examples/common/series_file.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace example;

namespace {

using Matrix = Series::Matrix;

Matrix row(std::initializer_list<float> values) {
  Matrix result(1, static_cast<elman::Index>(values.size()));
  std::ranges::copy(values, result.data());
  return result;
}

const std::string header = "@classLabel true a b\n@data\n";

/// The series of a file of this text.
Series read(const std::string& text, Fill fill = Fill::none) {
  const Folder folder("series");
  return SeriesReader::read(folder.write("s.ts", text), fill);
}
/// What is said of a file of this text, without its name.
std::string complaint(const std::string& text, Fill fill = Fill::none) {
  const Folder folder("series");
  const std::string path = folder.write("s.ts", text);
  try {
    SeriesReader::read(path, fill);
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    return message.starts_with(path) ? message.substr(path.size()) : message;
  }
  return "nothing";
}

}  // namespace

TEST_CASE("series are read as they stand in the file, and scaled by those that are trained on") {
  Series data = read("# comment\n@Dimensions 2\n@classLabel true a b\n@data\n1,2,3:4,5,6.5:b\n-1e1:7:a\n3:7:a\n");
  CHECK(data.names == std::vector<std::string>{"a", "b"});
  CHECK(data.labels == std::vector<elman::Index>{1, 0, 0});
  Matrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6.5f;
  CHECK(data.series[0] == expected);
  CHECK(data.series[1](0, 0) == -10);
  CHECK(data.examples().sequence(0) == expected);
  CHECK(data.examples().target(0) == 1);

  // -10 and 3: mean -3.5, deviation 6.5; 7 and 7: mean 7, constant
  const auto scaling = elman::prepare::Scaling::standard(data.series, Indices{1, 2});
  const Series scaled = as_read(data, {.per_step = 1, .scaling = Scaling::together}, scaling);
  CHECK(scaled.series[1](0, 0) == -1);
  CHECK(scaled.series[2](0, 0) == 1);
  CHECK(scaled.series[1](1, 0) == 0);
  CHECK(scaled.series[0](1, 0) == -3);
  CHECK(as_read(data, {.per_step = 1, .scaling = Scaling::each}, {}).series[1](0, 0) == 0);
}

TEST_CASE("a byte order mark, the ends of lines, empty lines and a last line without end are no part of the data") {
  const Series data =
      read("\xef\xbb\xbf# from an editor\r\n\r\n@classLabel true a b\r\n@data\r\n1,+2:a\r\n\r\n 3, 4 : b");
  REQUIRE(data.size() == 2);
  CHECK(data.series[0] == row({1, 2}));
  CHECK(data.series[1] == row({3, 4}));
  CHECK(data.labels == std::vector<elman::Index>{0, 1});
  CHECK(read("\xef\xbb\xbf" + header + "1e-60:a\n").series[0](0) == 0);  // too small for a float
}

TEST_CASE("numbers that are none are refused with file, line and the cure") {
  CHECK(complaint(header + "0,03,0,5:a\n") ==
        ", line 3: '03' in dimension 1 begins with 0; expected a number with a decimal point, not a comma");
  const std::string expected =
      " in dimension 1; expected a finite number, with a decimal point and commas between numbers";
  CHECK(complaint(header + "1,5;2,5:a\n") == ", line 3: '5;2'" + expected);
  CHECK(complaint(header + "1,,2:a\n") == ", line 3: ''" + expected);
  CHECK(complaint(header + "1,inf:a\n") == ", line 3: 'inf'" + expected);
  CHECK(complaint(header + "1,1e39:a\n") == ", line 3: '1e39'" + expected);
  CHECK(complaint(header + "1,+-1:a\n") == ", line 3: '+-1'" + expected);
  CHECK(complaint("1,2:a\n") == ", line 1: expected @data before the first series, as in the .ts format");
  CHECK(complaint("@classLabel true a a\n") == ", line 1: @classLabel names class 'a' twice");
}

TEST_CASE("missing values are filled as asked for, and refused with the options that fill them else") {
  const std::string text = "@dimensions 2\n" + header + "?,1,?,NaN,4,nan:5,5,5,?,9,9:a\n";
  CHECK(complaint(text) == ", line 4: missing value '?' in dimension 1; --fill linear or --fill mean would fill it");
  CHECK(complaint(header + "1,NaN:a\n") ==
        ", line 3: missing value 'NaN' in dimension 1; --fill linear or --fill mean would fill it");
  Matrix linear(2, 6), mean(2, 6);
  linear << 1, 1, 2, 3, 4, 4, 5, 5, 5, 7, 9, 9;
  mean << 2.5f, 1, 2.5f, 2.5f, 4, 2.5f, 5, 5, 5, 6.6f, 9, 9;
  CHECK(read(text, Fill::linear).series[0] == linear);
  CHECK(read(text, Fill::mean).series[0] == mean);
  CHECK(complaint(header + "?,?:a\n", Fill::mean) ==
        ", line 3: all values of dimension 1 are missing; expected at least one to fill from");
}

TEST_CASE("a second file may name the classes in another order, or only some") {
  Series data = read("@classLabel true a b c\n@data\n1:a\n2:b\n");
  append(data, read("@classLabel true c a\n@data\n3:c\n4:a\n"), "test");
  CHECK(data.labels == std::vector<elman::Index>{0, 1, 2, 0});
  CHECK_THROWS_WITH(append(data, read("@classLabel true a d\n@data\n3:a\n"), "test"),
                    "test: class 'd' is not one that @classLabel of --train names");
  CHECK_THROWS_WITH(append(data, read("@classLabel true a b\n@data\n3:4:a\n"), "test"),
                    "test: 2 dimensions; expected 1 as --train has");
  check_classes(data, "train");
  CHECK_THROWS_WITH(check_classes(read(header + "1:b\n2:b\n"), "train"),
                    "train: all series are of class 'b'; expected series of at least 2 classes");
}

TEST_CASE("neighbouring steps stand in one column, the earliest on top; the last step fills what is left") {
  Matrix series(2, 5);
  series << 1, 2, 3, 4, 5, 10, 20, 30, 40, 50;
  Matrix expected(4, 3);
  expected << 1, 3, 5, 10, 30, 50, 2, 4, 5, 20, 40, 50;
  CHECK(with_steps_together(series, 2) == expected);
  CHECK(with_steps_together(series, 1) == series);
  CHECK(with_steps_together(series, 7).rows() == 14);
  CHECK(with_steps_together(series, 7).cols() == 1);
}

TEST_CASE("every series by itself has mean 0 and standard deviation 1 in each dimension; a constant one is 0") {
  Series data = read("@dimensions 2\n" + header + "1,3:5,5:a\n10,20,30,40:1,1,1,5:b\n");
  normalise_each(data);
  CHECK(data.series[0].row(0) == row({-1, 1}));
  CHECK(data.series[0].row(1) == row({0, 0}));
  CHECK(std::abs(data.series[1].row(0).mean()) < 1e-6f);
  CHECK(std::abs(data.series[1].row(1).squaredNorm() - 4) < 1e-5f);
}

TEST_CASE("the nearest neighbour of resampled series is found, whatever their lengths") {
  CHECK(resampled(row({0, 2, 4}), 5) == row({0, 1, 2, 3, 4}));
  CHECK(resampled(row({0, 1, 2, 3, 4}), 3) == row({0, 2, 4}));
  CHECK(resampled(row({7}), 3) == row({7, 7, 7}));
  // A rise of 2 steps and a fall of 3 to learn from; a rise of 4, a fall of 2 and a rise that is called a fall.
  Series data = read(header + "0,1:a\n1,0.5,0:b\n0,0.2,0.6,1:a\n1,0:b\n0,1:b\n");
  CHECK(nearest_neighbour_accuracy(data, {{0, 1}, {}, {2, 3}}) == 1);
  CHECK(nearest_neighbour_accuracy(data, {{0, 1}, {}, {3, 4}}) == 0.5);
}

TEST_CASE("choices come from the length of the series, each once; what is given is in all of them") {
  Series data;
  data.series = {Matrix::Zero(1, 100), Matrix::Zero(1, 140)};
  const Indices both{0, 1};
  std::vector<elman::Index> per_step;
  for (const Choice& choice : choices(data, both, {})) per_step.push_back(choice.per_step);
  CHECK(per_step == std::vector<elman::Index>{5, 2, 12, 30, 140});
  data.series = {Matrix::Zero(1, 6)};
  CHECK(choices(data, Indices{0}, {}).size() == 4);  // 24 and 60 columns are one choice
  const Given given{.per_step = 3, .pooling = Pooling::last, .noise = 0.5, .scaling = Scaling::each};
  const auto all = choices(data, Indices{0}, given);
  REQUIRE(all.size() == 1);
  CHECK(all.front().text() == "--per-step 3 --pooling last --noise 0.5 --scaling each");
}

TEST_CASE("the choice among choices is by accuracy on held-out series, then by loss") {
  CHECK(Tried{{}, 0.9, 2} < Tried{{}, 0.8, 1});
  CHECK(Tried{{}, 0.9, 1} < Tried{{}, 0.9, 2});
  CHECK(std::abs(Tried{{}, 1, 0}.nearly(40) - 0.975895) < 1e-6);  // 1 − √(p (1 − p) / 40), p = 41 / 42
  CHECK(epochs_for(40, 16) == 334);
  CHECK(epochs_for(10'000, 16) == 30);
}

TEST_CASE("the mean of the logits of all steps is told, and its gradient goes back to each in equal parts") {
  elman::Random random{3};
  const elman::Net<float, elman::Recurrence<2, 5>, elman::Readout<5, 3>> net{elman::init::standard(random)};
  using Sequence = elman::Matrix<float, 2, elman::Dynamic>;
  const auto x = elman::pack(std::vector<Sequence>{Sequence::Constant(2, 2, 0.5f), Sequence::Constant(2, 3, -0.5f)});
  auto tape = net.tape();
  net.forward(x, tape, *read_of(Pooling::mean));
  const auto column_of = [&](elman::Index b, elman::Index t) { return x.steps.column(b, t); };

  MeanPooling mean(tape);
  std::vector<elman::Index> labels;
  for (elman::Index b = 0; b < 2; ++b) {
    Eigen::VectorXf o = Eigen::VectorXf::Zero(3);
    for (elman::Index t = 0; t < x.steps.length(b); ++t) o += tape.o().col(column_of(b, t));
    o /= static_cast<float>(x.steps.length(b));
    CHECK((mean.o().col(b) - o).norm() < 1e-6f);
    const Eigen::VectorXf e = o.array().exp();
    CHECK((mean.y().col(b) - e / e.sum()).norm() < 1e-6f);
    labels.push_back(0);
    o.maxCoeff(&labels.back());
  }
  labels[1] = (labels[1] + 1) % 3;  // the second is wrong

  const elman::loss::CrossEntropy of_columns;
  const PooledLoss loss{Pooling::mean, of_columns};
  const float L = of_columns(mean, labels);
  CHECK(loss(tape, labels) == L);
  CHECK(loss.divisor(tape, labels) == 2);
  for (elman::Index b = 0; b < 2; ++b) {
    for (elman::Index t = 0; t < x.steps.length(b); ++t) {
      const Eigen::VectorXf part = tape.d_o().col(column_of(b, t)) * static_cast<float>(x.steps.length(b));
      CHECK((part - mean.d_o().col(b)).norm() < 1e-6f);
      CHECK(part.norm() > 0.01f);
    }
  }
  PooledMetric accuracy{Pooling::mean, elman::metric::Accuracy{}};
  accuracy.add(tape, labels);
  CHECK(accuracy.value() == 0.5);

  // Of last steps both leave the tape as it is.
  CHECK(!read_of(Pooling::last));
  net.forward(x, tape, elman::last_step);
  const float last = of_columns(tape, labels);
  CHECK(PooledLoss{Pooling::last, of_columns}(tape, labels) == last);
  CHECK(PooledLoss{Pooling::last, of_columns}.divisor(tape, labels) == 2);
}
