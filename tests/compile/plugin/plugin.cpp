// SPDX-License-Identifier: MIT
//
// A shared object that is loaded at run time. Nothing of elman's is exported by name.
#include <elman/check.hpp>
#include <elman/kernels/simd.hpp>

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED elman::Simd level_in_plugin() { return elman::simd(); }
EXPORTED void limit_in_plugin(elman::Simd limit) { elman::limit_simd(limit); }
EXPORTED void fail_in_plugin() { elman::detail::fail("from the plug-in"); }
EXPORTED elman::ErrorHandler handler_of_plugin() { return elman::set_error_handler(nullptr); }
