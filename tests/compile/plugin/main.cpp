// SPDX-License-Identifier: MIT
//
// What it sets holds in plugin.cpp, and the other way round.
#include <dlfcn.h>

#include <cstdio>
#include <cstring>
#include <elman/check.hpp>
#include <elman/kernels/simd.hpp>

namespace {

struct Told {};

void handler(const char* message) {
  if (std::strcmp(message, "from the plug-in") == 0) throw Told{};
}

bool all_right = true;

void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("plug-in: %s\n", what);
  all_right = false;
}

}  // namespace

int main() {
  using elman::Simd;
  void* const plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
  if (!plugin) {
    std::printf("%s\n", dlerror());
    return 1;
  }
  const auto level_in_plugin = reinterpret_cast<Simd (*)()>(dlsym(plugin, "level_in_plugin"));
  const auto limit_in_plugin = reinterpret_cast<void (*)(Simd)>(dlsym(plugin, "limit_in_plugin"));
  const auto fail_in_plugin = reinterpret_cast<void (*)()>(dlsym(plugin, "fail_in_plugin"));
  const auto handler_of_plugin = reinterpret_cast<elman::ErrorHandler (*)()>(dlsym(plugin, "handler_of_plugin"));

  const Simd best = elman::best_simd(), least = elman::limit_simd(Simd::compiled);
  check(level_in_plugin() == least, "another level than the program has set");
  limit_in_plugin(best);
  check(elman::simd() == best, "its level is not the program's");

  elman::set_error_handler(handler);
  try {
    fail_in_plugin();
  } catch (const Told&) {
    check(handler_of_plugin() == handler, "another handler");
    check(elman::set_error_handler(nullptr) == nullptr, "it took the handler away, and the program still has it");
    return all_right ? 0 : 1;
  } catch (const std::exception&) {
  }
  check(false, "the program's error handler was not called");
  return 1;
}
