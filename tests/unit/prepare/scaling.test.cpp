// SPDX-License-Identifier: MIT
#include "elman/prepare/scaling.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "elman/deploy/attachments.hpp"
#include "elman/random.hpp"
#include "support/catch.hpp"

using elman::Columns;
using elman::Dynamic;
using elman::Index;
using elman::prepare::Scaling;
using Matrix = Columns<double, Dynamic>;

namespace {

/// Row 0: 1, 3 | 5, 7, 9; row 1: all 0.1; row 2: row 0 · −10. In two sequences, and one in between that is far off.
std::vector<Matrix> some() {
  Matrix first(3, 2), off(3, 1), last(3, 3);
  first << 1, 3, 0.1, 0.1, -10, -30;
  off << 1e6, 1e6, 1e6;
  last << 5, 7, 9, 0.1, 0.1, 0.1, -50, -70, -90;
  return {first, off, last};
}
constexpr std::array<Index, 2> places{2, 0};

}  // namespace

TEST_CASE("a row that is measured has mean 0 and deviation 1, by the places that are trained on alone") {
  auto sequences = some();
  const Scaling scaling = Scaling::standard(sequences, places);
  REQUIRE(scaling.rows() == 3);
  CHECK(scaling.offset()(0) == Approx(5));
  CHECK(scaling.unit()(0) == Approx(std::sqrt(8.0)));
  CHECK(scaling.offset()(1) == 0.1);  // all the same: exactly, and not divided by what rounding leaves
  CHECK(scaling.unit()(1) == 1);
  CHECK(scaling.offset()(2) == Approx(-50));
  CHECK(scaling.unit()(2) == Approx(10 * std::sqrt(8.0)));
  scaling.apply(sequences);
  CHECK(sequences[0](0, 1) == Approx(-2 / std::sqrt(8.0)));
  CHECK(sequences[0].row(1).isZero(0));
  CHECK(sequences[1](0, 0) == Approx((1e6 - 5) / std::sqrt(8.0)));  // others are scaled by the same
  CHECK(sequences[2](2, 2) == Approx(-4 / std::sqrt(8.0)));
  scaling.invert(sequences);
  for (std::size_t b = 0; b < 3; ++b) CHECK(sequences[b].isApprox(some()[b], 1e-14));
}

TEST_CASE("all kinds of data are measured and scaled alike: a list, some of it, packed sequences, one matrix, a step") {
  auto sequences = some();
  std::vector<Columns<float, 3>> floats;
  for (const Index k : places) floats.emplace_back(sequences[static_cast<std::size_t>(k)].cast<float>());
  Matrix one(3, 5);
  one << sequences[2], sequences[0];
  auto packed = elman::pack(floats);
  const Scaling expected = Scaling::standard(sequences, std::array{2U, 0U});
  const Scaling of_list = Scaling::standard(floats), of_packed = Scaling::standard(packed);
  CHECK(Scaling::standard(one).unit().isApprox(expected.unit()));
  CHECK(of_list.offset().isApprox(expected.offset(), 1e-6));
  CHECK(of_packed.unit().isApprox(expected.unit(), 1e-6));
  CHECK(Scaling::standard(one.leftCols(2)).offset()(0) == 6);

  expected.apply(packed);
  expected.apply(one);
  CHECK(packed.columns.col(packed.steps.column(1, 1)).cast<double>().isApprox(one.col(4), 1e-5));
  Eigen::Vector3f step(9, 0.1F, -90);
  expected.apply(step);
  CHECK(step.cast<double>().isApprox(one.col(2), 1e-5));
  expected.apply(one.leftCols(1));
  CHECK(one(0, 0) == Approx(-5 / std::sqrt(8.0)));  // a second time
}

TEST_CASE("an offset of 1e8 and an outlier cost no digits") {
  elman::Random random{3};
  Matrix plain(2, 5000);
  for (Index t = 0; t < plain.cols(); ++t) {
    plain(0, t) = std::floor(random.uniform(0, 65536)) / 65536;  // exact behind any offset here
    plain(1, t) = t == 17 ? 1e9 : static_cast<double>(t % 2);
  }
  Matrix far = plain;
  far.row(0).array() += 1e8;
  const Scaling one = Scaling::standard(plain), other = Scaling::standard(far);
  CHECK(other.unit()(0) == Approx(one.unit()(0)).epsilon(1e-14));
  CHECK(other.offset()(0) - 1e8 == Approx(one.offset()(0)).epsilon(1e-7));  // of the 16 digits 8 are in front
  const double mean = one.offset()(1);
  double squares = 0;
  for (Index t = 0; t < plain.cols(); ++t) squares += (plain(1, t) - mean) * (plain(1, t) - mean);
  CHECK(one.unit()(1) == Approx(std::sqrt(squares / 5000)).epsilon(1e-12));
  other.apply(far);
  one.apply(plain);
  CHECK((far.row(0) - plain.row(0)).cwiseAbs().maxCoeff() < 1e-7);
}

TEST_CASE("a range has its ends exactly") {
  auto sequences = some();
  const Scaling scaling = Scaling::range(sequences, places, {.low = -1, .high = 3});
  scaling.apply(sequences);
  CHECK(sequences[0](0, 0) == -1);
  CHECK(sequences[2](0, 2) == 3);
  CHECK(sequences[2](2, 2) == -1);
  CHECK(sequences[0](2, 0) == 3);
  CHECK(sequences[0](0, 1) == 0);
  CHECK(sequences[2](1, 1) == -1);
  scaling.invert(sequences);
  CHECK(sequences[1](0, 0) == Approx(1e6));
  CHECK(sequences[2].isApprox(some()[2], 1e-14));
  CHECK(Scaling::range(some()).unit()(0) == 1e6 - 1);
  Matrix far(1, 3);
  far << 1e8 + 0.25, 1e8 + 0.5, 1e8 + 1.25;
  Scaling::range(far).apply(far);
  CHECK(far == (Matrix(1, 3) << 0, 0.25, 1).finished());
}

TEST_CASE("outputs of chosen rows come back in their units") {
  const Scaling scaling = Scaling::standard(some(), places);
  const double deviation = std::sqrt(8.0);
  Columns<float, 2> y(2, 2);
  y << 1, 0, 0, 2;
  Columns<float, 2> both = y;
  scaling.invert(both, {2, 0});
  CHECK(both(0, 0) == Approx(-50 + 10 * deviation));
  CHECK(both(1, 0) == Approx(5));
  CHECK(both(1, 1) == Approx(5 + 2 * deviation));
  scaling.invert(y, {0});  // the next two values of one row
  CHECK(y(0, 0) == Approx(5 + deviation));
  CHECK(y(1, 1) == Approx(5 + 2 * deviation));
  CHECK_THROWS_WITH(scaling.invert(y, {}), "Scaling::invert: rows is empty; expected at least 1 row");
  CHECK_THROWS_WITH(scaling.invert(y, {0, 3}),
                    "Scaling::invert: rows has 3; expected at least 0 and below 3, the rows that were measured");
  CHECK_THROWS_WITH(scaling.invert(y, {0, 1, 2}),
                    "Scaling::invert: data has 2 rows; expected a multiple of 3, the rows that are named");
}

TEST_CASE("a scaling goes with a net as tensors, and is the same again") {
  const Scaling scaling = Scaling::range(some(), places, {.low = -1, .high = 3});
  elman::Attachments attachments{.tensors = scaling.tensors()};
  attachments.tensors.merge(Scaling::standard(some()).tensors("target"));
  REQUIRE(attachments.tensors.size() == 6);
  const Scaling again = Scaling::from(attachments.tensors);
  CHECK(again.offset() == scaling.offset());
  CHECK(again.unit() == scaling.unit());
  CHECK(again.low() == -1);
  CHECK(Scaling::from(attachments.tensors, "target").unit() == Scaling::standard(some()).unit());

  const auto refused = [&](const std::string& name, const elman::Matrix<double, Dynamic, Dynamic>& value) {
    Scaling::Tensors tensors = scaling.tensors();
    tensors[name] = value;
    Scaling::from(tensors);
  };
  CHECK_THROWS_WITH(Scaling::from(scaling.tensors(), "inputs"),
                    "Scaling::from: tensors has no \"inputs_offset\"; expected what Scaling::tensors has given");
  CHECK_THROWS_WITH(refused("scaling_unit", Eigen::Vector2d(1, 2)),
                    "Scaling::from: \"scaling_unit\" is 2 x 1; expected 3 x 1");
  CHECK_THROWS_WITH(refused("scaling_unit", Eigen::Vector3d(1, 0, 2)),
                    "Scaling::from: \"scaling_unit\" has 0 at row 1; expected above 0");
  CHECK_THROWS_WITH(refused("scaling_low", Eigen::Vector2d(1, 2)),
                    "Scaling::from: \"scaling_low\" is 2 x 1; expected 1 x 1");
  CHECK_THROWS_WITH(refused("scaling_offset", Eigen::Matrix2d::Zero()),
                    "Scaling::from: \"scaling_offset\" is 2 x 2; expected a column");
  CHECK_THROWS_WITH(refused("scaling_offset", Eigen::Vector3d(1, 2, std::nan(""))),
                    "Scaling::from: \"scaling_offset\" has nan at row 2; expected a finite number");
}

TEST_CASE("what cannot be measured is named, and other rows are not scaled") {
  auto sequences = some();
  sequences[2](1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(Scaling::standard(sequences),
                    "Scaling::standard: row 1 of sequence 2 is nan at step 2; expected a finite number");
  CHECK_NOTHROW(Scaling::standard(sequences, std::vector{1, 0}));
  CHECK_THROWS_WITH(Scaling::range(sequences[2]), "Scaling::range: row 1 is nan at step 2; expected a finite number");
  auto packed = elman::pack(some());
  packed.columns(0, packed.steps.column(0, 1)) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(Scaling::standard(packed),
                    "Scaling::standard: row 0 of sequence 0 is inf at step 1; expected a finite number");
  CHECK_THROWS_WITH(Scaling::standard(some(), std::vector<Index>{}),
                    "Scaling::standard: data has no step; expected at least 1");
  CHECK_THROWS_WITH(Scaling::standard(some(), std::vector{0, 3}),
                    "Scaling::standard: a place is 3; expected at least 0 and below 3, the length of the list");
  CHECK_THROWS_WITH(Scaling::standard(std::vector{some()[0], Matrix(Matrix::Zero(2, 1))}),
                    "Scaling::standard: sequence 1 has 2 rows; expected 3 as those before it");
  CHECK_THROWS_WITH(Scaling::standard((Matrix(1, 2) << -1e308, 1e308).finished()),
                    "Scaling::standard: row 0 goes from -1e+308 to 1e+308; expected a span that is finite in double");
  CHECK_THROWS_WITH(Scaling::range(some(), {.low = 1, .high = 1}),
                    "Scaling::range: high is 1; expected above low = 1, by a finite number");
  CHECK_THROWS_WITH(Scaling::range(some(), {.low = std::nan("")}),
                    "Scaling::range: low is nan; expected a finite number");

  const Scaling scaling = Scaling::standard(some());
  std::vector<Matrix> others{some()[0], Matrix(Matrix::Ones(2, 1))};
  CHECK_THROWS_WITH(scaling.apply(others), "Scaling::apply: data has 2 rows; expected 3 as what was measured");
  CHECK(others[0] == some()[0]);
  const double smallest = std::numeric_limits<double>::denorm_min();
  CHECK(Scaling::standard((Matrix(1, 2) << 0, smallest).finished()).unit()(0) == smallest);
}
