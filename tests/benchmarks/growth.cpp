// SPDX-License-Identifier: MIT
//
// How training time grows with T, B and H: it should double with T and B, and approach four times with H.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "contenders.hpp"
#include "problem.hpp"
#include "studies.hpp"
#include "timing.hpp"

namespace benchmarks {

namespace {

constexpr Workload base{"growth", 32, 16, 32, 64, 32, true, false, false};

struct Axis {
  const char* name;
  int Workload::*size;
  int last;
  const char* colour;
};
constexpr Axis axes[] = {
    {"T", &Workload::T, 1024, "#0072b2"}, {"B", &Workload::B, 256, "#d55e00"}, {"H", &Workload::H, 1024, "#009e73"}};

struct Point {
  double size, seconds;
};
struct Line {
  std::string label;
  const char* colour;
  bool dashed;
  std::vector<Point> points;
};

/// A log–log plot; sizes by powers of two, times by powers of ten.
class Plot {
 public:
  explicit Plot(const std::vector<Line>& lines) : lines_(lines) {
    for (const Line& line : lines) {
      for (const Point& point : line.points) {
        left_ = std::min(left_, std::floor(std::log2(point.size)));
        right_ = std::max(right_, std::ceil(std::log2(point.size)));
        bottom_ = std::min(bottom_, std::floor(std::log10(point.seconds)));
        top_ = std::max(top_, std::ceil(std::log10(point.seconds)));
      }
    }
  }

  std::string svg() const {
    std::string text = format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" font-size=\"13\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        x0 + width + 190, y0 + height + 60);
    for (double e = left_; e <= right_; ++e) {
      text += format("<path d=\"M%.1f %g v%g\" stroke=\"#ddd\"/>", x(std::exp2(e)), y0, height);
      text += label(x(std::exp2(e)), y0 + height + 18, "middle", format("%g", std::exp2(e)));
    }
    for (double e = bottom_; e <= top_; ++e) {
      text += format("<path d=\"M%g %.1f h%g\" stroke=\"#ddd\"/>", x0, y(std::pow(10, e)), width);
      text += label(x0 - 8, y(std::pow(10, e)) + 4, "end", time_label(e));
    }
    text += format("<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"none\" stroke=\"#444\"/>\n", x0, y0,
                   width, height);
    text += label(x0 + width / 2, y0 + height + 42, "middle",
                  format("size of T, B or H (the others: T = %d, B = %d, In = %d, H = %d, Out = %d)", base.T, base.B,
                         base.In, base.H, base.Out));
    text += format("<g transform=\"translate(18 %g) rotate(-90)\">", y0 + height / 2) +
            label(0, 0, "middle", "time of a training step") + "</g>\n";
    double key = y0 + 12;
    for (const Line& line : lines_) {
      std::string style = format("stroke=\"%s\" stroke-width=\"2\"", line.colour);
      if (line.dashed) style += " stroke-dasharray=\"6 4\"";
      std::string path;
      for (const Point& point : line.points) {
        path += format("%c%.1f %.1f", path.empty() ? 'M' : 'L', x(point.size), y(point.seconds));
        text += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x(point.size), y(point.seconds),
                       line.colour);
      }
      text += "\n<path fill=\"none\" " + style + " d=\"" + path + "\"/>\n";
      text += format("<path %s d=\"M%g %g h28\"/>", style.c_str(), x0 + width + 16, key - 4);
      text += label(x0 + width + 52, key, "start", line.label);
      key += 20;
    }
    return text + "</svg>\n";
  }

 private:
  static constexpr double x0 = 90, y0 = 20, width = 460, height = 360;

  double x(double size) const { return x0 + width * (std::log2(size) - left_) / (right_ - left_); }
  double y(double seconds) const { return y0 + height * (top_ - std::log10(seconds)) / (top_ - bottom_); }
  static std::string label(double x, double y, const char* anchor, const std::string& text) {
    return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) + text + "</text>\n";
  }
  static std::string time_label(double exponent) {
    constexpr std::array names{"1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"};
    const double k = exponent + 6;
    if (k < 0 || k >= static_cast<double>(names.size())) return format("1e%g s", exponent);
    return names[static_cast<std::size_t>(k)];
  }

  const std::vector<Line>& lines_;
  double left_ = 1e9, right_ = -1e9, bottom_ = 1e9, top_ = -1e9;
};

}  // namespace

void print_growth(int rounds, const std::string& svg_path) {
  std::printf(
      "\nTraining, float, each of T, B and H doubling from T = %d, B = %d, In = %d, H = %d, Out = %d, loss at "
      "every step, elman with sizes known at run time only. Median of %d rounds, 10th to 90th percentile.\n",
      base.T, base.B, base.In, base.H, base.Out, rounds);
  std::vector<Line> lines;
  for (const Axis& axis : axes) {
    const std::size_t first_line = lines.size();
    double elman_before = 0;
    for (int size = base.*axis.size; size <= axis.last; size *= 2) {
      Workload work = base;
      work.*axis.size = size;
      const auto problem = make_problem<float>(work);
      const auto contenders = make_contenders<float>({elman_name, onednn_name}, problem);
      check(contenders, problem);
      std::vector<std::function<void()>> runs;
      for (const auto& named : contenders) runs.emplace_back([&] { named.contender->train(); });
      const std::vector<Times> times = take_turns(runs, rounds);
      const double elman = times[0].median();

      if (lines.empty()) {
        std::vector<std::string> head{"size", "elman", "times the line above", "GFLOP/s"};
        for (std::size_t k = 1; k < times.size(); ++k) {
          head.push_back(contenders[k].name);
          head.push_back(contenders[k].name + " / elman");
        }
        print_head(head);
      }
      std::vector<std::string> row{format("%s = %d", axis.name, size), spread(times[0]),
                                   elman_before > 0 ? digits(elman / elman_before) : "",
                                   format("%.0f", work.training_flops() / elman * 1e-9)};
      for (std::size_t k = 1; k < times.size(); ++k) {
        row.push_back(spread(times[k]));
        row.push_back(digits(ratio(times[k], times[0])));
      }
      print_row(row);
      elman_before = elman;

      for (std::size_t k = 0; k < times.size(); ++k) {
        if (lines.size() <= first_line + k) {
          lines.push_back({contenders[k].name + ", " + axis.name, axis.colour, k > 0, {}});
        }
        lines[first_line + k].points.push_back({static_cast<double>(size), times[k].median()});
      }
    }
  }
  std::ofstream file(svg_path);
  file << Plot(lines).svg();
  if (!file.flush()) throw std::runtime_error(svg_path + ": cannot be written");
  std::printf("\nDrawn in %s.\n", svg_path.c_str());
}

}  // namespace benchmarks
