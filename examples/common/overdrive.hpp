// SPDX-License-Identifier: MIT
//
// An amplifier that is driven too far, simulated, and signals to try it on; all at 48 kHz.
//
//   cut the bass → amplify → clip softly, one side before the other → cut the treble
#pragma once

#include <array>
#include <cmath>
#include <elman/elman.hpp>
#include <numbers>

namespace example {

inline constexpr double sample_rate = 48'000;

class Overdrive {
 public:
  double operator()(double x) {
    bass_ += share(300) * (x - bass_);
    const double clipped = std::tanh(5 * (x - bass_) + 0.3) - std::tanh(0.3);
    treble_ += share(4000) * (clipped - treble_);
    return treble_;
  }

 private:
  /// How far a filter of one pole goes towards its input in a sample.
  static double share(double hertz) { return 1 - std::exp(-2 * std::numbers::pi * hertz / sample_rate); }

  double bass_ = 0, treble_ = 0;
};

using Signal = elman::Columns<float, 1>;  // a column a sample

/// Notes of up to three tones that glide and die away, with some noise, some loud, most soft, and silence between them:
/// a net that has never heard any may hum in it.
inline Signal test_signal(elman::Index samples, elman::Random& random) {
  const auto logarithmic = [&](double low, double high) {
    return std::exp(random.uniform(std::log(low), std::log(high)));
  };
  struct Tone {
    double phase, step, glide;
  };
  Signal signal(1, samples);
  for (elman::Index t = 0; t < samples;) {
    for (auto length = random.below(4000); length > 0 && t < samples; --length) signal(t++) = 0;
    std::array<Tone, 3> tones{};
    for (Tone& tone : tones) {
      tone = {random.uniform(0, 2 * std::numbers::pi), 2 * std::numbers::pi * logarithmic(40, 6000) / sample_rate,
              std::pow(logarithmic(0.25, 4), 10 / sample_rate)};
    }
    const auto voices = static_cast<std::size_t>(1 + random.below(3));
    const double fade = std::exp(-logarithmic(0.5, 30) / sample_rate), noise = logarithmic(1e-3, 0.3);
    double loudness = logarithmic(0.05, 1);
    for (auto length = 2000 + random.below(10'000); length > 0 && t < samples; --length, loudness *= fade) {
      double sum = noise * random.uniform(-1, 1);
      for (std::size_t k = 0; k < voices; ++k) {
        sum += std::sin(tones[k].phase) / static_cast<double>(voices);
        tones[k].phase += tones[k].step;
        tones[k].step = (std::min)(tones[k].step * tones[k].glide, 1.0);
      }
      signal(t++) = static_cast<float>(loudness * sum);
    }
  }
  return signal;
}

/// What the amplifier makes of it, from silence on.
inline Signal overdriven(const Signal& signal) {
  Overdrive amplifier;
  return signal.unaryExpr([&](float x) { return static_cast<float>(amplifier(static_cast<double>(x))); });
}

}  // namespace example
