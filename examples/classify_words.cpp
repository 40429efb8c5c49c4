// SPDX-License-Identifier: MIT
//
// Which language is this word? A net reads it letter by letter, and its last state tells.
//
//   classify_words                 six languages, from Debian's word lists or the small ones that come with this file
//   classify_words --data names    your own classes: a text file each, a word or name per line
//   classify_words --classify      trains, then reads words and prints the most probable classes of each
//   classify_words --save net.safetensors                 keeps what it has learned, and
//   classify_words --load net.safetensors --classify      needs nothing else to go on with
//   classify_words --plot run.png --log run.csv           loss, accuracy and confusions as a picture, epochs as a table
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/net_files.hpp"
#include "common/options.hpp"
#include "common/run.hpp"
#include "common/word_prompt.hpp"
#include "common/words.hpp"

namespace {

using namespace example;

struct WordOptions {
  std::string program;  ///< as it was called
  std::string data;
  std::optional<std::string> alphabet;  // where no value is given, these depend on the data
  std::optional<std::size_t> min_length, max_length, epochs;
  std::size_t words_per_class = 75'000;
  double test = 0.1;
  bool classify = false;
  std::size_t top = 3;
};

/// Debian's lists of six languages if all are installed, else those that come with this program.
std::vector<WordFile> default_files(std::ostream& report) {
  std::vector<WordFile> files{{"dutch", "dutch"},    {"english", "american-english"}, {"french", "french"},
                              {"german", "ngerman"}, {"italian", "italian"},          {"spanish", "spanish"}};
  for (WordFile& file : files) file.path = std::filesystem::path("/usr/share/dict") / file.path;
  if (std::ranges::all_of(files, [](const WordFile& file) { return std::filesystem::exists(file.path); })) {
    report << "data: Debian's word lists in /usr/share/dict\n";
    return files;
  }
  const std::filesystem::path bundled = std::filesystem::path(ELMAN_EXAMPLES_DATA) / "words";
  report << "data: the small lists in " << bundled.string() << ", because not all of Debian's are installed\n"
         << "      (apt-get install wdutch wamerican wfrench wngerman witalian wspanish)\n";
  return word_files(bundled);
}

using WordNet = Net<decltype(elman::Recurrence{elman::Index{1}, elman::Index{1}})>;

struct Learned {
  WordNet net;
  Training training;
};

/// A net that tells the classes of words, trained on parts.training.
Learned learn(const Words& data, const Split& parts, elman::Index classes, const Options& options,
              elman::Random& random, std::ostream& report) {
  using namespace elman;
  WordNet net = make_net(Recurrence{data.alphabet.inputs(), options.hidden}, classes, options, random);
  net.U().col(data.alphabet.unseen()).setZero();  // no training word has it, so this is not trained either
  report_net(net, parts, options, "words", report);
  const train::Subset training{data.examples(), parts.training}, validation{data.examples(), parts.validation};
  const auto batches = in_batches(training, options.batch);
  optim::AdamW adam{net, {.learning_rate = options.learning_rate, .weight_decay = options.weight_decay}};
  train::Loop loop{net,
                   adam,
                   loss::CrossEntropy{{.label_smoothing = options.label_smoothing}},
                   batches,
                   {.epochs = static_cast<Index>(options.epochs),
                    .clip_norm = options.clip,
                    .schedule = schedule_of(options, batches.batches()),
                    .seed = random()},
                   metric::Accuracy{}};
  if (!parts.validation.empty()) loop.validate(in_batches(validation, 256), {.watch = "accuracy"});
  Training told =
      run_loop(loop, {.files = options.files, .data = data_setting(training), .unit = "words", .report = &report});
  return {std::move(net), std::move(told)};
}

/// How words are read, chosen and split: what makes the same test words of the same files.
struct Task {
  Reading reading;
  std::size_t words_per_class;
  double validation, test;
};

Split split(const std::vector<elman::Index>& labels, const Task& task, const std::vector<std::string>& classes,
            elman::Random& random) {
  return elman::prepare::stratified_split(
      labels, {.validation = task.validation, .test = task.test, .class_names = classes}, random);
}

elman::Attachments attachments(const Task& task, std::uint64_t seed, const Alphabet& alphabet,
                               const std::vector<std::string>& classes) {
  return {.strings = {{"classes", classes},
                      {"alphabet", {encode_utf8(alphabet.characters())}},
                      {"letters", {task.reading.latin ? "latin" : "any"}},
                      {"min_length", number_text(task.reading.min_length)},
                      {"max_length", number_text(task.reading.max_length)},
                      {"words_per_class", number_text(task.words_per_class)},
                      {"validation", number_text(task.validation)},
                      {"test", number_text(task.test)},
                      {"seed", number_text(seed)}}};
}

std::vector<WordFile> files_of(const WordOptions& words, std::ostream& report) {
  return words.data.empty() ? default_files(report) : word_files(words.data);
}

WordLists read_lists(const std::vector<WordFile>& files, const Reading& reading, std::ostream& report) {
  WordLists lists = read_word_lists(files, reading);
  report << lists.lines << " words read; left out: " << lists.left_out << " with "
         << (reading.latin ? "characters other than a-z or " : "") << "lengths outside " << reading.min_length << " to "
         << reading.max_length << ", " << lists.repeated << " repetitions, " << lists.shared
         << " words of more than one class\n";
  return lists;
}

void report_unseen(const Words& data, const Split& parts, std::ostream& report) {
  UnseenCharacters unseen;
  for (const Indices* part : {&parts.validation, &parts.test}) {
    for (const elman::Index word : *part) unseen.add(data.alphabet, data.words[static_cast<std::size_t>(word)]);
  }
  if (!unseen.text().empty()) report << "validation and test words: " << unseen.text() << '\n';
}

void use_loaded(const WordOptions& words, const NetFile& file) {
  const auto net = file.net<WordNet>();
  const std::vector<std::string>& classes = file.classes(net.out());
  const auto characters = decode_utf8(file.text("alphabet"));
  const Alphabet alphabet(characters.value_or(U""));
  file.check(alphabet.inputs() == net.in(), "has an alphabet of " + std::to_string(alphabet.size()) +
                                                " characters for " + std::to_string(net.in()) +
                                                " inputs; expected one more, for all others");
  const Task task{.reading = {.latin = file.choice<bool>("letters", {{"latin", true}, {"any", false}}),
                              .min_length = file.number<std::size_t>("min_length"),
                              .max_length = file.number<std::size_t>("max_length")},
                  .words_per_class = file.number<std::size_t>("words_per_class"),
                  .validation = file.number<double>("validation"),
                  .test = file.number<double>("test")};
  if (words.classify) return classify(net, alphabet, task.reading, classes, words.top);
  const std::vector<WordFile> files = files_of(words, std::cout);
  std::vector<std::string> names;
  for (const WordFile& one : files) names.push_back(one.name);
  file.check(names == classes, "tells apart " + list(classes) + "; the data has " + list(names));
  const WordLists lists = read_lists(files, task.reading, std::cout);
  elman::Random random{file.number<std::uint64_t>("seed")};
  Words data = choose_words(lists, task.words_per_class, random);
  const Split parts = split(data.labels, task, classes, random);
  data.use(alphabet);
  report_unseen(data, parts, std::cout);
  report_test(net, elman::train::Subset{data.examples(), parts.test}, classes, "words", std::cout);
}

void classify_words(const WordOptions& words, Options options) {
  if (!options.files.load.empty()) return use_loaded(words, NetFile(options.files));
  std::ostream& report = words.classify ? std::cerr : std::cout;  // so that standard output has the results alone
  const bool own = !words.data.empty();
  check_files(options.files, options.seeds);
  const Task task{.reading = {.latin = words.alphabet ? *words.alphabet == "latin" : !own,
                              .min_length = words.min_length.value_or(own ? 1 : 4),
                              .max_length = words.max_length.value_or(own ? 40 : 14)},
                  .words_per_class = words.words_per_class,
                  .validation = options.validation,
                  .test = words.test};
  const Reading& reading = task.reading;
  if (reading.min_length > reading.max_length) {
    throw std::runtime_error("--min-length " + std::to_string(reading.min_length) + ": longer than the longest word, " +
                             std::to_string(reading.max_length) + "; see --max-length");
  }
  const WordLists lists = read_lists(files_of(words, report), reading, report);

  std::vector<double> accuracies;
  for (std::size_t k = 0; k < options.seeds; ++k) {
    elman::Random random{options.seed + k};
    Words data = choose_words(lists, task.words_per_class, random);
    const Split parts = split(data.labels, task, lists.names, random);
    std::u32string characters = reading.latin ? U"abcdefghijklmnopqrstuvwxyz" : U"";
    for (const elman::Index word : parts.training) {
      characters += reading.latin ? U"" : data.words[static_cast<std::size_t>(word)];
    }
    data.use(Alphabet(std::move(characters)));
    report_unseen(data, parts, report);
    options.epochs = words.epochs.value_or(std::clamp<std::size_t>(2'500'000 / parts.training.size(), 1, 30));
    const auto classes = static_cast<elman::Index>(lists.names.size());
    const auto [net, training] = learn(data, parts, classes, options, random, report);
    const auto matrix =
        report_test(net, elman::train::Subset{data.examples(), parts.test}, lists.names, "words", report);
    plot_classifier(options.files, training, matrix, lists.names);
    write_net(options.files, net, attachments(task, options.seed + k, data.alphabet, lists.names));
    accuracies.push_back(matrix.accuracy());
    if (words.classify) classify(net, data.alphabet, reading, lists.names, words.top);
  }
  summarise(accuracies, report);
  if (words.classify) return;
  report << "next: " << words.program << " --classify\n"
         << "      learns the same, then reads words that you type; --data FOLDER: classes of your own; --save FILE: "
            "keep the net; --help: the rest\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to tell the language (or any other class) of a word from its letters.", "classify_words");
  WordOptions words;
  // A path that can be typed anywhere: make calls the program from a folder of its own.
  const std::string program = argv[0];
  words.program =
      program.find('/') == program.npos ? program : std::filesystem::absolute(program).lexically_normal().string();
  Options options;
  app.add_option(
      "--data", words.data,
      "Folder with a .txt file per class, UTF-8, a word or name per line. Default: Debian's word lists of six "
      "languages, or the small ones that come with this program");
  app.add_option("--alphabet", words.alphabet,
                 "latin: accents dropped, words of a-z only; any: all characters as they are. "
                 "Lower case in both. Default: latin, with --data any")
      ->check(CLI::IsMember({"latin", "any"}))
      ->option_text("latin|any");
  app.add_option("--min-length", words.min_length, "Shortest word. Default: 4, with --data 1")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-length", words.max_length, "Longest word. Default: 14, with --data 40")
      ->check(CLI::PositiveNumber);
  app.add_option("--words-per-class", words.words_per_class, "At most so many, chosen by chance")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--test", words.test, "Share of the words that is tested on")
      ->check(CLI::Range(0.001, 0.9))
      ->capture_default_str();
  app.add_flag("--classify", words.classify,
               "After training, or with --load, read words from standard input, a line each, and print the most "
               "probable classes. "
               "Standard output then has nothing else; all other lines go to standard error");
  app.add_option("--top", words.top, "Classes that --classify prints")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--epochs", words.epochs, "Default: as many as make 2.5 million words, at most 30")
      ->check(CLI::PositiveNumber);
  add_options(app, options);
  app.get_option("--seeds")->excludes("--classify");
  add_file_options(app, options.files, {.data = {"--data"}, .use = {"--classify", "--top"}});
  return run_program(app, argc, argv, [&] { classify_words(words, options); });
}
