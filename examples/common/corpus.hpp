// SPDX-License-Identifier: MIT
//
// A text as tokens, a token a byte, and its parts: what a language model is trained on and what is held out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "files.hpp"

namespace example {

using Tokens = std::vector<elman::Index>;

/// All bytes of a file but a byte order mark. Throws std::runtime_error if it cannot be read or has none.
inline std::string read_text(const std::string& path) {
  std::ifstream stream = open_file(path);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) throw std::runtime_error(path + ": cannot be read further");
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.empty()) throw std::runtime_error(path + ": empty; expected a text");
  return text;
}

/// Which byte is which token.
class Vocabulary {
 public:
  /// All 256 bytes: a token is the byte's number.
  Vocabulary() {
    for (int byte = 0; byte < 256; ++byte) bytes_ += static_cast<char>(byte);
  }
  /// The bytes that occur in a text.
  explicit Vocabulary(std::string_view text) {
    for (const char byte : Vocabulary().bytes_) {
      if (text.find(byte) != std::string_view::npos) bytes_ += byte;
    }
  }

  elman::Index size() const { return static_cast<elman::Index>(bytes_.size()); }
  /// In the order of their tokens.
  const std::string& bytes() const { return bytes_; }

  /// Throws std::runtime_error, naming `source`, if a byte is not in the vocabulary.
  Tokens encode(std::string_view text, const std::string& source) const {
    Tokens tokens;
    for (const char byte : text) {
      const std::size_t token = bytes_.find(byte);
      if (token == std::string::npos) {
        throw std::runtime_error(source + ": byte " + std::to_string(static_cast<unsigned char>(byte)) + " ('" + byte +
                                 "') does not occur in the text");
      }
      tokens.push_back(static_cast<elman::Index>(token));
    }
    return tokens;
  }
  std::string decode(const Tokens& tokens) const {
    std::string text;
    for (const elman::Index token : tokens) text += bytes_[static_cast<std::size_t>(token)];
    return text;
  }

 private:
  std::string bytes_;
};

struct Corpus {
  Tokens training, held_out;
};

/// The first part to train on, the last tenth held out.
inline Corpus with_tail_held_out(const Tokens& text) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.size() * 9 / 10);
  return {{text.begin(), end}, {end, text.end()}};
}

/// `count` corpora: each holds out another of as many equal parts, and trains on what follows it and then on what
/// stands before it.
inline std::vector<Corpus> text_folds(const Tokens& text, std::size_t count) {
  const auto part = [&](std::size_t k) { return text.begin() + static_cast<std::ptrdiff_t>(k * text.size() / count); };
  std::vector<Corpus> corpora(count);
  for (std::size_t k = 0; k < count; ++k) {
    corpora[k] = {{part(k + 1), text.end()}, {part(k), part(k + 1)}};
    corpora[k].training.insert(corpora[k].training.end(), text.begin(), part(k));
  }
  return corpora;
}

/// Throws std::runtime_error, naming the file, unless every stream has a character and the one behind it to predict,
/// and so has what is held out.
inline void check_length(const Corpus& corpus, std::size_t streams, const std::string& path) {
  const std::size_t training = corpus.training.size(), held_out = corpus.held_out.size();
  if (training > streams && held_out > 1) return;
  throw std::runtime_error(path + ": too short: " + std::to_string(training) +
                           " bytes to train on, expected at least " + std::to_string(streams + 1) + " for " +
                           std::to_string(streams) + " streams, and " + std::to_string(held_out) +
                           " held out, expected at least 2");
}

}  // namespace example
