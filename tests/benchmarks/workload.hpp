// SPDX-License-Identifier: MIT
//
// The shapes that are timed, and how many floating-point operations they take.
//
// With N = T·B columns, of which R are read, a multiply-add counting as two:
//
//   forward    2 N (In H + H H)  for U x and W h,  2 R H Out  for V h
//   training   the same for dU, dW and dV, and 2 N H H + 2 R H Out for Wᵀ ∂L/∂a and Vᵀ ∂L/∂o; no ∂L/∂x
//
// What is not a product (tanh, softmax, sums of columns) is timed and not counted.
#pragma once

namespace benchmarks {

struct Workload {
  const char* name;
  int T, B, In, H, Out;
  bool every_step;  ///< the loss reads every step, else the last one
  bool one_hot;     ///< x is one-hot, in dense columns; else uniform in ±1
  bool in_double;   ///< timed in double too

  constexpr int N() const { return T * B; }
  constexpr int R() const { return every_step ? N() : B; }
  constexpr bool same_widths(const Workload& other) const { return In == other.In && H == other.H && Out == other.Out; }

  constexpr double forward_flops() const { return 2.0 * N() * H * (In + H) + 2.0 * R() * H * Out; }
  constexpr double training_flops() const { return 2 * forward_flops() + 2.0 * N() * H * H + 2.0 * R() * H * Out; }
};

inline constexpr Workload workloads[] = {
    // name        T    B   In    H  Out  every  one-hot double
    {"char", 25, 1, 64, 100, 64, true, true, false},     {"mnistrow", 28, 64, 28, 128, 10, false, false, true},
    {"mid", 100, 32, 64, 256, 64, true, false, false},   {"pix", 784, 64, 1, 100, 10, false, false, false},
    {"big", 64, 128, 128, 512, 128, true, false, false}, {"small", 128, 16, 32, 32, 32, true, false, false},
    {"tiny", 50, 16, 16, 16, 16, true, false, false},
};

}  // namespace benchmarks
