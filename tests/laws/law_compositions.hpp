// SPDX-License-Identifier: MIT
//
// The compositions of the law-suite: every kind of layer, nested in different ways, of run-time and of compile-time
// sizes. `entries`: the gradients that are compared, those of the parameters and of x and h₀.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "laws/law_nets.hpp"

namespace laws {

using elman::Bidirectional;
using elman::Dropout;
using elman::Embedding;
using elman::EncoderDecoder;
using elman::LearnedStart;
using elman::Recurrence;
using elman::Repeated;
using elman::Stacked;

/// One output more than drawn: softmax of one class has no gradient.
template <class Output, class Body>
auto net_of(Body body, Index drawn) {
  elman::Readout<Dynamic, Dynamic, Output> readout(body.out(), 1 + drawn);
  return elman::Net<double, Body, elman::Readout<Dynamic, Dynamic, Output>>(std::move(body), readout, elman::zero);
}

/// Columns of numbers as x.
struct FromColumns {
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return draw_columns(random, net.in(), draw_lengths(random, B, T));
  }
};
/// Tokens as x.
struct FromTokens {
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return draw_tokens(random, net.in(), draw_lengths(random, B, T));
  }
};

struct ThreeStacked : FromColumns {
  static constexpr int depth = 3;
  static constexpr std::size_t entries = 9 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, out] = draw_sizes<5>(random);
    return net_of<Output>(Stacked{Recurrence<Dynamic, Dynamic, elman::Tanh>(in, a),
                                  Recurrence<Dynamic, Dynamic, Softsign>(a, b), Recurrence{b, c}},
                          out);
  }
};

/// Without b, in one direction and in both.
struct WithoutBias : FromColumns {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 2 + 4 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, out] = draw_sizes<5>(random);
    return net_of<Output>(
        Stacked{Recurrence{in, a, elman::no_bias},
                Bidirectional{Recurrence{a, b, {.zoneout = 0.2}, elman::no_bias}, Recurrence{a, c, elman::no_bias}}},
        out);
  }
};

/// All of ours beside tanh and ReLU, with one parameter a unit and without, in every place of a composition.
struct Activations : FromColumns {
  static constexpr int depth = 3;
  static constexpr std::size_t entries = 3 + 4 + 3 + 5 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, d, out] = draw_sizes<6>(random);
    using elman::ModReLU;
    return net_of<Output>(
        Stacked{Recurrence<Dynamic, Dynamic, elman::HardTanh>{in, a},
                Bidirectional{Recurrence<Dynamic, Dynamic, ModReLU, elman::RecurrentNoise>{
                                  a, b, {.recurrent_dropout = 0.2, .zoneout = 0.2}},
                              Recurrence<Dynamic, Dynamic, elman::LeakyReLU>{a, c, {}, {.negative_slope = 0.3}}},
                LearnedStart{Recurrence<Dynamic, Dynamic, ModReLU>{b + c, d}}},
        out);
  }
};

/// Four layers both ways, as many as a number says, with noise between them.
struct RepeatedBothWays : FromColumns {
  static constexpr int depth = 4;
  static constexpr std::size_t entries = 4 * 6 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, out] = draw_sizes<4>(random);
    return net_of<Output>(
        Repeated{Bidirectional{Recurrence{in, a}, Recurrence{in, b}},
                 Dropout{Bidirectional{Recurrence{a + b, a}, Recurrence{a + b, b}}, {.rate = 0.2}}, 4},
        out);
  }
};

/// h itself is what the loss sees.
struct OutputsAlone : FromColumns {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 6 + 2;
  template <class>
  static auto make(elman::Random& random) {
    const auto [in, a, b] = draw_sizes<3>(random);
    using Body = Stacked<Recurrence<>, Recurrence<>>;
    return elman::Net<double, Body, elman::NoReadout<>>(Body(Recurrence{in, a}, Recurrence{a, b}), {b}, elman::zero);
  }
};

struct BothWays : FromColumns {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 6 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, out] = draw_sizes<4>(random);
    return net_of<Output>(Bidirectional{Recurrence{in, a}, Recurrence{in, b}}, out);
  }
};

/// A deep layer one way, a flat one the other, and one more on both.
struct NestedBothWays : FromColumns {
  static constexpr int depth = 3;
  static constexpr std::size_t entries = 12 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, top, out] = draw_sizes<6>(random);
    return net_of<Output>(
        Stacked{Bidirectional{Stacked{Recurrence{in, a}, Recurrence{a, b}}, Recurrence{in, c}}, Recurrence{b + c, top}},
        out);
  }
};

/// Two bidirectional layers, of compile-time sizes.
struct FixedBothWays : FromColumns {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 12 + 2 + 2;
  template <class Output>
  static auto make(elman::Random&) {
    return elman::Net<double,
                      Stacked<Bidirectional<Recurrence<2, 3>>, Bidirectional<Recurrence<6, 4>, Recurrence<6, 1>>>,
                      elman::Readout<5, 4, Output>>(elman::zero);
  }
};

/// Tokens picked from U.
struct Tokens : FromTokens {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 3 + 2 + 1;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [words, hidden, out] = draw_sizes<3>(random);
    return net_of<Output>(Recurrence{2 + words, hidden}, out);
  }
};

struct TokensBothWays : FromTokens {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 7 + 2 + 1;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [words, width, a, b, out] = draw_sizes<5>(random);
    return net_of<Output>(
        Stacked{Embedding{2 + words, width}, Bidirectional{Recurrence{width, a}, Recurrence{width, b}}}, out);
  }
};

/// Columns of numbers through an embedding: a linear map.
struct EmbeddedColumns : FromColumns {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 4 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, width, hidden, out] = draw_sizes<4>(random);
    return net_of<Output>(Stacked{Embedding{in, width}, Recurrence{width, hidden}}, out);
  }
};

struct LearnedStarts : FromColumns {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 8 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, out] = draw_sizes<4>(random);
    return net_of<Output>(Stacked{LearnedStart{Recurrence{in, a}}, LearnedStart{Recurrence{a, b}}}, out);
  }
};

/// Some of the states are learned, some begin at zero; sizes at compile time.
struct LearnedInPart : FromColumns {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 7 + 2 + 2;
  template <class Output>
  static auto make(elman::Random&) {
    return elman::Net<double, Bidirectional<LearnedStart<Recurrence<3, 2>>, Recurrence<3, 5>>,
                      elman::Readout<7, 4, Output>>(elman::zero);
  }
};

struct Translator {
  static constexpr int depth = 2;
  static constexpr std::size_t entries = 6 + 2 + 3;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [source, target, hidden, out] = draw_sizes<4>(random);
    return net_of<Output>(EncoderDecoder{Recurrence{source, hidden}, Recurrence{target, hidden}}, out);
  }
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return elman::SourceTarget{draw_columns(random, net.body().encoder().in(), draw_lengths(random, B, T)),
                               draw_columns(random, net.body().decoder().in(), draw_lengths(random, B, T))};
  }
};

/// Tokens to tokens: an embedding and a bidirectional encoder with learned starts, a decoder of two layers.
struct DeepTranslator {
  static constexpr int depth = 3;
  static constexpr std::size_t entries = 1 + 8 + 1 + 6 + 2 + 1;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [width, a, b, words, out] = draw_sizes<5>(random);
    return net_of<Output>(
        EncoderDecoder{Stacked{Embedding{7, width},
                               Bidirectional{LearnedStart{Recurrence{width, a}}, LearnedStart{Recurrence{width, b}}}},
                       Stacked{Embedding{2 + words, width}, Recurrence{width, b}, Recurrence{b, a}}},
        out);
  }
  static auto x(elman::Random& random, const auto& net, std::size_t B, Index T) {
    return elman::SourceTarget{draw_tokens(random, net.body().encoder().in(), draw_lengths(random, B, T)),
                               draw_tokens(random, net.body().decoder().in(), draw_lengths(random, B, T))};
  }
};

/// Every kind of noise at once: dropout between layers, each step its own and variational, on h, and zoneout.
struct Noisy : FromColumns {
  static constexpr int depth = 3;
  static constexpr std::size_t entries = 9 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, out] = draw_sizes<5>(random);
    return net_of<Output>(
        Stacked{Dropout{Recurrence{in, a, {.recurrent_dropout = 0.3}}, {.rate = 0.2, .variational = true}},
                Dropout{Recurrence{a, b, {.zoneout = 0.25}}, {.rate = 0.3}},
                Recurrence{b, c, {.recurrent_dropout = 0.2, .zoneout = 0.4}}},
        out);
  }
};

struct NoisyBothWays : FromTokens {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 9 + 2 + 1;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [width, a, out] = draw_sizes<3>(random);
    return net_of<Output>(
        Stacked{Embedding{8, width},
                Dropout{Bidirectional{LearnedStart{Recurrence{width, a, {.recurrent_dropout = 0.3, .zoneout = 0.1}}}},
                        {.rate = 0.2, .variational = true}}},
        out);
  }
};

/// Leaks of both forms one upon the other, given and learned, with noise in between.
struct Leaks : FromColumns {
  static constexpr int depth = 4;
  static constexpr std::size_t entries = 4 + 4 + 4 + 3 + 2 + 2;
  template <class Output>
  static auto make(elman::Random& random) {
    const auto [in, a, b, c, d, out] = draw_sizes<6>(random);
    return net_of<Output>(
        Stacked{Recurrence{in, a, elman::LearnedLeak{.recurrent_dropout = 0.3}},
                Dropout{Recurrence{a, b, elman::LearnedVoltageLeak{.recurrent_dropout = 0.2}}, {.rate = 0.2}},
                Recurrence<Dynamic, Dynamic, elman::ModReLU, elman::LeakyVoltage>{b, c, {.alpha = 0.6}},
                Recurrence{c, d, elman::Leaky::time_constants(1, 8)}},
        out);
  }
};

/// Tokens both ways, from learned starts, of compile-time sizes and without b.
struct LeaksBothWays : FromTokens {
  static constexpr int depth = 1;
  static constexpr std::size_t entries = 1 + 5 + 3 + 2 + 1;
  template <class Output>
  static auto make(elman::Random&) {
    using Forwards = LearnedStart<Recurrence<3, 5, elman::Tanh, elman::SharedVoltageLeak>>;
    using Backwards = Recurrence<3, 2, elman::Tanh, elman::SharedLeak, elman::NoBias>;
    return elman::Net<double, Stacked<Embedding<8, 3>, Bidirectional<Forwards, Backwards>>,
                      elman::Readout<7, 4, Output>>(elman::zero);
  }
};

/// The last voltage of one is the first of the other, whose σ has a parameter, also where h₀ and the last output are.
struct LeakyTranslator : Translator {
  static constexpr std::size_t entries = 4 + 4 + 2 + 3;
  template <class Output>
  static auto make(elman::Random& random) {
    using Decoder = Recurrence<Dynamic, Dynamic, elman::ModReLU, elman::LeakyVoltage>;
    const auto [source, target, hidden, out] = draw_sizes<4>(random);
    return net_of<Output>(EncoderDecoder{Recurrence{source, hidden, elman::LearnedVoltageLeak{}},
                                         Decoder{target, hidden, elman::LeakyVoltage::time_constants(1.5, 6)}},
                          out);
  }
};

}  // namespace laws
