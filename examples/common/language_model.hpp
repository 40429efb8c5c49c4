// SPDX-License-Identifier: MIT
//
// A language model: trained on a text that is read as streams side by side, by truncated backpropagation through time,
// what it reaches in bits per character, and which bytes its tokens are, for its file.
#pragma once

#include <cmath>
#include <cstdint>
#include <elman/elman.hpp>
#include <string>
#include <utility>

#include "corpus.hpp"
#include "net_files.hpp"
#include "train.hpp"

namespace example {

/// The mean of −log₂ y[next] over a text that is run through once, from the net's own start. Each character but the
/// first is predicted from those before.
template <class Net>
double bits_per_character(const Net& net, const Tokens& text) {
  elman::metric::BitsPerSymbol bits;
  elman::train::evaluate(net, elman::train::Chunks{text, {.streams = 1, .steps = 256}}, elman::loss::CrossEntropy{},
                         bits);
  return bits.value();
}

/// Trains `net` on a text as options.batch streams side by side, an update a chunk of so many steps. The state is
/// carried from chunk to chunk and starts anew with every epoch.
template <class Net>
Training train(Net& net, const Tokens& text, elman::Index chunk_steps, const Options& options, std::uint64_t seed) {
  const elman::train::Chunks chunks{text, {.streams = static_cast<elman::Index>(options.batch), .steps = chunk_steps}};
  elman::optim::AdamW optimizer{net, {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay}};
  elman::train::Loop loop{net,
                          optimizer,
                          elman::loss::CrossEntropy{{.label_smoothing = options.label_smoothing}},
                          chunks,
                          {.epochs = static_cast<elman::Index>(options.epochs),
                           .clip_norm = options.clip,
                           .schedule = schedule_of(options, chunks.batches()),
                           .seed = seed},
                          elman::metric::BitsPerSymbol{},
                          elman::metric::Accuracy{}};
  return run_loop(loop, {.files = options.files, .data = data_setting(text.size(), text), .unit = "bytes"});
}

/// What goes with a net: its tokens.
inline elman::Attachments attachments(const Vocabulary& vocabulary) {
  elman::Matrix<double, elman::Dynamic, elman::Dynamic> bytes(vocabulary.size(), 1);
  elman::Index token = 0;
  for (const char byte : vocabulary.bytes()) bytes(token++, 0) = static_cast<unsigned char>(byte);
  return {.tensors = {{"vocabulary", std::move(bytes)}}};
}

/// The bytes that are a net's tokens.
inline Vocabulary vocabulary_of(const NetFile& file, elman::Index size) {
  std::string bytes;
  for (const double byte : file.tensor("vocabulary", size).reshaped()) {
    const bool is_byte = byte >= 0 && byte <= 255 && byte == std::floor(byte);
    file.check(is_byte, "attached tensor \"vocabulary\" has " + std::to_string(byte) + "; expected bytes, 0 to 255");
    bytes += static_cast<char>(static_cast<unsigned char>(byte));
  }
  file.check(Vocabulary(bytes).size() == size, "attached tensor \"vocabulary\" has a byte twice");
  return Vocabulary(bytes);
}

}  // namespace example
