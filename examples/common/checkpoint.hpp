// SPDX-License-Identifier: MIT
//
// A training that is kept after every epoch, and goes on where it was as if it had never been interrupted: with all
// that changes while it runs, the order of the examples and the generator too.
//
//   TrainingCheckpoint checkpoint(options.files);
//   checkpoint.keep("net", net); … checkpoint.keep("epoch", epoch);
//   checkpoint.begin();
//   for (; epoch < options.files.end_of(options.epochs); checkpoint.save()) { …; ++epoch; }
#pragma once

#include <cstddef>
#include <elman/io/checkpoint.hpp>
#include <elman/io/tensor_reader.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "file_options.hpp"

namespace example {

/// Without --checkpoint it does nothing.
class TrainingCheckpoint {
 public:
  explicit TrainingCheckpoint(const FileOptions& files) : files_(files) {
    if (files.checkpoint.empty()) return;
    for (const std::string& setting : files.settings) settings_ += setting + '\n';
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
    const elman::io::TensorReader file(files_.checkpoint);
    const auto fail = [&](const std::string& complaint) {
      throw std::runtime_error(files_.checkpoint + ": " + complaint);
    };
    const auto program = file.metadata().find("program"), settings = file.metadata().find("settings");
    if (program == file.metadata().end() || settings == file.metadata().end()) {
      fail("is no checkpoint of " + files_.program);
    }
    if (program->second != files_.program) fail("is of " + program->second + "; expected a checkpoint of " + files_.program);
    std::istringstream held(settings->second);
    for (const std::string& expected : files_.settings) {
      std::string setting;
      std::getline(held, setting);
      if (setting != expected) fail("is of a training with " + setting + "; expected one with " + expected);
    }
  }

  FileOptions files_;
  std::string program_ = files_.program, settings_;
  std::optional<elman::io::Checkpoint> run_;
};

}  // namespace example
