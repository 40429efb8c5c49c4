// SPDX-License-Identifier: MIT
//
// Nothing: the headers that all tests share are precompiled for this (CMakeLists.txt).
