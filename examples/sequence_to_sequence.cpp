// SPDX-License-Identifier: MIT
//
// Reads numbers aloud: 4217 is "four thousand two hundred seventeen". An encoder reads the digits, a decoder goes on
// from the state in which it ends and writes the name letter by letter (Sutskever, Vinyals and Le, NIPS 2014).
//
//   sequence_to_sequence                    learns from most of the numbers below 10,000, reads those it never saw
//   sequence_to_sequence --read 407 1984    trains, then reads these
//   sequence_to_sequence --save FILE        keeps what it has learned; --load FILE --read 407 reads at once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "common/net_files.hpp"
#include "common/numbers.hpp"
#include "common/options.hpp"
#include "common/run.hpp"

namespace {

using namespace example;
using elman::Index;

/// Two layers read, two write: the upper one spells while the lower one remembers what is still to come.
auto make_body(Index hidden) {
  const auto layers = [hidden](Index in) {
    return elman::Stacked{elman::Recurrence{in, hidden}, elman::Recurrence{hidden, hidden}};
  };
  return elman::EncoderDecoder{layers(10), layers(letter_count)};
}
using Reader = Net<decltype(make_body(1))>;

/// What the net calls these numbers. It runs free: each letter is its next input, and what follows the end is cut off.
std::vector<std::string> read_aloud(const Reader& net, const Indices& chosen) {
  constexpr int longest = 50;
  std::vector<Tokens> digits;
  for (const std::size_t number : chosen) digits.push_back(digits_of(number));
  auto tape = net.tape();
  auto state = net.encode(elman::pack(digits), tape);
  std::vector<std::string> names(chosen.size());
  Tokens last(chosen.size(), boundary);
  for (int step = 0; step < longest; ++step) {
    net.step(std::span<const Index>(last), state);
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      last[b] = elman::greedy(state.o.col(static_cast<Index>(b)));
      names[b] += letters[static_cast<std::size_t>(last[b])];
    }
  }
  for (std::string& name : names) name.resize((std::min)(name.find(letters[boundary]), name.size()));
  return names;
}

/// The share of these numbers whose whole name is right.
double exact_match(const Reader& net, const Indices& chosen) {
  const std::vector<std::string> names = read_aloud(net, chosen);
  std::size_t right = 0;
  for (std::size_t k = 0; k < chosen.size(); ++k) right += static_cast<std::size_t>(names[k] == name_of(chosen[k]));
  return static_cast<double>(right) / static_cast<double>(chosen.size());
}

/// A line a number, tab-separated.
void print(const Reader& net, const Indices& chosen, std::ostream& out) {
  const std::vector<std::string> names = read_aloud(net, chosen);
  for (std::size_t k = 0; k < chosen.size(); ++k) out << chosen[k] << '\t' << names[k] << '\n';
}

/// Trains with the right letter as the next input, whatever the net has said. Ends as after the epoch that was best on
/// the validation split, if there is one.
void train(Reader& net, const Split& split, const Options& options, elman::Random& random, std::ostream& report) {
  Indices order = lessons(split.training);
  const auto batches = static_cast<Index>((order.size() + options.batch - 1) / options.batch);
  const elman::optim::OneCycleSchedule one_cycle{
      {.learning_rate = options.learning_rate,
       .steps = (std::max)(static_cast<Index>(options.epochs) * batches, Index{4})}};
  elman::optim::AdamW optimizer{net, {.weight_decay = options.weight_decay}};
  const elman::loss::CrossEntropy loss({.label_smoothing = options.label_smoothing});
  auto tape = net.tape();
  auto gradient = net.zero_gradient();
  Reader best = net;
  double best_match = -1;
  std::size_t epoch = 0;
  TrainingCheckpoint checkpoint(options.files, data_setting(order.size(), order));
  checkpoint.keep("net", net);
  checkpoint.keep("optimizer", optimizer);
  checkpoint.keep("random", random);
  checkpoint.keep("order", order);
  checkpoint.keep("best", best);
  checkpoint.keep("best_match", best_match);
  checkpoint.keep("epoch", epoch);
  checkpoint.begin();
  Progress progress(options.epochs, order.size(), "numbers", report);
  progress.go_on_from(epoch);
  for (; epoch < options.files.end_of(options.epochs); checkpoint.save()) {
    auto step = static_cast<Index>(epoch) * batches;
    random.shuffle(order);
    Confusion right(net.out());  // of letters
    double loss_sum = 0;
    for (std::size_t begin = 0; begin < order.size(); begin += options.batch, ++step) {
      const auto part = std::span(order).subspan(begin, (std::min)(options.batch, order.size() - begin));
      std::vector<Tokens> digits, inputs, targets;
      for (const std::size_t number : part) {
        digits.push_back(digits_of(number));
        inputs.push_back(tokens_of(letters[boundary] + name_of(number)));
        targets.push_back(tokens_of(name_of(number) + letters[boundary]));
      }
      const elman::SourceTarget x{elman::pack(digits), elman::pack(inputs)};
      const elman::Labels labels = elman::pack(targets);
      net.forward(x, tape);
      const auto batch_loss = static_cast<double>(loss(tape, labels));
      check_loss(batch_loss, epoch);
      loss_sum += batch_loss * static_cast<double>(part.size());
      gradient.set_zero();
      net.bptt(x, tape, gradient);
      elman::optim::clip_norm(gradient, options.clip);
      optimizer.step(net, gradient, options.schedule == Schedule::one_cycle ? one_cycle(step) : options.learning_rate);

      right.add(tape.o(), labels.columns);
      const std::size_t done = begin + part.size();
      progress.update(done, loss_sum / static_cast<double>(done), right.accuracy());
    }
    const double match = split.validation.empty() ? -1 : exact_match(net, split.validation);
    if (match >= best_match) best = net;
    best_match = (std::max)(match, best_match);
    progress.end_epoch(loss_sum / static_cast<double>(order.size()), right.accuracy(), match);
    ++epoch;
  }
  net = best;
  report << std::fixed << std::setprecision(1) << "trained in " << progress.seconds() << " s" << std::endl;
}

constexpr double test_share = 0.2;

/// Prints what it is asked for; or some of the numbers that it was not trained on, and of how many it is right.
void use_loaded(const Indices& asked, const NetFile& file) {
  const auto net = file.net<Reader>();
  file.check(net.out() == letter_count,
             "has " + std::to_string(net.out()) + " letters; expected " + std::to_string(letter_count));
  if (!asked.empty()) return print(net, asked, std::cout);
  elman::Random random{file.number<std::uint64_t>("seed")};
  const Split parts = split(lengths(), file.number<double>("validation"), test_share, random);
  print(net, samples_of(parts.test), std::cout);
  std::cout << "exact match: " << std::fixed << std::setprecision(3) << exact_match(net, parts.test) << std::endl;
}

void learn_numbers(const Indices& asked, const Options& options) {
  if (!options.files.load.empty()) return use_loaded(asked, NetFile(options.files));
  std::ostream& report = asked.empty() ? std::cout : std::cerr;  // so that standard output has what was asked for alone
  check_files(options.files, options.seeds);
  std::vector<double> matches;
  for (std::size_t run = 0; run < options.seeds; ++run) {
    elman::Random random{options.seed + run};
    const Split parts = split(lengths(), options.validation, test_share, random);
    Reader net = make_net(make_body(options.hidden), letter_count, options, random);
    report << parts.training.size() << " training, " << parts.validation.size() << " validation, " << parts.test.size()
           << " test numbers; " << options.hidden << " hidden in each layer, " << elman::parameter_count(net)
           << " parameters, " << options.epochs << " epochs\n";
    train(net, parts, options, random, report);
    print(net, samples_of(parts.test), report);
    matches.push_back(exact_match(net, parts.test));
    report << "exact match: " << std::fixed << std::setprecision(3) << matches.back() << std::endl;
    write_net(options.files, net,
              {.strings = {{"letters", {std::string(letters)}},
                           {"seed", number_text(options.seed)},
                           {"validation", number_text(options.validation)}}});
    if (!asked.empty()) print(net, asked, std::cout);
  }
  summarise(matches, report);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to read numbers aloud, from digits to words.", "sequence_to_sequence");
  std::vector<std::string> asked;
  Options options{.hidden = 96, .epochs = 12};
  app.add_option(
      "--read", asked,
      "After training, or with --load, read these numbers, 0 to 9999. Standard output then has nothing else");
  app.add_option("--epochs", options.epochs, "Times through the training numbers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_options(app, options);
  add_file_options(app, options.files, {.use = {"--read"}});
  app.get_option("--seeds")->excludes("--read");
  return run_program(app, argc, argv, [&] { learn_numbers(numbers_from(asked), options); });
}
