// SPDX-License-Identifier: MIT
//
// Nets that write_headers.cpp writes and frozen.cpp compares with what was written.
#pragma once

#include <elman/elman.hpp>
#include <string>

namespace nets_to_write {

using namespace elman;

/// An activation of one's own, with the name by which it is written.
struct Softsign {
  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return a / (Scalar(1) + (a < Scalar(0) ? -a : a));
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    const Scalar rest = Scalar(1) - (h < Scalar(0) ? -h : h);
    return rest * rest;
  }
};

template <class Net>
Net initialised(Net net, std::uint64_t seed) {
  Random random(seed);
  init::standard(random)(net);
  for (Index k = 0; k < net.theta().size(); ++k) {
    net.theta()(k) += static_cast<typename Net::Scalar>(0.1 * random.normal());
  }
  return net;
}

inline auto cell() { return initialised(RNNCell<float, 3, 7, 4>(zero), 1); }

/// Every kind of layer that can step, of sizes at run time.
inline auto deep() {
  auto body = Stacked{Embedding{11, 3}, LearnedStart{Recurrence{3, 8, {.zoneout = 0.25}}},
                      Dropout{Recurrence<Dynamic, Dynamic, ReLU>(8, 5), {.rate = 0.2, .variational = true}},
                      Repeated{Recurrence<Dynamic, Dynamic, Softsign>(5, 6),
                               Recurrence{6, 6, LearnedVoltageLeak{.alpha = 0.4, .last_alpha = 0.2}}, 3}};
  return initialised(Net<double, decltype(body), Readout<Dynamic, Dynamic, Sigmoid>>{body, {6, 2}, zero}, 2);
}

/// What goes with it: texts that are hard to write, and numbers.
inline Attachments deep_attachments() {
  return {
      .strings = {{"alphabet", {std::string("a\"\\\n?\0ü1", 9)}},
                  {"classes", {"ja", "", "na\xc3\xafve"}},
                  {"nothing", {}}},
      .tensors = {{"mean", Eigen::VectorXd::LinSpaced(3, 0.1, 0.3)}, {"turn", Eigen::MatrixXd::Identity(2, 3) / 3}}};
}

inline auto both_ways() {
  return initialised(Net<float, Bidirectional<Recurrence<2, 5>, Recurrence<2, 4>>, Readout<9, 3, Identity>>(zero), 3);
}

/// Without biases, so that the array of vectors is empty.
inline auto translator() {
  using Encoder = Recurrence<5, 6, Tanh, NothingBetween, NoBias>;
  using Decoder = Recurrence<4, 6, Tanh, NothingBetween, NoBias>;
  return initialised(Net<float, EncoderDecoder<Encoder, Decoder>, Readout<6, 4, Softmax, NoBias>>(zero), 4);
}

}  // namespace nets_to_write

template <>
struct elman::CppName<nets_to_write::Softsign> {
  static constexpr const char* value = "nets_to_write::Softsign";
};
