// SPDX-License-Identifier: MIT
//
// What the page calls. It hands text over in text(size), gets numbers and text back as addresses in the module's
// memory, which hold until the next call, and hears of errors from fail(message), which it imports and which does not
// return.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <elman/elman.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "training.hpp"

using namespace playground;

namespace {

/// All that the page has. Of each task the net that was trained last stays.
struct Page {
  std::string text;
  std::optional<Words> lists;
  std::unique_ptr<Training<Words>> words;
  std::unique_ptr<Training<Echo>> echo;
  std::unique_ptr<Training<Adding>> adding;
  Classifier::Tape tape;  ///< of the word that was read last
  std::optional<Flow> flow;
};
Page page;

enum Task : int { words, echo, adding };

/// use(training) of the task.
template <class Use>
double of(int task, const Use& use) {
  switch (task) {
    case words:
      return use(page.words);
    case echo:
      return use(page.echo);
    default:
      return use(page.adding);
  }
}

}  // namespace

#if defined(__wasm__)
#define PLAYGROUND_CALL extern "C" __attribute__((used))
extern "C" __attribute__((import_module("page"), import_name("fail"))) void fail(const char* message);

/// Before all others.
PLAYGROUND_CALL void begin() { elman::set_error_handler(fail); }
#else
#define PLAYGROUND_CALL extern "C"
#endif

/// Room for so many bytes, of which the next call reads.
PLAYGROUND_CALL char* text(std::size_t size) {
  page.text.assign(size, '\0');
  return page.text.data();
}

/// The text is the lists of words (tasks.hpp).
PLAYGROUND_CALL void set_words() { page.lists.emplace(page.text); }

// --- A net in training -----------------------------------------------------------------------------------------------

/// A new net, untrained.
PLAYGROUND_CALL void start(int task, int hidden, std::uint32_t seed) {
  if (task == words) page.words = std::make_unique<Training<Words>>(*page.lists, hidden, seed);
  if (task == echo) page.echo = std::make_unique<Training<Echo>>(Echo{}, hidden, seed);
  if (task == adding) page.adding = std::make_unique<Training<Adding>>(Adding{}, hidden, seed);
}
/// One update; returns its loss.
PLAYGROUND_CALL double update(int task, double learning_rate) {
  return of(task, [&](auto& training) { return training->update(learning_rate); });
}
/// The share, in [0, 1], of the next 32 of 256 examples that is right; none of them is trained on.
PLAYGROUND_CALL double ask(int task) {
  return of(task, [](auto& training) { return training->ask(); });
}

// --- A word, letter by letter ----------------------------------------------------------------------------------------

/// The text is a word of letters a to z. Returns how many units the net has, which states() has of each letter.
PLAYGROUND_CALL int read_word() {
  const auto& net = page.words->net();
  net.forward(elman::pack(std::array{Words::tokens(page.text)}), page.tape);
  return static_cast<int>(net.hidden());
}
/// h, a letter after the other.
PLAYGROUND_CALL const float* states() { return page.tape.h().data(); }
/// y, a language after the other, of each letter.
PLAYGROUND_CALL const float* probabilities() { return page.tape.y().data(); }

// --- Gradients through time ------------------------------------------------------------------------------------------

/// Returns the verdict: 0 vanishing, 1 healthy, 2 exploding, 3 unknown.
PLAYGROUND_CALL int look(double scale, int steps) {
  if (!page.flow || std::ssize(page.flow->norms()) != steps) page.flow.emplace(steps);
  page.flow->look(static_cast<float>(scale));
  return static_cast<int>(page.flow->verdict().flow);
}
/// Of each step the least ‖∂L/∂h_t‖ of all sequences, the median and the largest.
PLAYGROUND_CALL const double* norms() { return &page.flow->norms().front().min; }
/// A factor a step.
PLAYGROUND_CALL double factor() { return page.flow->verdict().factor(); }
/// What is left of the last step's gradient at the first, as its decimal logarithm.
PLAYGROUND_CALL double log_left() { return page.flow->verdict().log_left / std::log(10.0); }
PLAYGROUND_CALL const char* verdict() { return page.flow->verdict().text.c_str(); }
