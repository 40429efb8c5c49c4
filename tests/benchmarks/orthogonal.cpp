// SPDX-License-Identifier: MIT
//
// What it costs to keep W orthogonal: a step of training (forward, loss, bptt and Adam; 64 sequences of 50 steps, the
// last one read), and ways back to the orthogonal matrices for a W that the step has moved: the nearest one, as
// KeepOrthogonal takes it, Householder's QR and Cayley's transform, both Eigen's.
//
//   orthogonal [--rounds N] [--moved X]       each coefficient of W moved by X, 0.001
#include <elman/elman.hpp>

#include <Eigen/LU>
#include <Eigen/QR>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "timing.hpp"

namespace {

using namespace benchmarks;
using elman::Index;
using Matrix = Eigen::MatrixXf;

constexpr Index T = 50, B = 64;

double distance(const Matrix& W) {
  const Eigen::MatrixXd wide = W.cast<double>();
  return (wide.transpose() * wide - Eigen::MatrixXd::Identity(W.rows(), W.cols())).norm();
}

/// Q of W = Q R, with R's diagonal above 0.
Matrix by_qr(const Matrix& W) {
  const Eigen::HouseholderQR<Matrix> qr(W);
  Matrix Q = qr.householderQ();
  for (Index k = 0; k < W.cols(); ++k) {
    if (qr.matrixQR()(k, k) < 0) Q.col(k) *= -1;
  }
  return Q;
}
/// (I + A)⁻¹ (I − A) W₀ of a step with A = ½ (W₀ Gᵀ − G W₀ᵀ), G the change of W.
Matrix by_cayley(const Matrix& before, const Matrix& change) {
  const Matrix half = (before * change.transpose() - change * before.transpose()) / 2;
  const Matrix I = Matrix::Identity(before.rows(), before.rows());
  return (I + half).partialPivLu().solve((I - half) * before);
}

template <int H>
void print_one(int rounds, float moved) {
  using Cell = elman::RNNCell<float, 10, H, 10>;
  elman::Random random(1);
  Cell cell(elman::init::standard(random));
  elman::optim::Adam<float, Cell::theta_size> adam{cell};
  auto gradient = cell.zero_gradient();
  auto tape = cell.tape();
  std::vector<Index> labels;
  for (Index b = 0; b < B; ++b) labels.push_back(random.below(10));
  const elman::Sequences<float, 10> x{elman::Columns<float, 10>::Random(10, B * T), elman::Steps::even(T, B)};

  const Matrix before = cell.W();
  const Matrix change = moved * Matrix::Random(H, H).array().sign().matrix();
  const Matrix W = before + change;
  elman::detail::NearestOrthogonal<float> nearest;
  Matrix near, qr, cayley;
  const auto times = take_turns({[&] {
                                   cell.forward(x, tape, elman::last_step);
                                   elman::loss::CrossEntropy{}(tape, labels);
                                   gradient.set_zero();
                                   cell.bptt(x, tape, gradient);
                                   adam.step(cell, gradient, 1e-9);
                                 },
                                 [&] {
                                   near = W;
                                   nearest(elman::MatrixView<float>(near));
                                 },
                                 [&] { qr = by_qr(W); }, [&] { cayley = by_cayley(before, change); }},
                                rounds);
  std::vector<std::string> row{std::to_string(H), spread(times[0])};
  for (const std::size_t k : {1U, 2U, 3U}) row.push_back(format("%.3f", ratio(times[k], times[0])));
  for (const Matrix& result : {near, qr, cayley}) row.push_back(format("%.1e", distance(result)));
  print_row(row);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 21;
  double moved = 1e-3;
  for (int k = 1; k < argc; k += 2) {
    const std::string_view name = argv[k];
    const double value = k + 1 < argc ? std::atof(argv[k + 1]) : 0;
    if (name == "--rounds") rounds = static_cast<int>(value);
    if (name == "--moved") moved = value;
    if ((name != "--rounds" && name != "--moved") || !(value > 0)) {
      std::fprintf(stderr, "orthogonal: expected --rounds N or --moved X\n");
      return 1;
    }
  }
  std::printf("W moved by %g a coefficient. Float. Median of %d rounds, 10th to 90th percentile; shares of the step.\n",
              moved, rounds);
  print_head({"H", "training step", "nearest", "QR", "Cayley", "left by nearest", "by QR", "by Cayley"});
  print_one<16>(rounds, static_cast<float>(moved));
  print_one<64>(rounds, static_cast<float>(moved));
  print_one<100>(rounds, static_cast<float>(moved));
  print_one<128>(rounds, static_cast<float>(moved));
  print_one<256>(rounds, static_cast<float>(moved));
}
