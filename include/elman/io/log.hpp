// SPDX-License-Identifier: MIT
//
// A log of a training in a file, a line an epoch, as comma-separated values or as JSON lines:
//
//   elman::io::CsvLog log("run.csv");                              elman::io::JsonLinesLog log("run.jsonl");
//   loop.on(log);
//
//   epoch,step,examples,learning_rate,loss,accuracy,validation_loss,validation_accuracy,skipped,seconds
//   1,25,1600,0.003,1.3862943611198906,0.25,1.2,0.3125,0,0.81
//
// epoch: those that have ended; step: updates of all epochs; examples: of this one; loss and metrics: over it;
// validation_...: of the last validation in it, if there was one; skipped: updates left out so far; seconds: since the
// training has begun. Numbers are the shortest that are read as the same bits. NaN, and what there is not, is empty in
// a CSV file and null in JSON, which has no infinity either: that is null, too.
//
// Nothing is lost silently. A training that begins (step 0) makes a new file and refuses one that has something in it,
// unless .replace is asked for. One that goes on continues the file that is there: the lines that the interrupted run
// had written behind the point where it is resumed are cut off, so that, but for seconds, the log is that of a training
// that was never interrupted; a file with other columns, or with anything else in it, is refused and left as it was.
// (A log stands in front of what writes the checkpoint, or it may lack the line of an epoch that the checkpoint has.)
//
// Every line is in the hands of the system before the next update. A file that cannot be written, or a disk that is
// full, is a std::runtime_error with path and reason: at Moment::begin, before the first update, or at the line.
#pragma once

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/log_lines.hpp"
#include "elman/train/event.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

struct LogOptions {
  bool steps = false;    ///< a line for every update too; a column "line" says what each is of, "step" or "epoch"
  bool seconds = true;   ///< false: a log that depends on nothing but the training, bit for bit
  bool replace = false;  ///< a training that begins replaces a file that is there
};

/// A function of what a training loop tells. Copies write to the same file.
template <class Lines>
class Log {
 public:
  /// Of a file that need not be there. A relative path is one of the folder that is current now. Throws
  /// std::invalid_argument if the path is empty.
  explicit Log(const std::filesystem::path& path, const LogOptions& options = {})
      : options_(options), path_(path), run_(std::make_shared<Run>()) {
    elman::detail::require_that(!path.empty(), Lines::name, ": path is empty; expected that of a file");
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    if (!error) path_ = absolute;
  }

  void operator()(const train::Event& event) {
    if (event.moment == train::Moment::begin) begin(event);
    if (event.moment == train::Moment::validation) run_->has_validation = true;
    if (event.moment == train::Moment::batch && options_.steps) write(event, "step");
    if (event.moment == train::Moment::epoch) write(event, "epoch");
    if (event.moment == train::Moment::end) run_->file.reset();
  }

  const std::filesystem::path& path() const { return path_; }

  /// Its parts, for io::Checkpoint, of a training that is resumed within epochs: whether this one had a validation.
  template <class Keep>
  void keep(Keep&& keep) {
    keep("has_validation", run_->has_validation);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }  // every line has been flushed
  };
  struct Run {
    std::unique_ptr<std::FILE, Close> file;
    detail::Texts columns;
    bool has_validation = false;  ///< in this epoch
    double seconds_before = 0;    ///< of the runs that this one goes on with
    Clock::time_point begun;
  };
  using Size = std::uintmax_t;

  void begin(const train::Event& event) {
    Run& run = *run_;
    run.file.reset();
    run.columns = columns_of(event);
    run.seconds_before = 0;
    run.begun = Clock::now();
    const std::string name = path_.string();
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    detail::require_that(std::filesystem::status_known(status), name, "cannot be looked at: ", error.message());
    detail::require_that(!std::filesystem::is_directory(status), name, "is a folder; expected a file");
    const bool is_file = std::filesystem::is_regular_file(status);  // a device or a pipe has no lines to go on behind
    const Size size = is_file ? std::filesystem::file_size(path_, error) : 0;
    detail::require_that(!error || !is_file, name, "cannot be looked at: ", error.message());
    if (event.step == 0) run.has_validation = false;
    const bool is_blank = !is_file || has_no_line(size);
    const bool is_new = event.step == 0 || is_blank;
    detail::require_that(
        !is_new || is_blank || options_.replace, name,
        "is there already; expected a training that goes on with it, another path, or that .replace is "
        "asked for");
    const Size kept = is_new ? 0 : kept_of(event);
    open(is_new ? "wb" : "ab");
    if (!is_new && kept < size) {
      std::filesystem::resize_file(path_, kept, error);
      detail::require_that(!error, name, "cannot be cut to what it was at step ", event.step, ": ", error.message());
    }
    if (is_new) put(Lines::head(run.columns));
  }

  detail::Texts columns_of(const train::Event& event) const {
    detail::Texts columns{"epoch", "step"};
    if (options_.steps) columns.push_back("line");
    for (const char* const name : {"examples", "learning_rate", "loss"}) columns.push_back(name);
    columns.insert(columns.end(), event.metrics.begin(), event.metrics.end());
    columns.push_back("validation_loss");
    for (const std::string& metric : event.metrics) columns.push_back("validation_" + metric);
    columns.push_back("skipped");
    if (options_.seconds) columns.push_back("seconds");
    for (std::size_t k = 0; k < columns.size(); ++k) {
      for (std::size_t other = 0; other < k; ++other) {
        elman::detail::require_that(columns[other] != columns[k], Lines::name, ": metrics make two columns \"",
                                    columns[k].c_str(), "\"; expected names of their own");
      }
    }
    return columns;
  }

  /// Whether the file is empty, or has what a log begins with alone.
  bool has_no_line(Size size) const {
    const std::string head = Lines::head(run_->columns);
    if (size > head.size()) return false;
    std::string text(static_cast<std::size_t>(size), '\0');
    std::ifstream in(path_, std::ios::binary);
    return size == 0 || (in.read(text.data(), static_cast<std::streamsize>(size)) && head.starts_with(text));
  }

  /// Bytes of the file up to the point where the training goes on. Throws if what is in it is not of this log, but for
  /// a last line that was cut.
  Size kept_of(const train::Event& event) {
    Run& run = *run_;
    const std::string name = path_.string(), head = Lines::head(run.columns);
    std::ifstream in(path_, std::ios::binary);
    std::string line(head.size(), '\0');
    detail::require_that(
        in.is_open() && in.read(line.data(), static_cast<std::streamsize>(head.size())) && line == head, name,
        "has not the columns of this log; expected ", detail::printable(head, 1000));
    Size kept = head.size(), read = kept;
    bool is_behind = false;
    detail::Texts cells;
    for (Index number = head.empty() ? 1 : 2; std::getline(in, line) && !in.eof(); ++number) {
      detail::require_that(Lines::read(run.columns, line, cells), name, "line ", number,
                           " is not of this log: ", detail::in_quotes(line), "; expected one as ",
                           detail::in_quotes(Lines::line(run.columns, detail::Texts(run.columns.size()))));
      const auto epoch = detail::number_of<Index>(cells[0], -1), step = detail::number_of<Index>(cells[1], -1);
      detail::require_that(epoch >= 0 && step >= 0, name, "line ", number, " has epoch ", detail::in_quotes(cells[0]),
                           " and step ", detail::in_quotes(cells[1]), "; expected numbers from 0");
      read += line.size() + 1;
      is_behind = is_behind || epoch > event.epoch || step > event.step;
      if (is_behind) continue;
      kept = read;
      if (options_.seconds) run.seconds_before = detail::number_of<double>(cells.back(), 0);
    }
    detail::require_that(!in.bad(), name, "cannot be read");
    return kept;
  }

  void write(const train::Event& event, const char* what) {
    Run& run = *run_;
    elman::detail::require_that(run.file != nullptr, Lines::name,
                                ": is told of a training that has begun before; expected its Moment::begin first");
    const std::size_t metrics = event.metrics.size();
    detail::Texts cells{detail::cell_of(event.epoch), detail::cell_of(event.step)};
    if (options_.steps) cells.push_back(what);
    cells.push_back(detail::cell_of(event.examples));
    cells.push_back(detail::cell_of(event.learning_rate));
    const auto add = [&](const train::Figures& figures, bool are_there) {
      cells.push_back(are_there ? detail::cell_of(figures.loss) : "");
      for (std::size_t k = 0; k < metrics; ++k) {
        cells.push_back(are_there && k < figures.metrics.size() ? detail::cell_of(figures.metrics[k]) : "");
      }
    };
    const bool is_epoch = event.moment == train::Moment::epoch;
    add(event.training, true);
    add(event.validation, is_epoch && run.has_validation);
    if (is_epoch) run.has_validation = false;
    cells.push_back(detail::cell_of(event.skipped));
    if (options_.seconds) {
      const std::chrono::duration<double> seconds = Clock::now() - run.begun;
      const double all = run.seconds_before + seconds.count();
      cells.push_back(detail::cell_of((std::round)(1000 * all) / 1000));
    }
    put(Lines::line(run.columns, cells));
  }

  void open(const char* mode) {
    errno = 0;
    run_->file.reset(std::fopen(path_.string().c_str(), mode));
    const int why = errno;
    detail::require_that(run_->file != nullptr, path_.string(), "cannot be written: ", detail::reason(why));
  }
  void put(const std::string& text) {
    errno = 0;
    std::FILE* const file = run_->file.get();
    const bool is_written = std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
    const int why = errno;
    detail::require_that(is_written, path_.string(), "cannot be written: ", detail::reason(why));
  }

  LogOptions options_;
  std::filesystem::path path_;
  std::shared_ptr<Run> run_;
};

using CsvLog = Log<detail::CsvLines>;
using JsonLinesLog = Log<detail::JsonLines>;

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
