// SPDX-License-Identifier: MIT
//
// Chains of a ← a m + s that do not wait for one another, enough of them to fill two units of four cycles' latency.
#include "fma_peak.hpp"

#include <algorithm>
#include <chrono>

namespace benchmarks {

#if defined(__GNUC__) && defined(__x86_64__)

namespace {

constexpr int chain_count = 12;  // with m and s they fit into 16 registers
volatile double multiplier = 0.5, summand = 1;
volatile double sink;

/// Compiled into callers for the instructions that they are allowed.
template <class Scalar, int bytes>
[[gnu::always_inline]] inline void run_chains(long rounds) {
  typedef Scalar Vector __attribute__((vector_size(bytes)));
  const Vector m = Vector{} + static_cast<Scalar>(multiplier), s = Vector{} + static_cast<Scalar>(summand);
  Vector a0 = s, a1 = a0 + m, a2 = a1 + m, a3 = a2 + m, a4 = a3 + m, a5 = a4 + m;  // different, or one would do for all
  Vector a6 = a5 + m, a7 = a6 + m, a8 = a7 + m, a9 = a8 + m, a10 = a9 + m, a11 = a10 + m;
  for (long round = 0; round < rounds; ++round) {
    a0 = a0 * m + s, a1 = a1 * m + s, a2 = a2 * m + s, a3 = a3 * m + s, a4 = a4 * m + s, a5 = a5 * m + s;
    a6 = a6 * m + s, a7 = a7 * m + s, a8 = a8 * m + s, a9 = a9 * m + s, a10 = a10 * m + s, a11 = a11 * m + s;
  }
  const Vector sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;
  sink = static_cast<double>(sum[0]);
}

template <class Scalar>
__attribute__((target("avx512f"))) void run_avx512(long rounds) {
  run_chains<Scalar, 64>(rounds);
}
template <class Scalar>
__attribute__((target("avx2,fma"))) void run_avx2(long rounds) {
  run_chains<Scalar, 32>(rounds);
}

template <class Scalar>
double best_rate(void (*run)(long), int bytes) {
  using Clock = std::chrono::steady_clock;
  constexpr long rounds = 200'000;
  double best = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const auto start = Clock::now();
    run(rounds);
    const std::chrono::duration<double> seconds = Clock::now() - start;
    const double flops = 2.0 * chain_count * static_cast<double>(rounds) * bytes / sizeof(Scalar);
    best = std::max(best, flops / seconds.count());
  }
  return best * 1e-9;
}

}  // namespace

template <class Scalar>
double fma_peak() {
  if (__builtin_cpu_supports("avx512f")) return best_rate<Scalar>(run_avx512<Scalar>, 64);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return best_rate<Scalar>(run_avx2<Scalar>, 32);
  return 0;
}

#else

template <class Scalar>
double fma_peak() {
  return 0;
}

#endif

template double fma_peak<float>();
template double fma_peak<double>();

}  // namespace benchmarks
