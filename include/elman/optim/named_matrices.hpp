// SPDX-License-Identifier: MIT
//
// Matrices of a net by name, as penalties, Grouped and KeepOrthogonal are given them:
//
//   "layer1.forwards.U"   one matrix, by its whole name
//   "U", "forwards.U"     every matrix whose name ends so: all of a letter
//   "layer1", "encoder"   every matrix beneath this path: a part of the net
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "elman/check.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// A matrix, and where it lies in θ.
struct NamedMatrix {
  std::string name;
  Index first, size, rows;
};

/// All matrices of a net, in the order of θ.
template <class Net>
std::vector<NamedMatrix> named_matrices(const Net& net) {
  std::vector<NamedMatrix> matrices;
  const auto* const begin = net.theta().data();
  net.for_each([&](const std::string& name, const auto& matrix) {
    matrices.push_back({name, static_cast<Index>(matrix.data() - begin), matrix.size(), matrix.rows()});
  });
  return matrices;
}

enum class NameFit { none, part, whole };

/// How a name of a user's fits that of a matrix.
inline NameFit name_fit(std::string_view matrix, std::string_view wanted) {
  if (matrix == wanted) return NameFit::whole;
  if (matrix.size() <= wanted.size()) return NameFit::none;
  const bool is_end = matrix.ends_with(wanted) && matrix[matrix.size() - wanted.size() - 1] == '.';
  const bool is_path = matrix.starts_with(wanted) && matrix[wanted.size()] == '.';
  return is_end || is_path ? NameFit::part : NameFit::none;
}

/// visit(place in the list, fit) for each matrix that a name fits. Throws, in the owner's name, if there is none.
template <class Visit>
void for_each_named(std::string_view owner, const std::vector<NamedMatrix>& matrices, std::string_view wanted,
                    const Visit& visit) {
  bool fits_one = false;
  for (std::size_t place = 0; place < matrices.size(); ++place) {
    const NameFit fit = name_fit(matrices[place].name, wanted);
    if (fit == NameFit::none) continue;
    fits_one = true;
    visit(place, fit);
  }
  if (fits_one) return;
  std::string names;
  for (const auto& matrix : matrices) names += names.empty() ? matrix.name : ", " + matrix.name;
  fail(owner, ": name is \"", wanted, "\"; expected one of ", names);
}

/// The same, of names that are for square matrices alone. Throws at the first that is not.
template <class Visit>
void for_each_square(std::string_view owner, const std::vector<NamedMatrix>& matrices, std::string_view wanted,
                     const Visit& visit) {
  for_each_named(owner, matrices, wanted, [&](std::size_t place, NameFit) {
    const NamedMatrix& matrix = matrices[place];
    require_that(matrix.rows * matrix.rows == matrix.size, owner, ": name is \"", wanted, "\", which fits ",
                 matrix.name, ", ", matrix.rows, " x ", matrix.size / (std::max)(matrix.rows, Index{1}),
                 "; expected names of square matrices, as \"W\" and \"layer1.W\" are");
    visit(matrix);
  });
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
