// SPDX-License-Identifier: MIT
//
// elman against its peers, on one thread, in one process, with the same numbers:
//
//   peers                               training and forward of every workload
//   peers --workload big --rounds 51    one of them; more rounds
//   peers --only training               or forward
//   peers --growth growth.svg           time as T, B and H double, with a drawing
//   peers --streaming                   one step of one stream
//   peers --around                      what training has beside forward and bptt
//
// Everything that is timed has been checked: y, L and the five gradients of all contenders agree, or nothing is timed.
// The output is Markdown.
#include <algorithm>
#include <concepts>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "contenders.hpp"
#include "elman/version.hpp"
#include "fma_peak.hpp"
#include "problem.hpp"
#include "studies.hpp"
#include "timing.hpp"

namespace benchmarks {

namespace {

struct Options {
  std::string workload;  ///< all if empty
  int rounds = 21;
  bool training = true, forward = true;
  std::string growth;  ///< the path of the drawing
  bool streaming = false;
  bool around = false;

  bool runs(const Workload& work) const { return workload.empty() || workload == work.name; }
};

Options parse(int argc, char** argv) {
  Options options;
  const auto value = [&](int& k) -> std::string {
    if (k + 1 == argc) throw std::invalid_argument(std::string(argv[k]) + ": expected a value");
    return argv[++k];
  };
  for (int k = 1; k < argc; ++k) {
    const std::string option = argv[k];
    if (option == "--workload") {
      options.workload = value(k);
      const auto is_named = [&](const Workload& work) { return options.runs(work); };
      if (std::none_of(std::begin(workloads), std::end(workloads), is_named)) {
        throw std::invalid_argument("--workload " + options.workload + ": no such workload");
      }
    } else if (option == "--rounds") {
      options.rounds = std::atoi(value(k).c_str());
      if (options.rounds < 1) throw std::invalid_argument("--rounds: expected at least 1");
    } else if (option == "--only") {
      const std::string what = value(k);
      if (what != "training" && what != "forward") throw std::invalid_argument("--only: expected training or forward");
      options.training = what == "training";
      options.forward = what == "forward";
    } else if (option == "--growth") {
      options.growth = value(k);
    } else if (option == "--streaming") {
      options.streaming = true;
    } else if (option == "--around") {
      options.around = true;
    } else {
      throw std::invalid_argument(option +
                                  ": expected --workload NAME, --rounds N, --only training|forward, --growth "
                                  "FILE.svg, --streaming or --around");
    }
  }
  return options;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "not known";
}

/// The fastest of all measurements so far: what a core can do when nothing else disturbs it.
template <class Scalar>
double peak() {
  static double best = 0;
  best = std::max(best, fma_peak<Scalar>());
  return best;
}

void print_peak(const char* when) {
  const double in_float = fma_peak<float>(), in_double = fma_peak<double>();
  if (in_float > 0) {
    std::printf("- peak of fused multiply-adds at the %s: %.0f GFLOP/s in float, %.0f in double\n", when, in_float,
                in_double);
  } else {
    std::printf("- peak of fused multiply-adds: not measured\n");
  }
}

void print_machine() {
  char date[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d", std::localtime(&now));
#ifdef __clang__
  const std::string compiler = format("clang %d.%d.%d", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  const std::string compiler = "g++ " __VERSION__;
#endif
  std::printf("- %s, one thread\n- %s, `%s`%s\n", cpu_name().c_str(), compiler.c_str(), BENCHMARK_FLAGS,
#ifdef NDEBUG
              ""
#else
              ", with asserts: not for timing"
#endif
  );
  std::printf("- elman %d.%d.%d, Eigen %d.%d.%d", elman::version_major, elman::version_minor, elman::version_patch,
              EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
#ifdef BENCHMARK_ONEDNN
  std::printf(", oneDNN %s", onednn_version().c_str());
#endif
#ifdef BENCHMARK_TORCH
  std::printf(", libtorch %s", torch_version().c_str());
#endif
  std::printf("\n- %s\n", date);
  print_peak("start");
  std::fflush(stdout);
}

enum class What { training, forward };

/// How many times as long a peer has to take; and the share of the peak that elman has to reach.
struct Goal {
  const char* workload;
  bool in_double;
  What what;
  const char* peer;
  double ratio;
  double of_peak = 0;
};
constexpr Goal goals[] = {
    {"char", false, What::training, onednn_name, 2.5},      {"mnistrow", false, What::training, onednn_name, 1.25},
    {"mid", false, What::training, onednn_name, 1.3},       {"pix", false, What::training, onednn_name, 1.6},
    {"big", false, What::training, onednn_name, 1.12, 0.9}, {"small", false, What::training, onednn_name, 2},
    {"mnistrow", true, What::training, torch_name, 1.7},    {"char", false, What::forward, onednn_name, 1.15},
    {"mnistrow", false, What::forward, onednn_name, 1.15},  {"mid", false, What::forward, onednn_name, 1.15},
    {"pix", false, What::forward, onednn_name, 1.15},       {"big", false, What::forward, onednn_name, 1.15},
    {"small", false, What::forward, onednn_name, 1.15},     {"mnistrow", true, What::forward, torch_name, 1.3},
};

/// A line of a table: the times of all contenders that there are, in the order of all_names.
struct Row {
  Workload work;
  bool in_double;
  double error, flops, peak;
  std::vector<std::string> names;
  std::vector<Times> times;

  std::string name() const { return std::string(work.name) + (in_double ? ", double" : ""); }
  const Times* times_of(const std::string& name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &times[static_cast<std::size_t>(found - names.begin())];
  }
  const Times& elman() const { return times.front(); }
  double rate() const { return flops / elman().median() * 1e-9; }
  double of_peak() const { return peak > 0 ? rate() / peak : 0; }
};

template <class Scalar>
Row measure(const Workload& work, What what, int rounds) {
  const auto problem = make_problem<Scalar>(work);
  const auto contenders = make_contenders<Scalar>({std::begin(all_names), std::end(all_names)}, problem);
  Row row{work, std::same_as<Scalar, double>, check(contenders, problem), 0, peak<Scalar>(), {}, {}};
  row.flops = what == What::training ? work.training_flops() : work.forward_flops();
  std::vector<std::function<void()>> runs;
  for (const auto& named : contenders) {
    row.names.push_back(named.name);
    if (what == What::training) {
      runs.emplace_back([&] { named.contender->train(); });
    } else {
      runs.emplace_back([&] { named.contender->forward(); });
    }
  }
  row.times = take_turns(runs, rounds);
  return row;
}

void print_times(const Row& row) {
  std::vector<std::string> cells{row.name()};
  for (const char* name : all_names) {
    const Times* times = row.times_of(name);
    cells.push_back(times ? spread(*times) : "–");
  }
  cells.push_back(format("%.1f", row.rate()));
  cells.push_back(row.peak > 0 ? format("%.0f %%", 100 * row.of_peak()) : "not measured");
  cells.push_back(format("%.0e", row.error));
  print_row(cells);
}

/// How many times as long the peer takes, or the fastest of some peers; 0 if none of them is there.
double ratio_to(const Row& row, const std::vector<std::string>& peers) {
  double least = 0;
  for (const std::string& peer : peers) {
    if (const Times* times = row.times_of(peer)) {
      const double its = ratio(*times, row.elman());
      if (least <= 0 || its < least) least = its;
    }
  }
  return least;
}

void print_ratios(const Row& row, What what) {
  const std::vector<std::string> by_hand{hoisted_name, stepwise_name};
  std::vector<std::string> cells{row.name()};
  for (const std::vector<std::string>& peers :
       {std::vector<std::string>{std::begin(all_names) + 1, std::end(all_names)},
        {onednn_name},
        {torch_name},
        by_hand,
        {per_sample_name}}) {
    const double times_as_long = ratio_to(row, peers);
    cells.push_back(times_as_long > 0 ? digits(times_as_long) : "–");
  }
  const auto goal = std::find_if(std::begin(goals), std::end(goals), [&](const Goal& its) {
    return std::string(its.workload) == row.work.name && its.in_double == row.in_double && its.what == what;
  });
  if (goal == std::end(goals)) {
    cells.insert(cells.end(), {"", ""});
  } else {
    const double reached = ratio_to(row, {goal->peer});
    std::string text = format("%g × %s", goal->ratio, goal->peer);
    if (goal->of_peak > 0) text += format(", %.0f %% of peak", 100 * goal->of_peak);
    const bool is_known = reached > 0 && (goal->of_peak <= 0 || row.peak > 0);
    const bool is_met = reached >= goal->ratio && row.of_peak() >= goal->of_peak;
    cells.insert(cells.end(), {text, !is_known ? "not measured" : is_met ? "met" : "**missed**"});
  }
  print_row(cells);
}

void print_workloads(const Options& options, What what) {
  const bool training = what == What::training;
  std::printf(
      "\n**%s.** %s Median of %d rounds, 10th to 90th percentile; what takes longer than 0.3 s is in 5 rounds "
      "only. Error: the largest of any contender's y, L and gradients against double.\n",
      training ? "Training" : "Forward",
      training ? "Forward, softmax and mean cross-entropy, the gradients of U, W, V, b and c."
               : "h of all steps, o and y = softmax(o) of the columns that are read.",
      options.rounds);
  std::vector<std::string> head{"workload"};
  head.insert(head.end(), std::begin(all_names), std::end(all_names));
  head.insert(head.end(), {"elman, GFLOP/s", "of peak", "error"});
  print_head(head);
  std::vector<Row> rows;
  const auto add = [&](Row row) {
    print_times(row);
    rows.push_back(std::move(row));
  };
  for (const Workload& work : workloads) {
    if (!options.runs(work)) continue;
    add(measure<float>(work, what, options.rounds));
    if (work.in_double) add(measure<double>(work, what, options.rounds));
  }
  std::printf("\nHow many times as long the peers take (the median of the rounds' ratios).\n");
  print_head({"workload", "best peer", "oneDNN", "libtorch", "Eigen, batched", "Eigen, per sample", "goal", ""});
  for (const Row& row : rows) print_ratios(row, what);
}

void print_shapes(const Options& options) {
  print_head({"workload", "T", "B", "In", "H", "Out", "loss", "x", "MFLOP, training", "MFLOP, forward"});
  for (const Workload& work : workloads) {
    if (!options.runs(work)) continue;
    const auto number = [](int value) { return std::to_string(value); };
    print_row({work.name, number(work.T), number(work.B), number(work.In), number(work.H), number(work.Out),
               work.every_step ? "every step" : "last step", work.one_hot ? "one-hot" : "dense",
               digits(work.training_flops() * 1e-6), digits(work.forward_flops() * 1e-6)});
  }
}

void run(const Options& options) {
  print_machine();
  if (!options.growth.empty()) {
    print_growth(options.rounds, options.growth);
  } else if (options.streaming) {
    print_streaming(options.rounds);
  } else if (options.around) {
    print_around(options.rounds);
  } else {
    print_shapes(options);
    if (options.training) print_workloads(options, What::training);
    if (options.forward) print_workloads(options, What::forward);
  }
  std::printf("\n");
  print_peak("end");
}

}  // namespace

}  // namespace benchmarks

int main(int argc, char** argv) {
  try {
    benchmarks::run(benchmarks::parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peers: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
