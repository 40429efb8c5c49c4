// SPDX-License-Identifier: MIT
//
// Counts the calls of malloc, calloc, realloc, free, aligned_alloc and posix_memalign of a test program (counting
// operator new would miss Eigen's own calls). For a program of one translation unit and one thread.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define ELMAN_COUNTS_HEAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ELMAN_COUNTS_HEAP 0
#endif
#endif
#if !defined(ELMAN_COUNTS_HEAP)
#if defined(__GLIBC__)
#define ELMAN_COUNTS_HEAP 1
#else
#define ELMAN_COUNTS_HEAP 0
#endif
#endif

namespace {

long heap_calls = 0;  // this program has one thread

}  // namespace

#if ELMAN_COUNTS_HEAP
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) {
  ++heap_calls;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++heap_calls;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++heap_calls;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++heap_calls;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  ++heap_calls;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
void free(void* memory) {
  if (memory) ++heap_calls;
  __libc_free(memory);
}
}
#endif

namespace {

/// The heap calls of run().
template <class Run>
long count_heap_calls(const Run& run) {
  const long before = heap_calls;
  run();
  return heap_calls - before;
}

}  // namespace
