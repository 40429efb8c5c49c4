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
#include "common/run.hpp"
#include "common/train.hpp"

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
std::vector<std::string> read_aloud(const Reader& net, const NumberList& chosen) {
  constexpr int longest = 50;
  std::vector<Tokens> digits;
  for (const Index number : chosen) digits.push_back(digits_of(number));
  auto tape = net.tape();
  auto state = net.encode(elman::pack(digits), tape);
  std::vector<std::string> names(chosen.size());
  Tokens last(chosen.size(), boundary);
  for (int step = 0; step < longest; ++step) {
    net.step(std::span<const Index>(last), state);
    for (std::size_t b = 0; b < chosen.size(); ++b) {
      last[b] = elman::greedy(state.o.col(static_cast<Index>(b)));
      names[b] += alphabet[static_cast<std::size_t>(last[b])];
    }
  }
  for (std::string& name : names) name.resize((std::min)(name.find(alphabet[boundary]), name.size()));
  return names;
}

/// The share of these numbers whose whole name is right.
double exact_match(const Reader& net, const NumberList& chosen) {
  const std::vector<std::string> names = read_aloud(net, chosen);
  std::size_t right = 0;
  for (std::size_t k = 0; k < chosen.size(); ++k) right += static_cast<std::size_t>(names[k] == name_of(chosen[k]));
  return static_cast<double>(right) / static_cast<double>(chosen.size());
}

/// A line a number, tab-separated.
void print(const Reader& net, const NumberList& chosen, std::ostream& out) {
  const std::vector<std::string> names = read_aloud(net, chosen);
  for (std::size_t k = 0; k < chosen.size(); ++k) out << chosen[k] << '\t' << names[k] << '\n';
}

/// Trains with the right letter as the next input, whatever the net has said. Ends as after the epoch that was best on
/// the validation numbers, read freely, if there are any.
Training train(Reader& net, const elman::prepare::Split& parts, const Options& options, std::uint64_t seed,
               std::ostream& report) {
  const Lessons lessons(parts.training);
  const elman::train::Batches batches{lessons, {.size = (std::min)(static_cast<Index>(options.batch), lessons.size())}};
  elman::optim::AdamW optimizer{net, {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay}};
  elman::train::Loop loop{net,
                          optimizer,
                          elman::loss::CrossEntropy{{.label_smoothing = options.label_smoothing}},
                          batches,
                          {.epochs = static_cast<Index>(options.epochs),
                           .clip_norm = options.clip,
                           .schedule = schedule_of(options, batches.batches()),
                           .seed = seed},
                          elman::metric::Accuracy{}};  // of letters
  const NumberList& validation = parts.validation;
  if (!validation.empty()) {
    loop.validate({.name = "exact_match", .of = [&](const Reader& reader) { return exact_match(reader, validation); }});
  }
  return run_loop(loop, {.files = options.files,
                         .data = data_setting(lessons.all().size(), lessons.all()),
                         .unit = "numbers",
                         .report = &report});
}

/// Of each length the same share.
elman::prepare::Split parts_of(double validation, elman::Random& random) {
  return elman::prepare::stratified_split(lengths(), {.validation = validation, .test = 0.2}, random);
}

/// Prints what it is asked for; or some of the numbers that it was not trained on, and of how many it is right.
void use_loaded(const NumberList& asked, const NetFile& file) {
  const auto net = file.net<Reader>();
  file.check(net.out() == letter_count,
             "has " + std::to_string(net.out()) + " letters; expected " + std::to_string(letter_count));
  if (!asked.empty()) return print(net, asked, std::cout);
  elman::Random random{file.number<std::uint64_t>("seed")};
  const auto parts = parts_of(file.number<double>("validation"), random);
  print(net, samples_of(parts.test), std::cout);
  std::cout << "exact match: " << std::fixed << std::setprecision(3) << exact_match(net, parts.test) << std::endl;
}

void learn_numbers(const NumberList& asked, const Options& options) {
  if (!options.files.load.empty()) return use_loaded(asked, NetFile(options.files));
  std::ostream& report = asked.empty() ? std::cout : std::cerr;  // so that standard output has what was asked for alone
  check_files(options.files, options.seeds);
  std::vector<double> matches;
  for (std::size_t run = 0; run < options.seeds; ++run) {
    elman::Random random{options.seed + run};
    const auto parts = parts_of(options.validation, random);
    Reader net = make_net(make_body(options.hidden), letter_count, options, random);
    report << parts.training.size() << " training, " << parts.validation.size() << " validation, " << parts.test.size()
           << " test numbers; " << options.hidden << " hidden in each layer, " << elman::parameter_count(net)
           << " parameters, " << options.epochs << " epochs\n";
    const Training training = train(net, parts, options, random(), report);
    write_picture(options.files, training.history);
    print(net, samples_of(parts.test), report);
    matches.push_back(exact_match(net, parts.test));
    report << "exact match: " << std::fixed << std::setprecision(3) << matches.back() << std::endl;
    write_net(options.files, net,
              {.strings = {{"letters", {std::string(alphabet)}},
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
