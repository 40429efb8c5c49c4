// SPDX-License-Identifier: MIT
//
// The smallest whole kernel: what docs/architecture.md shows to whoever writes the next one.
#include <cmath>
#include <limits>
#include <vector>

#include "elman/kernels/lanes.hpp"
#include "support/catch.hpp"
#include "support/simd_levels.hpp"

// --- The listing of docs/architecture.md
namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

#if ELMAN_HAS_KERNELS
/// a[k] ← min(max(a[k], −bound), bound); NaN stays.
template <class Scalar>
struct ClampKernel {
  Scalar* a;
  Index count;
  Scalar bound;

  /// The loop, for vectors of so many bytes. It names no level: run_kernel compiles it for each.
  template <int Bytes>
  ELMAN_INLINE void run() const {
    constexpr int Lanes = lanes<Scalar, Bytes>;  // 1 where there are no vectors
    Lane<Scalar, Lanes> high, v{};
    fill<Scalar, Lanes>(bound, high);
    Index k = 0;
    for (; k + Lanes <= count; k += Lanes) {
      load<Scalar, Lanes>(a + k, v);
      clamp<Lanes>(high, v);
      store<Scalar, Lanes>(v, a + k);
    }
    if (k < count) {  // what fills no vector; the other lanes hold what was in them, and are not stored
      load_part<Scalar, Lanes>(a + k, count - k, v);
      clamp<Lanes>(high, v);
      store_part<Scalar, Lanes>(v, count - k, a + k);
    }
  }

  /// What is done to one vector: arithmetic and choices, lane by lane. Vectors are passed by reference.
  template <int Lanes>
  ELMAN_INLINE static void clamp(const Lane<Scalar, Lanes>& high, Lane<Scalar, Lanes>& v) {
    const Lane<Scalar, Lanes> low = -high;
    v = v > high ? high : v;
    v = v < low ? low : v;
  }
};
#endif

/// What others call. Scalars and compilers without kernels have a plain loop.
template <class Scalar>
void clamp(Scalar* a, Index count, Scalar bound) {
  if constexpr (has_kernels<Scalar>) {
#if ELMAN_HAS_KERNELS
    run_kernel(simd(), ClampKernel<Scalar>{a, count, bound});
#endif
  } else {
    for (Index k = 0; k < count; ++k) a[k] = a[k] > bound ? bound : a[k] < -bound ? -bound : a[k];
  }
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman

// At every level, at every count that vectors are cut at, and what stands behind the last element must stay.
TEMPLATE_TEST_CASE("clamp is the loop that it stands for", "", float, double, long double) {
  for_each_simd_level([] {
    for (std::size_t count = 0; count <= 70; ++count) {
      std::vector<TestType> a(count + 1), expected(count + 1);
      for (std::size_t k = 0; k <= count; ++k) expected[k] = a[k] = TestType(k % 7) - TestType(3);
      for (std::size_t k = 0; k < count; ++k)
        expected[k] = std::fmax(TestType(-2), std::fmin(expected[k], TestType(2)));
      elman::detail::clamp(a.data(), static_cast<elman::Index>(count), TestType(2));
      CHECK(a == expected);
    }
  });
}
// --- The end of the listing

TEMPLATE_TEST_CASE("clamp leaves NaN and takes infinity", "", float, double, long double) {
  using Limits = std::numeric_limits<TestType>;
  for_each_simd_level([] {
    std::vector<TestType> a(33, Limits::quiet_NaN());
    a[0] = a[32] = Limits::infinity();
    a[1] = -Limits::infinity();
    elman::detail::clamp(a.data(), 33, TestType(2));
    CHECK(a[0] == 2);
    CHECK(a[1] == -2);
    CHECK(a[32] == 2);
    for (std::size_t k = 2; k < 32; ++k) CHECK(std::isnan(a[k]));
  });
}
