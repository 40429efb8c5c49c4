// SPDX-License-Identifier: MIT
//
// Tokens as the one-hot columns they stand for (vocabulary × N), of which only the place of the 1 is kept.
#pragma once

#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

template <class Scalar_>
class OneHot {
 public:
  using Scalar = Scalar_;

  OneHot(const Index* tokens, Index vocabulary, Index count)
      : tokens_(tokens), vocabulary_(vocabulary), count_(count) {}

  Index rows() const { return vocabulary_; }
  Index cols() const { return count_; }
  /// The row of the 1 in column k.
  Index token(Index k) const { return tokens_[k]; }
  const Index* tokens() const { return tokens_; }
  /// Columns first … first + count − 1. Refers to the same tokens.
  OneHot middleCols(Index first, Index count) const { return {tokens_ + first, vocabulary_, count}; }

 private:
  const Index* tokens_;
  Index vocabulary_;
  Index count_;
};

}  // namespace ELMAN_ABI
}  // namespace elman
