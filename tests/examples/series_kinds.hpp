// SPDX-License-Identifier: MIT
//
// Labelled series of several kinds, generated: what tells the classes apart is another thing in each. A seed draws the
// forms, the frequencies, … of the classes, and then the series.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <elman/elman.hpp>
#include <functional>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "../../examples/common/series.hpp"

namespace example {

/// One series of a class: channels × steps.
using Draw = std::function<Series::Matrix(elman::Index label, elman::Random& random)>;

struct SeriesKind {
  const char* name;
  elman::Index classes;
  std::size_t training, test;              ///< series
  std::function<Draw(elman::Random&)> of;  ///< draws what the classes are
};

/// A smooth curve of `steps` values: a sum of half sine waves, the slow ones larger.
inline std::vector<double> smooth_curve(elman::Index steps, int waves, elman::Random& random) {
  std::vector<double> curve(static_cast<std::size_t>(steps), 0.0);
  for (int k = 1; k <= waves; ++k) {
    const double height = random.normal() / k, phase = random.uniform(0, 2 * std::numbers::pi);
    for (elman::Index t = 0; t < steps; ++t) {
      curve[static_cast<std::size_t>(t)] +=
          height * std::sin(std::numbers::pi * k * static_cast<double>(t) / static_cast<double>(steps) + phase);
    }
  }
  return curve;
}

namespace kinds {

using elman::Index;
using elman::Random;
inline constexpr double tau = 2 * std::numbers::pi;

/// A matrix from value(channel, step).
template <class Value>
Series::Matrix series_of(Index channels, Index steps, const Value& value) {
  Series::Matrix series(channels, steps);
  for (Index t = 0; t < steps; ++t) {
    for (Index c = 0; c < channels; ++c) series(c, t) = static_cast<float>(value(c, t));
  }
  return series;
}

/// Sine waves of any phase; a class is a frequency.
inline Draw phases(Random&) {
  return [](Index label, Random& random) {
    const double phase = random.uniform(0, tau), turns = 3 + 1.5 * static_cast<double>(label);
    return series_of(1, 150, [&](Index, Index t) {
      return std::sin(phase + tau * turns * static_cast<double>(t) / 150) + 0.5 * random.normal();
    });
  };
}

/// Cylinder, bell and funnel (Saito 1994).
inline Draw cylinder_bell_funnel(Random&) {
  return [](Index label, Random& random) {
    const double begin = random.uniform(16, 32), end = begin + random.uniform(32, 96), height = 6 + random.normal();
    return series_of(1, 128, [&](Index, Index step) {
      const auto t = static_cast<double>(step);
      if (t < begin || t > end) return random.normal();
      const double rise = (t - begin) / (end - begin);
      return height * (label == 0 ? 1 : label == 1 ? rise : 1 - rise) + random.normal();
    });
  };
}

/// A short form of the class somewhere in noise.
inline Draw shapelets(Random& world) {
  std::vector<std::vector<double>> forms;
  for (int k = 0; k < 3; ++k) forms.push_back(smooth_curve(24, 6, world));
  for (auto& form : forms) {
    double squares = 0;
    for (const double value : form) squares += value * value;
    for (double& value : form) value *= 2.5 / std::sqrt(squares / 24);
  }
  return [forms](Index label, Random& random) {
    const Index begin = random.below(120 - 24);
    return series_of(1, 120, [&](Index, Index t) {
      const bool inside = t >= begin && t < begin + 24;
      return (inside ? forms[static_cast<std::size_t>(label)][static_cast<std::size_t>(t - begin)] : 0.0) +
             0.5 * random.normal();
    });
  };
}

/// Smooth curves that differ little, slightly moved and stretched: as of a hand that draws a gun, or points.
inline Draw gestures(Random& world) {
  const auto base = smooth_curve(150, 4, world);
  std::vector<std::vector<double>> forms;
  for (int k = 0; k < 2; ++k) {
    forms.push_back(smooth_curve(150, 8, world));
    for (std::size_t t = 0; t < 150; ++t) forms.back()[t] = base[t] + 0.25 * forms.back()[t];
  }
  return [forms](Index label, Random& random) {
    const double shift = random.uniform(-6, 6), stretch = random.uniform(0.95, 1.05), scale = random.uniform(0.8, 1.2);
    const auto own = smooth_curve(150, 5, random);
    return series_of(1, 150, [&](Index, Index t) {
      const double at = std::clamp(75 + (static_cast<double>(t) - 75) * stretch + shift, 0.0, 149.0);
      return scale * forms[static_cast<std::size_t>(label)][static_cast<std::size_t>(at)] +
             0.1 * own[static_cast<std::size_t>(t)] + 0.01 * random.normal();
    });
  };
}

/// x_t = a x_{t-1} + b x_{t-2} + noise; a class is a pair of coefficients.
inline Draw autoregressive(Random&) {
  return [](Index label, Random& random) {
    constexpr std::array<std::pair<double, double>, 3> coefficients{{{0.6, 0.2}, {0.2, -0.5}, {-0.5, 0.2}}};
    const auto [a, b] = coefficients.at(static_cast<std::size_t>(label));
    double last = 0, before = 0;
    return series_of(1, 100, [&](Index, Index) {
      const double next = a * last + b * before + random.normal();
      before = std::exchange(last, next);
      return next;
    });
  };
}

/// Many peaks in common; the classes differ in the height of some. As spectra of coffee.
inline Draw spectra(Random& world) {
  const auto base = smooth_curve(286, 20, world);
  std::array<std::vector<double>, 2> forms;
  for (auto& form : forms) form = smooth_curve(286, 30, world);
  return [base, forms](Index label, Random& random) {
    const auto own = smooth_curve(286, 6, random);
    return series_of(1, 286, [&](Index, Index step) {
      const auto t = static_cast<std::size_t>(step);
      return base[t] + 0.1 * forms[static_cast<std::size_t>(label)][t] + 0.08 * own[t] + 0.02 * random.normal();
    });
  };
}

/// Six sensors on a body: each class has its own frequency and its own heights of the sensors, of any phase.
inline Draw motions(Random& world) {
  std::array<std::array<double, 6>, 4> heights{};
  for (auto& of_class : heights) {
    for (double& height : of_class) height = std::exp(0.7 * world.normal());
  }
  return [heights](Index label, Random& random) {
    const double phase = random.uniform(0, tau), turns = 4 + 2 * static_cast<double>(label) + 0.5 * random.normal();
    const double size = std::exp(0.3 * random.normal());
    return series_of(6, 100, [&](Index c, Index t) {
      return size * heights[static_cast<std::size_t>(label)][static_cast<std::size_t>(c)] *
                 std::sin(phase + static_cast<double>(c) + tau * turns * static_cast<double>(t) / 100) +
             0.6 * random.normal();
    });
  };
}

/// Two bumps in two channels, anywhere: a class is which of them comes first.
inline Draw orders(Random&) {
  return [](Index label, Random& random) {
    const double first = random.uniform(10, 70), second = first + random.uniform(25, 60);
    return series_of(2, 140, [&](Index c, Index t) {
      const double miss = (static_cast<double>(t) - ((c == label) ? first : second)) / 5;
      return 2.5 * std::exp(-miss * miss) + 0.4 * random.normal();
    });
  };
}

/// A tone whose loudness rises, falls, swings slowly or swings fast.
inline Draw modulated(Random&) {
  return [](Index label, Random& random) {
    const double phase = random.uniform(0, tau), swing = random.uniform(0, tau), turns = random.uniform(25, 35);
    return series_of(1, 240, [&](Index, Index step) {
      const double t = static_cast<double>(step) / 240;
      const std::array<double, 4> loudness{0.2 + t, 1.2 - t, 0.7 + 0.5 * std::sin(swing + tau * 2 * t),
                                           0.7 + 0.5 * std::sin(swing + tau * 5 * t)};
      return loudness.at(static_cast<std::size_t>(label)) * std::sin(phase + tau * turns * t) + 0.2 * random.normal();
    });
  };
}

/// Control charts (Alcock and Manolopoulos 1999): level, cycles, rising, falling, a step up, a step down.
inline Draw charts(Random&) {
  return [](Index label, Random& random) {
    const double height = random.uniform(10, 15), period = random.uniform(10, 15), slope = random.uniform(0.2, 0.5);
    const double change = random.uniform(20, 40), jump = random.uniform(7.5, 20);
    return series_of(1, 60, [&](Index, Index step) {
      const auto t = static_cast<double>(step);
      const double jumped = t < change ? 0 : jump;
      const std::array<double, 6> form{0, height * std::sin(tau * t / period), slope * t, -slope * t, jumped, -jumped};
      return 30 + form.at(static_cast<std::size_t>(label)) + 2 * random.normal();
    });
  };
}

/// A heartbeat: peaks at nearly the same places, some of them lower or later in the second class.
inline Draw heartbeats(Random& world) {
  const double lower = world.uniform(0.4, 0.7), later = world.uniform(2, 5);
  return [lower, later](Index label, Random& random) {
    const auto own = smooth_curve(96, 5, random);
    const double shift = 2 * random.normal(), ill = label == 1 ? random.uniform(0.3, 1.2) : 0;
    return series_of(1, 96, [&](Index, Index t) {
      const auto peak = [&](double at, double width) {
        const double miss = (static_cast<double>(t) - at - shift) / width;
        return std::exp(-miss * miss);
      };
      return 0.4 * peak(20, 6) + 2.5 * peak(38, 3) - (1 - lower * ill) * peak(46, 4) +
             (0.9 - lower * ill) * peak(68 + later * ill, 8) + 0.15 * own[static_cast<std::size_t>(t)] +
             0.1 * random.normal();
    });
  };
}

/// Six speakers: five channels that move along a curve of the speaker's own, in 30 to 60 steps.
inline Draw speakers(Random& world) {
  std::vector<std::vector<double>> curves;
  for (int k = 0; k < 6 * 5; ++k) curves.push_back(smooth_curve(60, 3, world));
  return [curves](Index label, Random& random) {
    const Index steps = 30 + random.below(31);
    std::array<double, 5> offset{};
    for (double& value : offset) value = 0.35 * random.normal();
    return series_of(5, steps, [&](Index c, Index t) {
      return curves[static_cast<std::size_t>(label * 5 + c)][static_cast<std::size_t>(t * 60 / steps)] +
             offset.at(static_cast<std::size_t>(c)) + 0.25 * random.normal();
    });
  };
}

/// A level that changes its mean, its noise or both at some time; ten classes by a curve of a day's load.
inline Draw days(Random& world) {
  std::vector<std::vector<double>> curves;
  for (int k = 0; k < 10; ++k) curves.push_back(smooth_curve(360, 12, world));
  return [curves](Index label, Random& random) {
    const Index shift = random.below(31) - 15;
    const double scale = random.uniform(0.6, 1.4);
    return series_of(1, 360, [&](Index, Index t) {
      const Index at = std::clamp<Index>(t + shift, 0, 359);
      return scale * curves[static_cast<std::size_t>(label)][static_cast<std::size_t>(at)] + 0.5 * random.normal();
    });
  };
}

}  // namespace kinds

/// Those by which the defaults of the example were chosen.
inline std::vector<SeriesKind> tuned_kinds() {
  return {{"phases", 3, 60, 200, kinds::phases},
          {"cylinder_bell_funnel", 3, 40, 200, kinds::cylinder_bell_funnel},
          {"shapelets", 3, 120, 200, kinds::shapelets},
          {"gestures", 2, 50, 200, kinds::gestures},
          {"autoregressive", 3, 90, 200, kinds::autoregressive},
          {"spectra", 2, 40, 200, kinds::spectra},
          {"motions", 4, 40, 200, kinds::motions}};
}

/// Those that were not looked at until the defaults stood.
inline std::vector<SeriesKind> other_kinds() {
  return {{"orders", 2, 80, 200, kinds::orders},     {"modulated", 4, 100, 200, kinds::modulated},
          {"charts", 6, 120, 200, kinds::charts},    {"heartbeats", 2, 100, 200, kinds::heartbeats},
          {"speakers", 6, 90, 200, kinds::speakers}, {"days", 10, 150, 200, kinds::days}};
}

/// The training series, then those to test on.
inline Series generate(const SeriesKind& kind, std::uint64_t seed) {
  elman::Random random{seed};
  const Draw draw = kind.of(random);
  Series data;
  for (elman::Index k = 0; k < kind.classes; ++k) data.names.push_back(std::to_string(k));
  for (std::size_t k = 0; k < kind.training + kind.test; ++k) {
    data.labels.push_back(static_cast<elman::Index>(k) % kind.classes);
    data.series.push_back(draw(data.labels.back(), random));
  }
  return data;
}

}  // namespace example
