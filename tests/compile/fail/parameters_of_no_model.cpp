// SPDX-License-Identifier: MIT
// expect: elman: a model has theta(), or parts() (a tuple of models), or is a std::tuple of models
#include "elman/cell.hpp"
#include "elman/model.hpp"

#ifdef ELMAN_FAIL
using Model = Eigen::VectorXf;
#else
using Model = elman::RNNCell<float, 3, 5, 2>;
#endif

elman::Index run(const Model& model) { return elman::parameter_count(model); }
