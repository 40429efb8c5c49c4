// SPDX-License-Identifier: MIT
//
// What the programs share around a training loop: how far it is, a log and a picture of it, and the checkpoint that it
// goes on from, as the options of file_options.hpp say.
//
//   elman::train::Loop loop{net, adam, loss, batches,
//                           {.epochs = …, .schedule = schedule_of(options, batches.batches()), .seed = random()},
//                           elman::metric::Accuracy{}};
//   const Training training = run_loop(
//       loop, {.files = options.files, .data = data_setting(labels.size(), labels), .unit = "words"});
//   write_picture(options.files, training.history);
#pragma once

#include <algorithm>
#include <cstddef>
#include <elman/elman.hpp>
#include <elman/io/log.hpp>
#include <elman/io/progress.hpp>
#include <functional>
#include <iostream>
#include <ostream>
#include <stdexcept>
#include <string>

#include "checkpoint.hpp"
#include "options.hpp"
#include "plot.hpp"

namespace example {

template <class Body>
using Net = elman::Net<float, Body, elman::Readout<>>;

template <class Body>
Net<Body> make_net(const Body& body, elman::Index out, const Options& options, elman::Random& random) {
  if (options.init == Init::uniform) return {body, {body.out(), out}, elman::init::torch_default(random)};
  return {body, {body.out(), out}, elman::init::standard(random)};
}

/// The learning rate of each update, of epochs of so many; none, if it is the optimizer's own all the time.
inline std::function<double(elman::Index)> schedule_of(const Options& options, elman::Index updates) {
  if (options.schedule == Schedule::constant) return {};
  const elman::Index steps = static_cast<elman::Index>(options.epochs) * updates;
  return elman::optim::OneCycleSchedule{
      {.learning_rate = options.learning_rate, .steps = (std::max)(steps, elman::Index{4})}};
}

struct RunOptions {
  const FileOptions& files;           ///< --checkpoint, --resume, --stop-after and --log
  std::string data = {};              ///< what data_setting says of what is trained on
  std::string unit = "examples";      ///< what an example is called
  std::string name = {};              ///< of one of many, "net 2/6": it has a bar, and no lines
  std::ostream* report = &std::cout;  ///< for a line an epoch
};

struct Training {
  elman::train::Outcome outcome;
  History history;
};

/// Runs a loop, once. Throws std::runtime_error if the training diverges, with what to try, or a file is not as it
/// should be.
template <class Loop>
Training run_loop(Loop& loop, const RunOptions& options) {
  using elman::train::Event, elman::train::Moment;
  const FileOptions& files = options.files;
  Training training;
  elman::io::Progress progress{
      {.stream = options.report, .unit = options.unit, .name = options.name, .lines = options.name.empty()}};
  TrainingCheckpoint checkpoint(files, options.data);
  checkpoint.keep("training", loop);
  checkpoint.keep("progress", progress);
  checkpoint.keep("history", training.history);
  checkpoint.begin();
  const elman::io::LogOptions log{.replace = files.resume};  // of an epoch that the checkpoint does not have
  if (has_ending(files.log, ".csv")) loop.on(elman::io::CsvLog(files.log, log));
  if (has_ending(files.log, ".jsonl")) loop.on(elman::io::JsonLinesLog(files.log, log));
  loop.on(training.history);
  loop.on(progress);
  std::string end;  // how it was when it ended
  loop.on([&](Event& event) {
    if (event.moment == Moment::epoch) checkpoint.save();
    const bool is_between = event.moment == Moment::begin || event.moment == Moment::epoch;
    if (is_between && event.epoch < event.epochs && event.epoch >= files.end_of(event.epochs)) event.stop();
    if (event.moment == Moment::end) {
      end = "the loss is " + std::to_string(event.training.loss) + " in epoch " + std::to_string(event.epoch + 1);
    }
  });
  try {
    training.outcome = loop.run();
  } catch (const std::runtime_error&) {
    if (end.empty()) throw;  // of a file; the loop itself says that it ends before it throws
    throw std::runtime_error("training has diverged: " + end + "; try a smaller --learning-rate");
  }
  return training;
}

/// Draws what --plot asks for: loss and metrics over the epochs, and the panels of `add`.
inline void write_picture(const FileOptions& files, const History& history,
                          const std::function<void(Picture&)>& add = {}) {
  if (files.plot.empty()) return;
  Picture picture(files.plot);
  picture.curves(history);
  if (add) add(picture);
  picture.write();
}

}  // namespace example
