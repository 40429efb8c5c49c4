// SPDX-License-Identifier: MIT
//
// elman: recurrent networks of the Elman kind. One include for everything that needs Eigen alone.
#pragma once

// The words everything is written in
#include "elman/types.hpp"
#include "elman/version.hpp"

// Sequences: which column is which step, and what is read
#include "elman/read.hpp"
#include "elman/sequences.hpp"
#include "elman/steps.hpp"

// The network
#include "elman/activation.hpp"
#include "elman/cell.hpp"
#include "elman/output.hpp"
#include "elman/parameters.hpp"
#include "elman/state.hpp"
#include "elman/tape.hpp"

// What stands around it
#include "elman/gradient_check.hpp"
#include "elman/model.hpp"
