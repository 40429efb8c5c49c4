// SPDX-License-Identifier: MIT
//
// What the program asks of the machine it runs on: a place to print to, and what can be measured there. device.cpp
// answers on a Cortex-M, host.cpp on a computer, where nothing but the printing is done.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace device {

void write(const char* text, std::size_t size);

/// Prints what is wrong and ends the program with exit code 1.
[[noreturn]] void fail(const char* message);

/// Whether the numbers below are measured; else they are 0.
extern const bool measures;

/// Calls of malloc, calloc, realloc and memalign since the start, whoever made them.
long heap_calls();

/// Counts instructions, a few wrong at most; overflows after 20 million.
std::uint32_t clock();
std::uint32_t instructions_since(std::uint32_t clock_before);

/// Bytes.
struct Memory {
  std::size_t image;  ///< code, constants and the first values of variables: flash
  std::size_t data;   ///< all variables that live as long as the program: RAM
  std::size_t stack;  ///< the deepest so far: RAM
};
Memory memory();

// --- print("text", 42, thousandths(0.5), "\n"): no printf, which is larger than all of elman
// --------------------------

inline void print_piece(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  write(text, size);
}

template <std::integral Integer>
void print_piece(Integer number) {
  char digits[24];
  write(digits, static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits));
}

/// A number from 0 up, printed with three decimals, cut behind them.
struct Thousandths {
  long count;
};
inline Thousandths thousandths(double value) { return {static_cast<long>(value * 1000)}; }
inline void print_piece(Thousandths number) {
  const long decimals = number.count % 1000;
  print_piece(number.count / 1000);
  print_piece(decimals < 10 ? ".00" : decimals < 100 ? ".0" : ".");
  print_piece(decimals);
}

template <class... Pieces>
void print(const Pieces&... pieces) {
  (print_piece(pieces), ...);
}

}  // namespace device
