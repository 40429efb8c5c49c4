// SPDX-License-Identifier: MIT
//
// Which character comes next? A net reads a text byte by byte, learns to predict the next one, and writes text itself.
//
//   char_language_model                      learns from the GPL, and tells how well it predicts the last tenth of it
//   char_language_model --text FILE --sample 500 --prefix "It was "
//   char_language_model --save gpl.safetensors             keeps what it has learned, and
//   char_language_model --load gpl.safetensors --sample 500  writes with nothing else
//   char_language_model --folds 5            cross-validation on the rest of the text: to choose options by
//   char_language_model --plot-units units.svg --prefix "the licence"    what its hidden units do, letter by letter
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/language_model.hpp"
#include "common/units.hpp"

namespace {

using namespace example;

struct TextOptions {
  std::optional<std::string> text;  ///< its path; else default_text
  std::string vocabulary = "bytes";
  elman::Index chunk = 50;
  elman::Index embedding = 32;
  double zoneout = 0.05;
  std::size_t folds = 0;
  elman::Index sample = 0;
  elman::SamplerOptions sampler;
  std::string prefix = "The ";
  std::string plot_units;  ///< a path, or empty

  bool uses_prefix() const { return sample > 0 || !plot_units.empty(); }
};

constexpr const char* default_text = "/usr/share/common-licenses/GPL-3";  // which every Debian system has

/// Calls use(body) with the layers that the options ask for. Each choice is a type of its own.
template <class Use>
void with_layers(elman::Index in, const TextOptions& text, const Options& options, const Use& use) {
  using namespace elman;
  const auto recurrence = [&](Index width) {
    return Recurrence{width, options.hidden, {options.recurrent_dropout, text.zoneout}};
  };
  const auto dropped = [&](Index width) { return Dropout{recurrence(width), {.rate = options.dropout}}; };
  const auto upper = dropped(options.hidden);
  if (text.embedding == 0) return use(Repeated{recurrence(in), upper, options.layers});
  return use(Stacked{Embedding{in, text.embedding}, Repeated{dropped(text.embedding), upper, options.layers}});
}

/// Throws std::runtime_error unless the hidden units can be drawn.
void check_units(const TextOptions& text, const Options& options) {
  check_picture(text.plot_units);
  if (text.prefix.empty()) throw std::runtime_error("--plot-units shows units over a text; expected --prefix");
  if (text.plot_units == options.files.plot) {
    throw std::runtime_error("--plot-units " + text.plot_units + ": expected another file than that of --plot");
  }
}

/// Draws what the hidden units do over the prefix, and goes on with it, if that is asked for.
template <class Net>
void use_prefix(const Net& net, const Vocabulary& vocabulary, const TextOptions& text, const Tokens& prefix,
                elman::Sampler& sampler, elman::Random& random) {
  if (!text.plot_units.empty()) {
    draw_units(text.plot_units, net, prefix, letters_of(text.prefix), "hidden units, letter by letter");
  }
  if (text.sample == 0) return;
  auto state = net.initial_state();
  const Tokens sample = elman::generate(net, state, prefix, {.length = text.sample}, sampler, random);
  std::cout << text.prefix << vocabulary.decode(sample) << '\n';
}

/// Writes a sample, or tells how well the net predicts the last tenth of a text.
void use_loaded(const TextOptions& text, const Options& options, const NetFile& file) {
  TextOptions layers;
  layers.embedding = file.has_layer("Embedding") ? 1 : 0;  // of the type alone: sizes are the file's
  elman::Sampler sampler{text.sampler};
  with_layers(1, layers, options, [&]<class Body>(const Body&) {
    const auto net = file.net<Net<Body>>();
    const Vocabulary vocabulary = vocabulary_of(file, net.out());
    file.check(net.in() == net.out(), "reads " + std::to_string(net.in()) + " tokens and predicts " +
                                          std::to_string(net.out()) + "; expected as many");
    if (text.uses_prefix()) {
      elman::Random random{options.seed};
      use_prefix(net, vocabulary, text, vocabulary.encode(text.prefix, "--prefix"), sampler, random);
    }
    if (text.uses_prefix() && !text.text) return;
    const std::string path = text.text.value_or(default_text);
    const Corpus corpus = with_tail_held_out(vocabulary.encode(read_text(path), path));
    check_length(corpus, 1, path);
    std::cout << "bits per character: " << std::fixed << std::setprecision(3)
              << bits_per_character(net, corpus.held_out) << '\n';
  });
}

void model_language(const TextOptions& text, const Options& options) {
  if (!text.plot_units.empty()) check_units(text, options);
  if (!options.files.load.empty()) return use_loaded(text, options, NetFile(options.files));
  if (options.dropout > 0 && text.embedding == 0 && options.layers == 1) {
    throw std::runtime_error(
        "--dropout drops what an embedding or a lower layer gives; expected --embedding or --layers 2 or more");
  }
  check_files(options.files, options.seeds * (std::max)(text.folds, std::size_t{1}));
  elman::Sampler sampler{text.sampler};
  const std::string path = text.text.value_or(default_text);
  const std::string bytes = read_text(path);
  const Vocabulary vocabulary = text.vocabulary == "bytes" ? Vocabulary() : Vocabulary(bytes);
  const Tokens prefix = text.uses_prefix() ? vocabulary.encode(text.prefix, "--prefix") : Tokens{};
  std::vector<Corpus> corpora{with_tail_held_out(vocabulary.encode(bytes, path))};
  if (text.folds > 0) corpora = text_folds(corpora.front().training, text.folds);
  for (const Corpus& corpus : corpora) check_length(corpus, options.batch, path);

  double sum = 0;
  const auto run = [&](const auto& body, const Corpus& corpus, elman::Random random) {
    auto net = make_net(body, vocabulary.size(), options, random);
    std::cout << corpus.training.size() << " bytes to train on, " << corpus.held_out.size() << " held out; "
              << vocabulary.size() << " tokens, " << options.hidden << " hidden, " << elman::parameter_count(net)
              << " parameters, " << options.epochs << " epochs" << std::endl;
    const Training training = train(net, corpus.training, text.chunk, options, random());
    const double bits = bits_per_character(net, corpus.held_out);
    sum += bits;
    std::cout << std::fixed << std::setprecision(3) << bits << " bits a character held out" << std::endl;
    write_picture(options.files, training.history);
    write_net(options.files, net, attachments(vocabulary));
    use_prefix(net, vocabulary, text, prefix, sampler, random);
  };
  for (std::size_t k = 0; k < options.seeds; ++k) {
    for (const Corpus& corpus : corpora) {
      with_layers(vocabulary.size(), text, options,
                  [&](const auto& body) { run(body, corpus, elman::Random{options.seed + k}); });
    }
  }
  const std::size_t runs = options.seeds * corpora.size();
  if (runs > 1) std::cout << "mean of " << runs << " runs\n";
  std::cout << "bits per character: " << sum / static_cast<double>(runs) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Learns to predict the next character of a text, and tells how many bits it takes.",
               "char_language_model");
  TextOptions text;
  Options options{
      .hidden = 192, .layers = 2, .dropout = 0.1, .epochs = 40, .batch = 8, .learning_rate = 5e-3, .validation = 0};
  app.add_option("--text", text.text, "File to learn from; its last tenth is held out")->default_str(default_text);
  app.add_option("--vocabulary", text.vocabulary, "bytes (all 256) or occurring (those of the text)")
      ->check(CLI::IsMember({"bytes", "occurring"}))
      ->option_text("bytes|occurring=bytes")
      ->default_str("bytes");
  app.add_option("--folds", text.folds, "Hold out, one after the other, so many parts of the first nine tenths instead")
      ->check(CLI::Range(2, 1000));
  app.add_option("--epochs", options.epochs, "Times through the text")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--streams", options.batch, "Parts of the text that are read side by side")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--chunk", text.chunk, "Steps that gradients go back")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--layers", options.layers, "Recurrent layers")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--embedding", text.embedding, "Width of the embedding; 0: tokens go into the first layer")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--dropout", options.dropout, "Share of what a layer does not see of the embedding or layer below it")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--recurrent-dropout", options.recurrent_dropout, "Share of its last state that a layer does not see")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_option("--zoneout", text.zoneout, "Share of the units that keep their state at a step")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  CLI::Option* sample =
      app.add_option("--sample", text.sample, "Characters to write after training, or of a net that is loaded")
          ->check(CLI::Range(1, 1'000'000));
  app.add_option("--prefix", text.prefix, "What the sample goes on from, and the units are shown over")
      ->capture_default_str();
  CLI::Option* plot_units = app.add_option("--plot-units", text.plot_units,
                                           "Draw the hidden units over the prefix into this file, .png or .svg");
  app.add_option("--temperature", text.sampler.temperature, "Of the sample")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--top-k", text.sampler.top_k, "Sample from the k most probable characters; 0: from all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--top-p", text.sampler.top_p, "Sample from the most probable characters that together reach this")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  add_options(app, options);
  for (const char* name : {"--batch", "--validation"}) app.remove_option(app.get_option(name));  // a text has others
  add_file_options(app, options.files,
                   {.data = {"--text", "--seed"},
                    .use = {"--sample", "--prefix", "--plot-units", "--temperature", "--top-k", "--top-p"}});
  for (CLI::Option* of_one : {sample, plot_units}) of_one->excludes("--seeds")->excludes("--folds");
  return run_program(app, argc, argv, [&] { model_language(text, options); });
}
