// SPDX-License-Identifier: MIT
//
// Where a trained net is written and read, and how its training is kept: the options of all programs that train.
//
//   --save FILE                    the trained net and what goes with it (common/net_files.hpp)
//   --load FILE                    instead of training: such a net
//   --checkpoint FILE [--resume]   the training itself, after every epoch (common/checkpoint.hpp)
//   --header FILE                  the net as C++
//   --log FILE                     a line an epoch, .csv or .jsonl (elman/io/log.hpp)
//   --plot FILE                    a picture of the training, .png or .svg (common/plot.hpp)
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "files.hpp"
#include "gnuplot.hpp"

namespace example {

struct FileOptions {
  std::string program = {};                       ///< whose files they are
  std::string header = {}, save = {}, load = {};  ///< paths, or empty
  std::string checkpoint = {};                    ///< a path, or empty
  std::string log = {}, plot = {};                ///< paths, or empty
  bool resume = false;                            ///< go on with the checkpoint
  std::size_t stop_after = 0;                     ///< end the training after so many epochs; 0: after all
  std::vector<std::string> settings = {};         ///< the options that a training depends on, as "--hidden 96"

  /// The epoch behind the last one of `epochs` that is trained.
  template <class Count>
  Count end_of(Count epochs) const {
    return stop_after > 0 ? (std::min)(static_cast<Count>(stop_after), epochs) : epochs;
  }
};

inline bool has_ending(const std::string& path, const char* ending) {
  return std::filesystem::path(path).extension() == ending;
}

/// What the program's own options have to do with a net that is loaded; those that are not named choose how to train.
struct LoadableOptions {
  std::vector<std::string> data = {};  ///< what it is trained or tested on: go with --load
  std::vector<std::string> use = {};   ///< what is done with a trained net: go with --load, and training does not care
};

/// Behind all other options. After parsing, files.settings are there.
inline void add_file_options(CLI::App& app, FileOptions& files, const LoadableOptions& loadable) {
  files.program = app.get_name();
  const std::vector<CLI::Option*> own = app.get_options();
  app.add_option("--header", files.header, "Write the trained net to this file, as a C++ header");
  app.add_option("--save", files.save, "Write the trained net to this file, with all that it needs, for --load");
  app.add_option("--load", files.load, "Instead of training: the net that --save has written to this file");
  CLI::Option* const checkpoint =
      app.add_option("--checkpoint", files.checkpoint, "Keep the training in this file, after every epoch");
  CLI::Option* const resume = app.add_flag("--resume", files.resume,
                                           "Go on with the training that --checkpoint has kept, with the same options")
                                  ->needs(checkpoint);
  CLI::Option* const stop_after =
      app.add_option("--stop-after", files.stop_after,
                     "End the training after so many of its epochs; --resume goes on with the others")
          ->check(CLI::PositiveNumber);
  CLI::Option* const log =
      app.add_option("--log", files.log, "Write loss and metrics of every epoch to this file, .csv or .jsonl");
  CLI::Option* const plot =
      app.add_option("--plot", files.plot, "Draw them into this file, .png or .svg; needs gnuplot");
  std::vector<const CLI::Option*> training{checkpoint, resume, stop_after, log, plot};
  std::vector<const CLI::Option*> settings;
  for (const CLI::Option* const option : own) {
    const auto is_in = [&](const std::vector<std::string>& names) {
      return std::ranges::find(names, option->get_name()) != names.end();
    };
    if (option == app.get_help_ptr()) continue;
    if (!is_in(loadable.use)) settings.push_back(option);
    if (!is_in(loadable.use) && !is_in(loadable.data)) training.push_back(option);
  }
  app.callback([&files, settings, training] {
    for (const CLI::Option* option : training) {
      if (!files.load.empty() && option->count() > 0) throw CLI::ExcludesError("--load", option->get_name());
    }
    files.settings.clear();
    for (const CLI::Option* option : settings) {
      std::string values;
      if (option->count() == 0) values = option->get_default_str();
      for (const std::string& value : option->results()) values += (values.empty() ? "" : " ") + value;
      files.settings.push_back(values.empty() ? "no " + option->get_name() : option->get_name() + " " + values);
    }
  });
}

/// Throws std::runtime_error unless --log names a log that a training can begin, or go on with.
inline void check_log(const FileOptions& files) {
  if (!has_ending(files.log, ".csv") && !has_ending(files.log, ".jsonl")) {
    throw std::runtime_error(files.log + ": expected the name of a log, which ends in .csv or .jsonl");
  }
  std::error_code none;
  if (files.resume || !std::filesystem::is_regular_file(files.log, none)) return;
  if (std::filesystem::file_size(files.log, none) == 0) return;
  throw std::runtime_error(files.log + ": is there already; expected a file that is not there");
}

/// Throws std::runtime_error unless all files can be written that are to be, before a net is trained. `runs`: how many.
inline void check_files(const FileOptions& files, std::size_t runs) {
  std::vector<std::string> paths;
  for (const auto& [option, path] : {std::pair<const char*, const std::string&>("--header", files.header),
                                     {"--save", files.save},
                                     {"--checkpoint", files.checkpoint},
                                     {"--log", files.log},
                                     {"--plot", files.plot}}) {
    if (path.empty()) continue;
    if (runs > 1) {
      const char* const does = &path == &files.log || &path == &files.plot ? " shows one training" : " writes one net";
      throw std::runtime_error(option + (does + ("; expected one run, not " + std::to_string(runs))));
    }
    if (std::ranges::find(paths, path) != paths.end()) {
      throw std::runtime_error(std::string(option) + " " + path +
                               ": expected another file than that of another option");
    }
    paths.push_back(path);
    check_writable(path);
  }
  if (!files.log.empty()) check_log(files);
  if (!files.plot.empty()) check_picture(files.plot);
  if (files.checkpoint.empty() || files.resume == std::filesystem::exists(files.checkpoint)) return;
  throw std::runtime_error(files.checkpoint + (files.resume ? ": no such file; expected the checkpoint to go on with"
                                                            : ": is there already; expected --resume to go on with it, "
                                                              "or a file that is not there"));
}

/// Whether more than one net would be one too many.
inline bool writes_one_net(const FileOptions& files) {
  return !files.header.empty() || !files.save.empty() || !files.checkpoint.empty() || !files.log.empty() ||
         !files.plot.empty();
}

}  // namespace example
