// SPDX-License-Identifier: MIT
// expect: an activation, output or policy of your own is named by a specialisation of elman::CppName
// expect: an activation, output or policy of your own is named by a specialisation of elman::CppName
// expect: an activation, output or policy of your own is named by a specialisation of elman::CppName
// expect: an activation or policy of your own with options says them in `elman::FormOptions form() const`
#include <string>

#include "elman/elman.hpp"

// Derived from elman's, they are not elman's: what a base is called is not their name.
struct MyTanh : elman::Tanh {};
struct MySoftmax : elman::Softmax {};
struct MyNothing : elman::NothingBetween {};
struct MyNoise : elman::RecurrentNoise {
#if ELMAN_FAIL != 4
  elman::FormOptions form() const { return {"MyNoise", {}}; }
#endif
};

template <>
struct elman::CppName<MyNoise> {
  static constexpr const char* value = "MyNoise";
};
#ifndef ELMAN_FAIL
template <>
struct elman::CppName<MyTanh> {
  static constexpr const char* value = "MyTanh";
};
template <>
struct elman::CppName<MySoftmax> {
  static constexpr const char* value = "MySoftmax";
};
template <>
struct elman::CppName<MyNothing> {
  static constexpr const char* value = "MyNothing";
};
#endif

template <class Activation, class Between, class Output>
using Net = elman::Net<float, elman::Recurrence<3, 4, Activation, Between>, elman::Readout<4, 2, Output>>;

#if !defined(ELMAN_FAIL) || ELMAN_FAIL == 1
std::string header(const Net<MyTanh, elman::NothingBetween, elman::Softmax>& net) { return cpp_header(net, "net"); }
#endif
#if !defined(ELMAN_FAIL) || ELMAN_FAIL == 2
std::string header(const Net<elman::Tanh, elman::NothingBetween, MySoftmax>& net) { return cpp_header(net, "net"); }
#endif
#if !defined(ELMAN_FAIL) || ELMAN_FAIL == 3
std::string header(const Net<elman::Tanh, MyNothing, elman::Softmax>& net) { return cpp_header(net, "net"); }
#endif
#if !defined(ELMAN_FAIL) || ELMAN_FAIL == 4
std::string header(const Net<elman::Tanh, MyNoise, elman::Softmax>& net) { return cpp_header(net, "net"); }
#endif
