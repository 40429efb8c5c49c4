// SPDX-License-Identifier: MIT
//
// A Cortex-M's side of device.hpp: how it starts, prints, counts and ends. Printing and ending go through semihosting,
// which QEMU and debuggers understand; a product would have its UART here and never end.
#include "device.hpp"

#include <algorithm>

// Addresses that mps2.ld defines.
extern "C" {
extern std::uint32_t stack_lowest[], stack_top[], data_begin[], data_end[], bss_begin[], bss_end[];
extern const std::uint32_t data_in_image[], image_end[];
extern void (*const constructors_begin[])();
extern void (*const constructors_end[])();
}

int program() asm("main");  // C++ has no other name for main that may be called

namespace {

volatile std::uint32_t& hardware_register(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

// --- Semihosting
// ------------------------------------------------------------------------------------------------------

enum Request : std::uint32_t { open_file = 0x01, write_file = 0x05, exit_with_code = 0x20 };

std::uint32_t ask_host(Request request, const void* arguments) {
  register std::uint32_t r0 asm("r0") = request;
  register const void* r1 asm("r1") = arguments;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void end(int code) {
  constexpr std::uint32_t application_exit = 0x20026;
  const std::uint32_t arguments[]{application_exit, static_cast<std::uint32_t>(code)};
  ask_host(exit_with_code, arguments);
  for (;;) {
  }
}

// --- Start
// ------------------------------------------------------------------------------------------------------------

constexpr std::uint32_t untouched = 0xdeadbeef;  // what the stack is filled with, to see how deep it gets
constexpr std::uint32_t tick_mask = 0xffffff;    // SysTick counts 24 bits, downwards

extern "C" [[noreturn]] void reset() {
  hardware_register(0xe000ed88) |= 0b1111U << 20;  // CPACR: coprocessors 10 and 11, the FPU, before its first use
  asm volatile("dsb\n isb" ::: "memory");
  std::copy(data_in_image, data_in_image + (data_end - data_begin), data_begin);
  std::fill(bss_begin, bss_end, 0);
  const std::uint32_t* const here = static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 64;
  for (volatile std::uint32_t* word = stack_lowest; word != here; ++word) *word = untouched;
  hardware_register(0xe000e014) = tick_mask;  // SYST_RVR: from there on again
  hardware_register(0xe000e018) = 0;          // SYST_CVR: begin
  hardware_register(0xe000e010) = 0b101;      // SYST_CSR: run, by the processor's clock, no interrupt
  std::for_each(constructors_begin, constructors_end, [](auto construct) { construct(); });
  const int code = program();
  if (*stack_lowest != untouched) device::fail("the stack was too small");
  end(code);
}

extern "C" [[noreturn]] void fault() { device::fail("a fault, or an interrupt that nobody expected"); }

struct Vectors {
  const std::uint32_t* stack;
  void (*handlers[15])();
};
[[gnu::section(".vectors"), gnu::used]] const Vectors vectors{
    stack_top,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault}};

long calls_of_heap = 0;

}  // namespace

extern "C" {

// Static objects would be destroyed at exit; there is none.
void* __dso_handle = nullptr;
int __aeabi_atexit(void*, void (*)(void*), void*) { return 0; }

// The linker sends all calls of newlib's _malloc_r, which malloc and operator new end in, to __wrap__malloc_r, and
// those of __real__malloc_r to _malloc_r; likewise the others (-Wl,--wrap).
void* __real__malloc_r(void* reentrant, std::size_t size);
void* __wrap__malloc_r(void* reentrant, std::size_t size) {
  ++calls_of_heap;
  return __real__malloc_r(reentrant, size);
}
void* __real__calloc_r(void* reentrant, std::size_t count, std::size_t size);
void* __wrap__calloc_r(void* reentrant, std::size_t count, std::size_t size) {
  ++calls_of_heap;
  return __real__calloc_r(reentrant, count, size);
}
void* __real__realloc_r(void* reentrant, void* memory, std::size_t size);
void* __wrap__realloc_r(void* reentrant, void* memory, std::size_t size) {
  ++calls_of_heap;
  return __real__realloc_r(reentrant, memory, size);
}
void* __real__memalign_r(void* reentrant, std::size_t alignment, std::size_t size);
void* __wrap__memalign_r(void* reentrant, std::size_t alignment, std::size_t size) {
  ++calls_of_heap;
  return __real__memalign_r(reentrant, alignment, size);
}

}  // extern "C"

namespace device {

void write(const char* text, std::size_t size) {
  static const std::uint32_t output = [] {
    const struct {
      const char* name;
      std::uint32_t mode, name_size;
    } arguments{":tt", 4, 3};
    return ask_host(open_file, &arguments);
  }();
  const struct {
    std::uint32_t file;
    const char* text;
    std::size_t size;
  } arguments{output, text, size};
  ask_host(write_file, &arguments);
}

void fail(const char* message) {
  print(message, "\n");
  end(1);
}

const bool measures = true;

long heap_calls() { return calls_of_heap; }

std::uint32_t clock() { return hardware_register(0xe000e018); }

std::uint32_t instructions_since(std::uint32_t clock_before) {
  const std::uint32_t ticks = (clock_before - clock()) & tick_mask;
  return ticks * 5 / 4;  // QEMU with -icount shift=5: 2^5 ns an instruction, and at 25 MHz 40 ns a tick
}

Memory memory() {
  const auto bytes = [](const auto* begin, const auto* end) { return static_cast<std::size_t>(end - begin) * 4; };
  const std::uint32_t* deepest = std::find_if(stack_lowest, stack_top, [](auto word) { return word != untouched; });
  return {reinterpret_cast<std::uintptr_t>(image_end), bytes(data_begin, bss_end), bytes(deepest, stack_top)};
}

}  // namespace device
