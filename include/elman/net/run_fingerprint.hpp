// SPDX-License-Identifier: MIT
//
// What a run depends on, in 64 bits: forward leaves them in the tape, and bptt compares.
#pragma once

#include <bit>
#include <cstdint>

#include "elman/kernels/fingerprint.hpp"
#include "elman/kernels/one_hot.hpp"
#include "elman/layers/encoder_decoder.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/tape.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

/// Of x, as its layers see it: of up to 16 columns, or 256 tokens.
template <class Scalar>
std::uint32_t fingerprint_of(const ConstMatrixView<Scalar>& x) {
  Fingerprint<Scalar> fingerprint;
  const Index every = x.cols() / 16 + 1;
  for (Index k = 0; k < x.cols(); k += every) fingerprint.add_some(x.col(k).data(), x.rows(), 128);
  return fingerprint.value();
}
template <class Scalar>
std::uint32_t fingerprint_of(const OneHot<Scalar>& x) {
  Fingerprint<Index> fingerprint;
  fingerprint.add_some(x.tokens(), x.cols(), 256);
  return fingerprint.value();
}
template <class Source, class SourceSteps, class Target>
std::uint32_t fingerprint_of(const SourceTargetColumns<Source, SourceSteps, Target>& x) {
  return std::rotl(fingerprint_of(x.source), 5) ^ fingerprint_of(x.target);
}

/// Of what a run depends on. So much of θ is looked at as costs nothing beside the run: all of it in small nets and
/// long batches, else 64 bytes here and there, at least 256 numbers and a quarter of State a column.
template <class Scalar, class Body, class Readout, class Input>
RunFingerprint run_fingerprint(const Parameters<Scalar, Body, Readout>& net, const Input& input) {
  Fingerprint<Scalar> theta;
  theta.add_some(net.data(), net.theta().size(), 256 + input.steps().columns() * net.state() / 4);
  return {theta.value(), fingerprint_of(input.columns())};
}

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
