// SPDX-License-Identifier: MIT
//
// A signal on a standard stream, sample by sample: numbers with white space between them, or 32-bit floats as they lie
// in memory.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "files.hpp"

namespace example {

enum class Format { text, raw };

class SampleReader {
 public:
  SampleReader(std::istream& in, Format format) : in_(in), format_(format) {}

  /// False at the end. Throws std::runtime_error, with the sample's number from 1 on, if what comes is no finite
  /// number.
  bool read(float& sample) {
    ++number_;
    const bool more = format_ == Format::text ? read_text(sample) : read_raw(sample);
    if (in_.bad()) throw std::runtime_error("standard input cannot be read");
    if (more && !std::isfinite(sample)) fail(std::to_string(sample));
    return more;
  }

 private:
  bool read_text(float& sample) {
    if (!(in_ >> word_)) return false;
    if (number_ == 1 && word_.starts_with(byte_order_mark)) {
      word_.erase(0, byte_order_mark.size());
      if (word_.empty() && !(in_ >> word_)) return false;
    }
    const char* const end = word_.data() + word_.size();
    const auto [stop, error] = std::from_chars(word_.data(), end, sample);
    if (error != std::errc{} || stop != end) {
      fail("'" + word_ + "'", word_.find(',') != std::string::npos ? ", with a decimal point, not a comma" : "");
    }
    return true;
  }
  bool read_raw(float& sample) {
    in_.read(reinterpret_cast<char*>(&sample), sizeof sample);
    const auto got = in_.gcount();
    if (got != 0 && got != sizeof sample) {
      throw std::runtime_error("sample " + std::to_string(number_) + " ends after " + std::to_string(got) + " of " +
                               std::to_string(sizeof sample) + " bytes");
    }
    return got != 0;
  }
  [[noreturn]] void fail(const std::string& what, const std::string& form = "") const {
    throw std::runtime_error("sample " + std::to_string(number_) + " is " + what + "; expected a finite number" + form);
  }

  std::istream& in_;
  Format format_;
  std::size_t number_ = 0;
  std::string word_;
};

/// Text: a line a sample, with as many digits as it takes to read the same float again.
inline void write_sample(std::ostream& out, Format format, float sample) {
  if (format == Format::raw) {
    out.write(reinterpret_cast<const char*>(&sample), sizeof sample);
    return;
  }
  std::array<char, 32> line{};
  char* const end = std::to_chars(line.data(), line.data() + line.size() - 1, sample).ptr;
  *end = '\n';
  out.write(line.data(), end + 1 - line.data());
}

}  // namespace example
