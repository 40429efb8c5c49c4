// SPDX-License-Identifier: MIT
//
// elman behind the macros of other people's headers: windows.h, X.h, Arduino.h, Unreal, macOS' AssertMacros.h, Qt, a
// kernel's compiler.h, complex.h, termios.h, resolv.h, stdnoreturn.h, math.h, and letters that programs define. Eigen,
// the standard library and nlohmann-json cannot stand them all and come first. Macros take arguments where theirs do.
#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <numbers>
#include <numeric>
#include <optional>
#include <ostream>
#include <random>
#include <ranges>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#if __has_include(<nlohmann/json.hpp>)
#include <nlohmann/json.hpp>
#endif
#if __has_include(<sys/ioctl.h>)
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// windows.h
#define min(a, b) hostile macro
#define max(a, b) hostile macro
#define small hostile macro
#define near hostile macro
#define far hostile macro
#define ERROR hostile macro
#define IN hostile macro
#define OUT hostile macro
#define OPTIONAL hostile macro
#define VOID hostile macro
#undef TRUE
#define TRUE hostile macro
#undef FALSE
#define FALSE hostile macro
#undef DELETE
#define DELETE hostile macro
#define STRICT hostile macro
#define CONST hostile macro
#define interface hostile macro
#define TEXT(text) hostile macro
#define CALLBACK hostile macro
#define ABSOLUTE hostile macro
#define RELATIVE hostile macro
#define BOOL hostile macro
#define DWORD hostile macro
#define ZeroMemory(a, b) hostile macro
#define GetObject hostile macro
#define SendMessage hostile macro
#define NO_ERROR hostile macro
#define THIS hostile macro
#define PASCAL hostile macro
#define RGB(r, g, b) hostile macro
#define UNICODE hostile macro
#define DIFFERENCE hostile macro
#define _T(text) hostile macro
#define NONE hostile macro
#define IGNORE hostile macro
#define INPUT hostile macro
#define FAR hostile macro
#define NEAR hostile macro
#define cdecl hostile macro
#define pascal hostile macro
#define hyper hostile macro
#define uuid(id) hostile macro
#define Yield() hostile macro
// X.h, Xlib.h and Xutil.h
#define None hostile macro
#define Bool hostile macro
#define Status hostile macro
#define True hostile macro
#define False hostile macro
#define Success hostile macro
#define Always hostile macro
#define Above hostile macro
#define Below hostile macro
#define Complex hostile macro
#define Convex hostile macro
#define Nonconvex hostile macro
#define Unsorted hostile macro
#define YSorted hostile macro
#define Opposite hostile macro
#define TopIf hostile macro
#define KeyPress hostile macro
#define Expose hostile macro
#define GrayScale hostile macro
#define PseudoColor hostile macro
#define StaticColor hostile macro
#define CurrentTime hostile macro
#define ParentRelative hostile macro
#define CopyFromParent hostile macro
#define Font hostile macro
#define FocusIn hostile macro
#define CursorShape hostile macro
#define Nonlinear hostile macro
#define Normal hostile macro
#define Button1 hostile macro
#define LineSolid hostile macro
#define XYPixmap hostile macro
#define AllValues hostile macro
#define RectangleIn hostile macro
#define DisplayWidth(a, b) hostile macro
#define DestroyAll hostile macro
#define InputOutput hostile macro
#define ControlMask hostile macro
#define Mod1Mask hostile macro
// Arduino.h and binary.h
#define abs(x) hostile macro
#define round(x) hostile macro
#define sq(x) hostile macro
#define constrain(x, low, high) hostile macro
#define radians(x) hostile macro
#define degrees(x) hostile macro
#define bit(b) hostile macro
#define word(...) hostile macro
#define bitRead(value, bit) hostile macro
#define F(text) hostile macro
#undef PI
#define PI hostile macro
#define HALF_PI hostile macro
#define TWO_PI hostile macro
#define EULER hostile macro
#define DEFAULT hostile macro
#define EXTERNAL hostile macro
#define INTERNAL hostile macro
#define OUTPUT hostile macro
#define HIGH hostile macro
#define LOW hostile macro
#define SERIAL hostile macro
#define DISPLAY hostile macro
#define LED_BUILTIN hostile macro
#define interrupts() hostile macro
#define noInterrupts() hostile macro
#define lowByte(w) hostile macro
#define highByte(w) hostile macro
#define B0 hostile macro
#define B1 hostile macro
#define B01 hostile macro
#define B10 hostile macro
// Unreal
#define check(expression) hostile macro
#define checkf(expression, format, ...) hostile macro
#define verify(expression) hostile macro
#define verifyf(expression, format, ...) hostile macro
#define ensure(expression) hostile macro
#define ensureMsgf(expression, format, ...) hostile macro
#define UPROPERTY(...) hostile macro
#define UCLASS(...) hostile macro
#define UFUNCTION(...) hostile macro
#define GENERATED_BODY(...) hostile macro
#undef LIKELY
#define LIKELY(x) hostile macro
#define UNLIKELY(x) hostile macro
#define FORCEINLINE hostile macro
#define PURE_VIRTUAL(f, ...) hostile macro
#define INDEX_NONE hostile macro
#define DEPRECATED(a, b) hostile macro
#define CA_ASSUME(x) hostile macro
// macOS' AssertMacros.h
#define require(assertion, label) hostile macro
#define require_noerr(error, label) hostile macro
#define require_action(assertion, label, action) hostile macro
#define require_string(assertion, label, message) hostile macro
#define require_quiet(assertion, label) hostile macro
#define check_noerr(error) hostile macro
#define check_string(assertion, message) hostile macro
#define verify_noerr(error) hostile macro
#define verify_action(assertion, action) hostile macro
// Qt, boost and others
#define slots hostile macro
#define signals hostile macro
#define emit hostile macro
#define foreach(variable, container) hostile macro
#define forever hostile macro
#define Q_OBJECT hostile macro
#define CHECK(x) hostile macro
#define REQUIRE(x) hostile macro
#define ASSERT(x) hostile macro
#define LOG(level) hostile macro
#define TEST(a, b) hostile macro
#define VERIFY(x) hostile macro
#define ENSURE(x) hostile macro
#undef DEBUG
#define DEBUG hostile macro
#define NDEBUG_ hostile macro
#define error(...) hostile macro
#define warning(...) hostile macro
#define debug(...) hostile macro
#define log_info(...) hostile macro
#define trace(...) hostile macro
#define nil hostile macro
#define YES hostile macro
#define NO hostile macro
// a kernel's compiler.h, stdnoreturn.h
#define always_inline hostile macro
#define noinline hostile macro
#define aligned hostile macro
#define packed hostile macro
#define unused hostile macro
#define used hostile macro
#define likely hostile macro
#define unlikely hostile macro
#define noreturn hostile macro
#define maybe_unused hostile macro
#define no_unique_address hostile macro
#define nodiscard hostile macro
#define fallthrough hostile macro
#define deprecated hostile macro
#define weak hostile macro
#define pure hostile macro
#define hot hostile macro
#define cold hostile macro
#define flatten hostile macro
#define vector_size hostile macro
#define may_alias hostile macro
#define visibility hostile macro
#define section(name) hostile macro
#define barrier() hostile macro
#define container_of(a, b, c) hostile macro
#define offset_of(a, b) hostile macro
#define array_size(a) hostile macro
#define ARRAY_SIZE(a) hostile macro
#define __unused_ hostile macro
// libc
#undef isnan
#define isnan(a) hostile macro
#undef isinf
#define isinf(a) hostile macro
#undef isfinite
#define isfinite(a) hostile macro
#undef signbit
#define signbit(a) hostile macro
#undef I
#define I hostile macro
#define _res hostile macro
#undef major
#define major(a) hostile macro
#undef minor
#define minor(a) hostile macro
#undef makedev
#define makedev(a, b) hostile macro
#undef unix
#define unix hostile macro
#undef linux
#define linux hostile macro
#undef OVERFLOW
#define OVERFLOW hostile macro
#undef UNDERFLOW
#define UNDERFLOW hostile macro
#undef DOMAIN
#define DOMAIN hostile macro
#undef SING
#define SING hostile macro
#undef PLOSS
#define PLOSS hostile macro
#undef TLOSS
#define TLOSS hostile macro
#undef HUGE
#define HUGE hostile macro
#undef index
#define index(text, c) hostile macro
#undef rindex
#define rindex(text, c) hostile macro
#undef bcopy
#define bcopy(a, b, n) hostile macro
#undef bzero
#define bzero(a, n) hostile macro
#define stdin_ hostile macro
#undef ECHO
#define ECHO hostile macro
#undef B50
#define B50 hostile macro
#undef B9600
#define B9600 hostile macro
#undef VMIN
#define VMIN hostile macro
#undef VTIME
#define VTIME hostile macro
#undef _N
#define _N hostile macro
#undef _B
#define _B hostile macro
#undef _C
#define _C hostile macro
#undef _P
#define _P hostile macro
#undef _L
#define _L hostile macro
#undef _S
#define _S hostile macro
#undef _U
#define _U hostile macro
#undef _X
#define _X hostile macro
// letters of programs
#define N hostile macro
#define NN hostile macro
#define T hostile macro
#define T1 hostile macro
#define F1 hostile macro
#define EPS hostile macro
#define SIZE hostile macro
#define MAX hostile macro
#define MIN hostile macro
#define Z hostile macro
#define Q hostile macro
#define T0 hostile macro
#undef M_PI
#define M_PI hostile macro

#include "train.cpp"
#if __has_include(<nlohmann/json.hpp>)
#include <elman/io/checkpoint.hpp>
#include <elman/io/csv.hpp>
#include <elman/io/keras.hpp>
#include <elman/io/log.hpp>
#include <elman/io/npy.hpp>
#include <elman/io/progress.hpp>
#include <elman/io/safetensors.hpp>
#include <elman/io/torch.hpp>
#endif

int main() {
  Cell cell{elman::zero};
  return train(cell, 20) < 1 ? 0 : 1;
}
