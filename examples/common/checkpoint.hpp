// SPDX-License-Identifier: MIT
//
// A training that is kept after every epoch, and goes on where it was as if it had never been interrupted: with all
// that changes while it runs, the order of the examples and the generator too.
//
//   TrainingCheckpoint checkpoint(options.files, data_setting(data));
//   checkpoint.keep("training", loop);
//   checkpoint.begin();
//   loop.on([&](train::Event& event) { if (event.moment == train::Moment::epoch) checkpoint.save(); });
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <elman/io/checkpoint.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "file_options.hpp"

namespace example {

/// The rest of the first setting of --checkpoint that begins so; empty if there is none.
inline std::string kept_setting(const FileOptions& files, const std::string& begin) {
  std::istringstream lines(elman::io::Checkpoint(files.checkpoint).text("settings"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(begin)) return line.substr(begin.size());
  }
  return "";
}

/// What a training of other data has otherwise (FNV-1a of the numbers).
template <class... Numbers>
std::string data_setting(std::size_t examples, const Numbers&... values) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](const auto& some) {
    for (const auto number : some) {
      hash = (hash ^ std::bit_cast<std::uint32_t>(static_cast<float>(number))) * 0x100000001b3U;
    }
  };
  (add(values), ...);
  return "data of " + std::to_string(examples) + " examples and the fingerprint " + std::to_string(hash);
}

/// The same of a data set (elman/train/data_set.hpp) whose targets are classes: of all these and of 256 sequences.
template <elman::train::DataSet Data>
std::string data_setting(const Data& data) {
  constexpr elman::Index enough = 256;
  std::vector<float> numbers;
  const auto add = [&](const auto& sequence) {
    for (const auto number : sequence) numbers.push_back(static_cast<float>(number));
  };
  for (elman::Index k = 0; k < data.size(); ++k) numbers.push_back(static_cast<float>(data.target(k)));
  for (elman::Index k = 0; k < (std::min)(data.size(), enough); ++k) {
    const auto& sequence = data.sequence(k);
    if constexpr (requires { sequence.reshaped(); }) {
      add(sequence.reshaped());
    } else {
      add(sequence);
    }
  }
  return data_setting(static_cast<std::size_t>(data.size()), numbers);
}

/// Without --checkpoint it does nothing.
class TrainingCheckpoint {
 public:
  /// `data`: what data_setting says of it.
  TrainingCheckpoint(const FileOptions& files, const std::string& data) : files_(files) {
    if (files.checkpoint.empty()) return;
    files_.settings.push_back(data);
    for (const std::string& setting : files_.settings) settings_ += setting + '\n';
    run_.emplace(files.checkpoint);
    keep("program", program_);
    keep("settings", settings_);
  }

  /// `value` stays where it is until the training has ended.
  template <class Value>
  void keep(const char* name, Value& value) {
    if (run_) run_->keep(name, value);
  }
  /// Goes on with what is in the file, or writes the beginning. Throws std::runtime_error, with all as it was, if the
  /// file is of a training with other options, which are named, or of other data.
  void begin() {
    if (!run_) return;
    if (!files_.resume) return run_->save();
    check_settings();
    run_->resume();
  }
  void save() {
    if (run_) run_->save();
  }

 private:
  void check_settings() const {
    const auto fail = [&](const std::string& complaint) {
      throw std::runtime_error(files_.checkpoint + ": " + complaint);
    };
    const std::string program = run_->text("program");
    if (program != files_.program) fail("is of " + program + "; expected a checkpoint of " + files_.program);
    std::istringstream held(run_->text("settings"));
    for (const std::string& expected : files_.settings) {
      std::string setting;
      std::getline(held, setting);
      if (setting == expected) continue;
      std::string complaint = "is of a training with ";
      fail(complaint.append(setting).append("; expected one with ").append(expected));
    }
  }

  FileOptions files_;
  std::string program_ = files_.program, settings_;
  std::optional<elman::io::Checkpoint> run_;
};

}  // namespace example
