// SPDX-License-Identifier: MIT
//
// elman behind the macros of windows.h, complex.h, termios.h, resolv.h, math.h and others. Eigen and the standard
// library cannot stand them and come first.
#include <Eigen/Dense>
#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <ostream>
#include <random>
#include <ranges>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#define min(a, b) hostile macro
#define max(a, b) hostile macro
#define isnan(a) hostile macro
#define isinf(a) hostile macro
#define isfinite(a) hostile macro
#define I hostile macro
#define B0 hostile macro
#define _res hostile macro
#define small hostile macro
#define near hostile macro
#define far hostile macro
#define ERROR hostile macro
#define IN hostile macro
#define OUT hostile macro
#define OPTIONAL hostile macro
#define VOID hostile macro
#define TRUE hostile macro
#define FALSE hostile macro
#define DELETE hostile macro
#define STRICT hostile macro
#define CONST hostile macro
#define interface hostile macro
#define OVERFLOW hostile macro
#define DOMAIN hostile macro
#define PI hostile macro
#undef M_PI
#define M_PI hostile macro
#define major(a) hostile macro
#define minor(a) hostile macro
#define unix hostile macro
#define linux hostile macro

#include "train.cpp"

int main() {
  Cell cell{elman::zero};
  return train(cell, 20) < 1 ? 0 : 1;
}
