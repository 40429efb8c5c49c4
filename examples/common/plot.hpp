// SPDX-License-Identifier: MIT
//
// Pictures of a training and of what a net does, as panels of one file:
//
//   History history;
//   loop.on(history);                                            after check_picture(path), before the training
//   Picture picture(path);
//   picture.curves(history);                                     a panel for the loss and for each metric
//   picture.confusion(counts, names);
//   picture.write();
//
// Colours are those of Okabe and Ito, which the colour-blind tell apart. The same numbers give the same SVG file, but
// for the version of gnuplot that it names.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <elman/train/event.hpp>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gnuplot.hpp"

namespace example {

/// The figures of every epoch of a training, as its loop tells them.
struct History {
  void operator()(const elman::train::Event& event) {
    using elman::train::Moment;
    if (event.moment == Moment::validation) has_validation = true;
    if (event.moment != Moment::epoch) return;
    names.assign(1, "loss");
    names.insert(names.end(), event.metrics.begin(), event.metrics.end());
    rows.push_back(static_cast<double>(event.epoch));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto add = [&](const elman::train::Figures& figures, bool are_there) {
      rows.push_back(are_there ? figures.loss : nan);
      for (std::size_t k = 0; k + 1 < names.size(); ++k) {
        rows.push_back(are_there && k < figures.metrics.size() ? figures.metrics[k] : nan);
      }
    };
    add(event.training, true);
    add(event.validation, has_validation);
    if (has_validation && event.is_best) best = static_cast<double>(event.epoch);
    has_validation = false;
  }
  /// Its parts, for io::Checkpoint: a picture of all epochs of a training that was interrupted.
  template <class Keep>
  void keep(Keep&& keep) {
    keep("names", names);
    keep("rows", rows);
    keep("best", best);
  }

  std::vector<std::string> names;  ///< "loss", and those of the metrics
  std::vector<double> rows;        ///< epoch, each of them in training, each in validation; NaN where there was none
  double best = 0;                 ///< the epoch with the best validation; 0: none
  bool has_validation = false;     ///< in this epoch
};

/// A series and what was forecast of it, a number a step; NaN where there is none. Empty lists are left out.
struct Forecast {
  std::vector<double> truth = {};
  std::vector<double> one_step = {};    ///< each from the true series before it
  std::vector<double> many_steps = {};  ///< from `begin` on from what was forecast before
  std::vector<double> baseline = {};    ///< beside many_steps
  std::string baseline_name = "last value";
  std::size_t begin = 0;  ///< step of the first of many; 0: it is not marked
};

struct PictureOptions {
  std::size_t columns = 2;  ///< panels beside each other, at least 1
  std::size_t width = 560;  ///< pixels of a panel
  std::size_t height = 420;
};

class Picture {
 public:
  /// Of a file that ends in .png or .svg.
  explicit Picture(std::string path, const PictureOptions& options = {}) : path_(std::move(path)), options_(options) {}

  /// Loss and metrics over the epochs, a panel each: of training and validation, with the best epoch marked. With
  /// `updates`, which an epoch has, over these.
  void curves(const History& history, elman::Index updates = 0) {
    const double scale = updates > 0 ? static_cast<double>(updates) : 1;
    const std::string counted = updates > 0 ? "update" : "epoch";
    const std::size_t figures = history.names.size(), stride = 1 + 2 * figures;
    const std::size_t epochs = figures == 0 ? 0 : history.rows.size() / stride;
    for (std::size_t k = 0; k < figures; ++k) {
      std::string data;
      bool has_validation = false;
      for (std::size_t row = 0; row < epochs; ++row) {
        const double* const of = history.rows.data() + row * stride;
        has_validation = has_validation || std::isfinite(of[1 + figures + k]);
        data += line_of({scale * of[0], of[1 + k], of[1 + figures + k]});
      }
      begin_panel(history.names[k], counted, history.names[k]);
      if (epochs == 0) script_ += "set xrange [0:1]\nset yrange [0:1]\n";
      if (history.best > 0)
        mark(scale * history.best, "best " + counted + " " + number_for_gnuplot(scale * history.best));
      add_data(data);
      const std::string points = epochs == 1 ? "points pt 7" : "lines lw 2";
      script_ += "plot $data using 1:2 with " + points + " lc rgb '" + blue() + "' title 'training'";
      if (has_validation) {
        script_ += ", $data using 1:(valid(3) ? $3 : NaN) with linespoints lw 2 pt 7 ps 0.4 lc rgb '" + orange() +
                   "' title 'validation'";
      }
      script_ += '\n';
    }
  }

  /// Counts of which class (row) was taken for which (column), coloured by their share of the row.
  template <class Counts>
  void confusion(const Counts& counts, const std::vector<std::string>& names) {
    constexpr Eigen::Index most_with_counts = 20;
    begin_panel("true and predicted classes", "predicted", "true");
    const Eigen::MatrixXd numbers = counts.template cast<double>();
    std::string data;
    for (Eigen::Index row = 0; row < numbers.rows(); ++row) {
      const double all = (std::max)(numbers.row(row).sum(), 1.0);
      for (Eigen::Index col = 0; col < numbers.cols(); ++col) {
        const double share = numbers(row, col) / all;
        data += line_of({static_cast<double>(col), static_cast<double>(row), share});
        if (numbers.rows() > most_with_counts || numbers(row, col) == 0) continue;
        script_ += "set label " + quoted_for_gnuplot(number_for_gnuplot(numbers(row, col))) + " at " +
                   std::to_string(col) + ',' + std::to_string(row) + " center front font ',9' textcolor rgb '" +
                   (share > 0.5 ? "#ffffff" : "#333333") + "'\n";
      }
    }
    set_tics("x", names, "rotate by 45 right");
    set_tics("y", names, "");
    add_data(data);
    heat_map(numbers.cols(), numbers.rows(), "[0:1]", "0 '#ffffff', 1 '" + blue() + "'", "share of the true class");
  }

  /// What every hidden unit does: `h` has a row a unit and a column a letter of a word. Values of -1 to 1.
  template <class States>
  void units(const States& h, const std::vector<std::string>& letters, const std::string& title = "hidden units") {
    begin_panel(title, "letter", "unit");
    const Eigen::MatrixXd numbers = h.template cast<double>();
    std::string data;
    for (Eigen::Index row = 0; row < numbers.rows(); ++row) {
      for (Eigen::Index col = 0; col < numbers.cols(); ++col) {
        data += line_of({static_cast<double>(col), static_cast<double>(row), numbers(row, col)});
      }
    }
    set_tics("x", letters, "");
    script_ += "set ytics autofreq out nomirror\n";
    add_data(data);
    heat_map(numbers.cols(), numbers.rows(), "[-1:1]", "-1 '" + orange() + "', 0 '#ffffff', 1 '" + blue() + "'",
             "state");
  }

  /// A series, what was forecast of it, and below how wrong that was.
  void forecast(const Forecast& of, const std::string& title = "forecast") {
    const auto at = [](const std::vector<double>& numbers, std::size_t k) {
      return k < numbers.size() ? numbers[k] : std::numeric_limits<double>::quiet_NaN();
    };
    std::string data, errors;
    for (std::size_t k = 0; k < of.truth.size(); ++k) {
      const double step = static_cast<double>(k), truth = of.truth[k];
      const double numbers[] = {at(of.one_step, k), at(of.many_steps, k), at(of.baseline, k)};
      data += line_of({step, numbers[0], numbers[1], numbers[2], truth});
      errors +=
          line_of({step, std::abs(numbers[0] - truth), std::abs(numbers[1] - truth), std::abs(numbers[2] - truth)});
    }
    const auto lines = [&] {
      std::string text;
      const auto add = [&](const std::vector<double>& numbers, const std::string& column, const std::string& name,
                           const std::string& style) {
        if (numbers.empty()) return;
        text += (text.empty() ? "" : ", ") + ("$data using 1:(valid(" + column + ") ? $" + column + " : NaN)") +
                " with lines " + style + " title " + quoted_for_gnuplot(name);
      };
      add(of.baseline, "4", of.baseline_name, "lw 1.5 dt 2 lc rgb '#888888'");
      add(of.one_step, "2", "one step ahead", "lw 2 lc rgb '" + blue() + "'");
      add(of.many_steps, "3", "many steps ahead", "lw 2 lc rgb '" + orange() + "'");
      return text;
    }();
    const std::string separator = lines.empty() ? "" : ", ";
    begin_panel(title, "step", "value");
    if (of.begin > 0) mark(static_cast<double>(of.begin), "many steps from here");
    add_data(data);
    script_ += "plot $data using 1:5 with lines lw 2 lc rgb '#000000' title 'true'" + separator + lines + '\n';
    if (lines.empty()) return;
    begin_panel("size of the error", "step", "error");
    if (of.begin > 0) mark(static_cast<double>(of.begin), "");
    add_data(errors);
    script_ += "plot " + lines + '\n';
  }

  /// What goes back through the steps of sequences before and after a training, on a logarithmic scale: how much of it
  /// is left at each step.
  void gradients(const std::vector<double>& before, const std::vector<double>& after) {
    begin_panel("gradient that comes back to each step", "step", "size of dL/dh");
    std::string data;
    for (std::size_t k = 0; k < before.size(); ++k) {
      const auto above_0 = [](double number) { return number > 0 ? number : std::numeric_limits<double>::quiet_NaN(); };
      data += line_of({static_cast<double>(k + 1), above_0(before[k]), above_0(after[k])});
    }
    add_data(data);
    script_ += "set logscale y\nset format y '%g'\n";
    const auto lines = [](const std::string& column, const std::string& colour, const std::string& name) {
      return "$data using 1:(valid(" + column + ") ? $" + column + " : NaN) with lines lw 2 lc rgb '" + colour +
             "' title '" + name + "'";
    };
    script_ += "plot " + lines("2", orange(), "before") + ", " + lines("3", blue(), "after the training") + '\n';
  }

  /// Draws all panels. Throws std::runtime_error, naming the file, if that fails; it is then what it was.
  void write() const {
    const std::size_t columns = (std::max)((std::min)(options_.columns, panels_), std::size_t{1});
    const std::size_t rows = (std::max)((panels_ + columns - 1) / columns, std::size_t{1});
    draw(path_, columns * options_.width, rows * options_.height,
         "set multiplot layout " + std::to_string(rows) + ',' + std::to_string(columns) + '\n' + script_ +
             "unset multiplot\n");
  }

 private:
  static std::string blue() { return "#0072b2"; }
  static std::string orange() { return "#d55e00"; }

  static std::string line_of(std::initializer_list<double> numbers) {
    std::string line;
    for (const double number : numbers) {
      line += line.empty() ? "" : " ";
      line += number_for_gnuplot(number);
    }
    return line += '\n';
  }
  void add_data(const std::string& lines) {
    script_ += "$data << END\n" + (lines.empty() ? "NaN NaN NaN\n" : lines) + "END\n";
  }

  void begin_panel(const std::string& title, const std::string& x, const std::string& y) {
    ++panels_;
    script_ +=
        "reset\nset datafile missing 'NaN'\nset border 3 lc rgb '#666666'\nset tics nomirror out textcolor rgb "
        "'#333333'\n"
        "set grid lc rgb '#dddddd' lw 1 dt 1\nset key above horizontal right\n"
        "set title " +
        quoted_for_gnuplot(title) + "\nset xlabel " + quoted_for_gnuplot(x) + "\nset ylabel " + quoted_for_gnuplot(y) +
        '\n';
  }
  /// A line down the panel.
  void mark(double x, const std::string& what) {
    const std::string at = number_for_gnuplot(x);
    script_ += "set arrow from " + at + ", graph 0 to " + at + ", graph 1 nohead lw 1.5 dt 2 lc rgb '#999999'\n";
    if (!what.empty()) {
      script_ += "set label " + quoted_for_gnuplot(what) + " at " + at +
                 ", graph 0.04 left offset 0.5,0 textcolor rgb '#666666'\n";
    }
  }
  void set_tics(const std::string& axis, const std::vector<std::string>& names, const std::string& more) {
    script_ += "set " + axis + "tics out nomirror " + more + " (";
    for (std::size_t k = 0; k < names.size(); ++k) {
      script_ += (k == 0 ? "" : ", ") + tic_label(names[k]) + ' ' + std::to_string(k);
    }
    script_ += ")\n";
  }
  void heat_map(Eigen::Index columns, Eigen::Index rows, const std::string& range, const std::string& palette,
                const std::string& what) {
    script_ += "unset grid\nunset key\nset xrange [-0.5:" + std::to_string(columns - 1) + ".5]\nset yrange [" +
               std::to_string(rows - 1) + ".5:-0.5]\nset palette defined (" + palette + ")\nset cbrange " + range +
               "\nset cblabel " + quoted_for_gnuplot(what) + "\nplot $data using 1:2:3 with image pixels\n";
  }

  std::string path_;
  PictureOptions options_;
  std::string script_;
  std::size_t panels_ = 0;
};

}  // namespace example
