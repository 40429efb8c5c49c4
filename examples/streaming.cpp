// SPDX-License-Identifier: MIT
//
// A net in a stream of audio: it has learned to sound like an amplifier that is driven too far, and runs on every
// sample as it comes, with no heap, no lock and no system call of its own. Another thread may give it new weights
// meanwhile.
//
//   sox guitar.wav -t f32 -r 48000 -c 1 - | streaming --format raw | play -t f32 -r 48000 -c 1 -
//   echo 0 0.1 0.2 0.1 0 | streaming
//   streaming --train examples/data/streaming/model.hpp       trains the net anew, to be compiled in
//   streaming --load FILE             runs one that `--train model.hpp --save FILE` has trained, as it is
#include <chrono>
#include <condition_variable>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "common/hand_over.hpp"
#include "common/imitation.hpp"
#include "common/latencies.hpp"
#include "common/net_files.hpp"
#include "common/options.hpp"
#include "common/overdrive.hpp"
#include "common/samples.hpp"
#include "data/streaming/model.hpp"

namespace {

using namespace example;
using elman::Index;

using Sample = elman::Vector<float, 1>;
// The compiled-in arrays are constant; a stream whose weights change has a net that owns them. Nets of these sizes do
// so without the heap.
using Amplifier = decltype(model::net().thaw());

struct StreamingOptions {
  Format format = Format::text;
  Index swap_every = 0;  ///< milliseconds; 0: never
};

/// Gives the stream the net at nine tenths of its loudness and as it is, by turns.
void hand_over(const std::stop_token& stop, const Amplifier& net, std::chrono::milliseconds every,
               HandOver<Amplifier>& nets) {
  Amplifier softer = net;
  softer.V() *= 0.9f;
  softer.c() *= 0.9f;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  for (bool soft = true;; soft = !soft) {
    stopped.wait_for(lock, stop, every, [] { return false; });
    if (stop.stop_requested()) return;
    nets.put(soft ? softer : net);
  }
}

/// The net of --load, or the one that is compiled in.
Amplifier net_of(const FileOptions& files) {
  return files.load.empty() ? model::net().thaw() : NetFile(files).net<Amplifier>();
}

void stream(const StreamingOptions& options, const Amplifier& net) {
  std::ios::sync_with_stdio(false);  // std::cin stays tied: an output leaves before the next sample is waited for
  SampleReader in(std::cin, options.format);
  HandOver<Amplifier> nets(net);
  auto state = net.initial_state();
  Latencies latencies;
  Index swaps = 0;
  float sample = 0;
  bool more = in.read(sample);
  // As if the first sample had always been there: otherwise the stream would begin with a click.
  const bool rests = net.settle(Sample(sample), state);
  {
    std::optional<std::jthread> writer;
    if (options.swap_every > 0) {
      writer.emplace([&](const std::stop_token& stop) {
        hand_over(stop, net, std::chrono::milliseconds(options.swap_every), nets);
      });
    }
    const elman::FlushToZero guard;  // silence must not cost more than sound
    for (; more; more = in.read(sample)) {
      const auto begin = Latencies::Clock::now();
      swaps += nets.take();
      // Volatile: the step is over before the clock is read again.
      const volatile float y = nets.latest().step(Sample(sample), state)(0);
      latencies.add(Latencies::Clock::now() - begin);
      write_sample(std::cout, options.format, y);
    }
  }
  if (!std::cout.flush()) throw std::runtime_error("standard output cannot be written");

  if (!rests) std::cerr << "the net did not come to rest on the first sample\n";
  std::cerr << "net: check value " << elman::freeze<float>(net).net().check_value() << '\n'
            << "samples: " << latencies.count() << '\n';
  if (latencies.count() == 0) return;
  std::cerr << "a step took: median " << latencies.quantile(0.5) << " ns, p99.9 " << latencies.quantile(0.999)
            << " ns, worst " << latencies.worst() << " ns; of that the clock itself: " << clock_cost() << " ns\n"
            << "real-time factor at 48 kHz: " << std::fixed << std::setprecision(4)
            << latencies.seconds() * sample_rate / static_cast<double>(latencies.count()) << '\n'
            << "swaps: " << swaps << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Overdrives a stream of samples at 48 kHz, from standard input to standard output.", "streaming");
  StreamingOptions options;
  static const std::map<std::string, Format> formats{{"text", Format::text}, {"raw", Format::raw}};
  app.add_option("--format", options.format,
                 "Of input and output: text (numbers with white space between) or raw (32-bit floats of this machine)")
      ->transform(CLI::CheckedTransformer(formats))
      ->option_text("text|raw=text");
  app.add_option("--swap-every", options.swap_every,
                 "Another thread hands over other weights after so many milliseconds again and again; 0: never")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  bool score = false;
  auto* const scores = app.add_flag("--score", score, "Instead: report how well the net imitates the amplifier");
  ImitationOptions training;
  auto* const trains = app.add_option("--train", training.header, "Instead: train a net and write it to this header");
  trains->excludes(scores);
  app.add_option("--passes", training.passes, "Times through the training signals")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str()
      ->needs(trains);
  app.add_option("--learning-rate", training.learning_rate, "Learning rate of AdamW, the highest of the schedule")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->needs(trains);
  app.add_option("--weight-decay", training.weight_decay, "Weight decay of AdamW")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->needs(trains);
  app.add_option("--seed", training.seed, "Seed of the signals and the weights")->capture_default_str()->needs(trains);
  add_file_options(app, training.files, {.use = {"--format", "--swap-every", "--score", "--train"}});
  app.remove_option(app.get_option("--header"));  // --train has it
  for (const char* name : {"--checkpoint", "--stop-after", "--log", "--plot"}) app.get_option(name)->needs(trains);
  trains->excludes("--load");
  return run_program(app, argc, argv, [&] {
    if (!training.header.empty()) return train(training);
    if (!training.files.save.empty() && training.files.load.empty()) {
      throw std::runtime_error("--save writes a net of --train or --load; expected one of the two");
    }
    const Amplifier net = net_of(training.files);
    if (score) return print_score(net, training.seed);
    stream(options, net);
  });
}
