// SPDX-License-Identifier: MIT
// expect: elman::loss::CrossEntropy: labels must be a vector, one a column
#include "elman/cell.hpp"
#include "elman/loss/cross_entropy.hpp"

#ifdef ELMAN_FAIL
using Labels = Eigen::MatrixXi;
#else
using Labels = Eigen::RowVectorXi;
#endif

float run(elman::ReadoutTape<float>& tape, const Labels& labels) { return elman::loss::CrossEntropy()(tape, labels); }
