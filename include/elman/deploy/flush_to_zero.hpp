// SPDX-License-Identifier: MIT
//
// Numbers below 1e-38 (float) or 1e-308 (double) are computed many times slower than others on most processors. The
// state of a net that hears silence decays through them. While a FlushToZero lives, its thread takes them as zero:
//
//   void audio_callback(…) {
//     const elman::FlushToZero guard;
//     …
//   }
//
// It changes the results of all arithmetic of the thread that meets such numbers, which is why elman never does it
// unasked.
#pragma once

#include <cstdint>

#include "elman/version.hpp"

#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace elman {
inline namespace ELMAN_ABI {

/// x86 (SSE: results and operands), aarch64 and 32-bit ARM with VFP. Elsewhere `works` is false and nothing changes.
class FlushToZero {
 public:
#if defined(__SSE__) || defined(_M_X64) || ((defined(__GNUC__) || defined(__clang__)) && defined(__aarch64__)) || \
    ((defined(__GNUC__) || defined(__clang__)) && defined(__ARM_FP) && !defined(__SOFTFP__))
  static constexpr bool works = true;
#else
  static constexpr bool works = false;
#endif

  FlushToZero() noexcept : before_(mode()) { set_mode(before_ | flush); }
  ~FlushToZero() { set_mode(before_); }
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
#if defined(__SSE__) || defined(_M_X64)
  using Mode = unsigned;
  static constexpr Mode flush = 0x8040;  // flush to zero, denormals are zero
  static Mode mode() noexcept { return _mm_getcsr(); }
  static void set_mode(Mode mode) noexcept { _mm_setcsr(mode); }
#elif (defined(__GNUC__) || defined(__clang__)) && defined(__aarch64__)
  using Mode = std::uint64_t;
  static constexpr Mode flush = Mode{1} << 24;
  static Mode mode() noexcept {
    Mode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void set_mode(Mode mode) noexcept { __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory"); }
#elif (defined(__GNUC__) || defined(__clang__)) && defined(__ARM_FP) && !defined(__SOFTFP__)
  using Mode = std::uint32_t;
  static constexpr Mode flush = Mode{1} << 24;
  static Mode mode() noexcept {
    Mode mode;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(mode));
    return mode;
  }
  static void set_mode(Mode mode) noexcept { __asm__ volatile("vmsr fpscr, %0" : : "r"(mode) : "memory"); }
#else
  using Mode = int;
  static constexpr Mode flush = 0;
  static Mode mode() noexcept { return 0; }
  static void set_mode(Mode) noexcept {}
#endif

  Mode before_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
