// SPDX-License-Identifier: MIT
//
// A program of two translation units, main.cpp and train.cpp, which both include all of elman and hand a cell over.
#pragma once

#include <elman/elman.hpp>

using Cell = elman::RNNCell<float, 2, 8, 3>;

/// Takes `count` steps of gradient descent and returns the loss before the last of them.
float train(Cell& cell, int count);
