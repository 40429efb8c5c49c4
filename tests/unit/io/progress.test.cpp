// SPDX-License-Identifier: MIT
#include "elman/io/progress.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/train/event.hpp"
#include "elman/types.hpp"
#include "support/catch.hpp"

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#endif

using elman::Index;
using elman::io::Progress;
using elman::io::ProgressOptions;
using elman::io::ProgressScreen;
using elman::train::Event;
using elman::train::Moment;
namespace detail = elman::io::detail;

namespace {

/// Tells what a training of 3 updates of 20 examples an epoch would, each of which takes a second.
struct Training {
  Index epochs = 3, first = 0;
  bool has_validation = true;
  Index validated_every = 1;  ///< epochs, the first among them
  Index stopped_after = 0;    ///< epochs; 0: never
  Index skipped_in = 0;       ///< an epoch with an update that is left out
  std::vector<Index> best{1, 2};
  std::vector<std::string> names{"accuracy", "mean_absolute_error"};
  double seconds = 1000;

  void run(const std::function<void(Event&)>& callback) {
    Event event{.epoch = first, .epochs = epochs, .batches = 3, .step = 3 * first, .examples_all = 60};
    std::vector<double> values{0.5, 12.25}, validation{0.25, 13};
    event.metrics = names;
    const auto tell = [&](Moment moment) {
      event.moment = moment;
      callback(event);
    };
    tell(Moment::begin);
    while (event.epoch < epochs && event.epoch != stopped_after + (stopped_after == 0 ? epochs : 0)) {
      for (event.batch = 1; event.batch <= 3; ++event.batch) {
        seconds += 1;
        ++event.step;
        event.examples = 20 * event.batch;
        event.training = {0.125, values};
        if (event.epoch + 1 == skipped_in && event.batch == 2) ++event.skipped;
        tell(Moment::batch);
      }
      event.batch = 3;
      if (has_validation && event.epoch % validated_every == 0) {
        event.has_validation = true;
        event.validation = {0.375, validation};
        event.is_best = std::find(best.begin(), best.end(), event.epoch + 1) != best.end();
        tell(Moment::validation);
      }
      ++event.epoch;
      tell(Moment::epoch);
    }
    event.stopped = event.epoch < epochs;
    tell(Moment::end);
  }
};

struct Screen {
  Index columns = 120;
  std::ostringstream out;
  Progress progress(const Training& training, ProgressOptions options = {}) {
    options.stream = &out;
    return Progress{std::move(options), ProgressScreen{.bar = &out,
                                                       .columns = [this] { return columns; },
                                                       .seconds = [&training] { return training.seconds; }}};
  }
  /// What a training shows here.
  std::string shown(Training training, ProgressOptions options = {}) {
    Progress all = progress(training, std::move(options));
    training.run(std::ref(all));
    return out.str();
  }
};

std::vector<std::string> lines_of(const std::string& text, char end = '\n') {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line, end);) lines.push_back(line);
  return lines;
}

const std::string clear = "\r\033[K";
const std::string figures = "loss 0.125  accuracy 0.500  mean_absolute_error 12.250";
const std::string validation = "  validation loss 0.375  accuracy 0.250  mean_absolute_error 13.000";

}  // namespace

TEST_CASE("without a terminal there is a line an epoch, and no carriage return or escape code") {
  Screen screen{.columns = 0, .out = {}};
  const std::string text = screen.shown({.epochs = 50, .has_validation = false});
  CHECK(text.find_first_of("\r\033") == text.npos);
  const auto lines = lines_of(text);
  REQUIRE(lines.size() == 51);
  CHECK(lines[0] == "epoch 1/50  training " + figures);
  CHECK(lines[49] == "epoch 50/50  training " + figures);
  CHECK(lines[50] == "trained 50 epochs in 2:30, 20 examples/s");
}

TEST_CASE("lines tell validation, which was best, what was skipped, and how the run ended") {
  Screen screen{.columns = 0, .out = {}};
  CHECK(screen.shown({.epochs = 9, .stopped_after = 4, .skipped_in = 3}, {.unit = "words", .name = "net 1/2"}) ==
        "net 1/2, epoch 1/9  training " + figures + validation + "  best\n" +      //
            "net 1/2, epoch 2/9  training " + figures + validation + "  best\n" +  //
            "net 1/2, epoch 3/9  training " + figures + validation + "  1 update skipped\n" +
            "net 1/2, epoch 4/9  training " + figures + validation + "\n" +
            "net 1/2, trained 4 epochs in 12.0 s, 20 words/s; best validation in epoch 2: loss 0.375  accuracy 0.250  "
            "mean_absolute_error 13.000; stopped early, of 9 epochs; 1 update skipped\n");
}

TEST_CASE("a validation is told in its own epoch alone") {
  Screen screen{.columns = 0, .out = {}};
  const auto lines = lines_of(screen.shown({.epochs = 4, .validated_every = 2}));
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "epoch 1/4  training " + figures + validation + "  best");
  CHECK(lines[1] == "epoch 2/4  training " + figures);
  CHECK(lines[2] == "epoch 3/4  training " + figures + validation);
}

TEST_CASE("beside a bar there are at most 20 lines, the last epoch's and the one it was stopped in among them") {
  for (const Index epochs : {1, 20, 21, 40, 47, 1000}) {
    Screen screen;
    const auto lines = lines_of(screen.shown({.epochs = epochs}));
    CHECK(lines.size() <= 21);
    CHECK(lines.size() >= static_cast<std::size_t>((std::min)(epochs, Index{10})));
    REQUIRE(lines.size() >= 2);
    const std::string number = std::to_string(epochs);
    CHECK(lines[lines.size() - 2].find("epoch " + number + '/' + number + "  training") != std::string::npos);
  }
  Screen screen, often;
  const auto lines = lines_of(screen.shown({.epochs = 100, .stopped_after = 7}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].find("epoch 5/100  training") != std::string::npos);
  CHECK(lines[1].find("epoch 7/100  training") != std::string::npos);
  CHECK(lines_of(often.shown({.epochs = 100}, {.every = 50})).size() == 3);
}

TEST_CASE("a bar is drawn in place, and cleared before a line is written") {
  Screen screen;
  const std::string text = screen.shown({.epochs = 2, .has_validation = false, .skipped_in = 1}, {.unit = "words"});
  const auto parts = lines_of(text, '\r');
  REQUIRE(parts.size() == 9);  // nothing, three bars, a line, three bars, two lines
  CHECK(parts[0].empty());
  CHECK(parts[1] ==
        "epoch 1/2 [========                ]  loss 0.125  accuracy 0.500  mae 12.250  0:05 left  20 words/s\033[K");
  CHECK(parts[3] ==
        "epoch 1/2 [========================]  loss 0.125  accuracy 0.500  mae 12.250  1 skipped  0:03 left  20 "
        "words/s\033[K");
  CHECK(parts[4] == "\033[Kepoch 1/2  training " + figures + "  1 update skipped\n");
  CHECK(parts[7].starts_with("epoch 2/2 [========================]  "));
  CHECK(parts[7].find("0:00 left") != std::string::npos);
  CHECK(parts[8] ==
        "\033[Kepoch 2/2  training " + figures + "\ntrained 2 epochs in 6.0 s, 20 words/s; 1 update skipped\n");
}

TEST_CASE("the bar is redrawn at most ten times a second, with the first update at once") {
  Training training;
  Screen screen;
  Progress progress = screen.progress(training);
  Event event{.moment = Moment::begin, .epochs = 1, .batches = 1000, .examples_all = 1000};
  progress(event);
  event.moment = Moment::batch;
  for (event.batch = 1; event.batch <= 1000; ++event.batch) {
    training.seconds += 1.0 / 256;
    event.examples = event.step = event.batch;
    progress(event);
  }
  const std::string text = screen.out.str();
  const auto drawn = std::count(text.begin(), text.end(), '\r');
  CHECK(drawn <= 10 * 1000 / 256 + 1);
  CHECK(drawn >= 37);
  CHECK(text.starts_with("\repoch 1/1 [ "));
}

TEST_CASE("no window is too narrow, and it may change while a training runs") {
  Training training;
  for (Index columns = 1; columns < 130; ++columns) {
    Screen screen{.columns = columns, .out = {}};
    const std::string text = screen.shown(training, {.unit = "Wörter", .name = "größer", .lines = false});
    for (const std::string& drawn : lines_of(text, '\r')) {
      CHECK(detail::columns_of(drawn.substr(0, drawn.find('\033'))) <= columns - 1);
    }
  }
  Screen screen;
  Progress progress = screen.progress(training, {.lines = false});
  const std::vector<Index> widths{0, 30, 120};
  std::size_t k = 0;
  training.epochs = 1;

  training.run([&](Event& event) {
    progress(event);
    if (event.moment == Moment::batch) screen.columns = widths[k++];
  });
  CHECK(screen.out.str().find("]  loss 0.125") < 60);
  CHECK(screen.out.str().find("\033[K\repoch 1/1  loss 0.125\033[K\r\033[K") != std::string::npos);
}

TEST_CASE("in a narrow window the bar is shortened, then left out, then the last figures are") {
  const std::vector<std::string> parts{"loss 0.123", "accuracy 0.456", "0:12 left", "1234 words/s"};
  const auto line = [&](Index columns) { return detail::bar_line("epoch 7/100", 0.5, parts, columns); };
  CHECK(line(120) == "epoch 7/100 [============            ]  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(line(79) == "epoch 7/100 [======      ]  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(line(69) == "epoch 7/100  loss 0.123  accuracy 0.456  0:12 left  1234 words/s");
  CHECK(line(63) == "epoch 7/100  loss 0.123  accuracy 0.456  0:12 left");
  CHECK(line(45) == "epoch 7/100  loss 0.123  accuracy 0.456");
  CHECK(line(38) == "epoch 7/100  loss 0.123");
  CHECK(line(20) == "epoch 7/100");
  CHECK(line(5) == "epoch");
  CHECK(line(0).empty());
  CHECK(line(-1).empty());
  CHECK(detail::bar_line("größer", 0.5, {}, 3) == "grö");
  CHECK(detail::bar_line("e", 2, {}, 9) == "e [=====]");
}

TEST_CASE("a resumed run counts from where it has begun") {
  Screen screen;
  const std::string text = screen.shown({.epochs = 10, .first = 8, .has_validation = false}, {.every = 1});
  CHECK(text.find("epoch 9/10 [") != text.npos);
  CHECK(text.find("0:05 left  20 examples/s") != text.npos);  // two epochs of three seconds; not 0:00 and 500 a second
  CHECK(text.ends_with("trained 2 epochs behind epoch 8 in 6.0 s, 20 examples/s\n"));
}

TEST_CASE("the best validation is kept with a training, and told when it has gone on without a better one") {
  Training training{.epochs = 4, .stopped_after = 2};
  Screen first, second, third;
  Progress before = first.progress(training), after = second.progress(training);
  training.run(std::ref(before));
  std::vector<double> numbers;
  Index epoch = 0;
  before.keep([&]<class Part>(const char* name, Part& part) {
    if constexpr (std::is_same_v<Part, Index>) {
      CHECK(std::string(name) == "best_epoch");
      epoch = part;
    } else if constexpr (std::is_same_v<Part, double>) {
      numbers.push_back(part);
    } else {
      numbers.insert(numbers.end(), part.begin(), part.end());
    }
  });
  CHECK(epoch == 2);
  CHECK(numbers == std::vector<double>{0.375, 0.25, 13});
  after = before;
  training.first = 2;
  training.stopped_after = 0;
  training.run(std::ref(after));
  CHECK(first.out.str().find("epoch 3/4") != std::string::npos);
  const auto lines = lines_of(first.out.str());
  CHECK(lines.back() ==
        "trained 2 epochs behind epoch 2 in 6.0 s, 20 examples/s; best validation in epoch 2: loss 0.375  accuracy "
        "0.250  mean_absolute_error 13.000");
  // Another training that is not resumed has none yet.
  Training without{.has_validation = false};
  Progress again = before;
  without.run(std::ref(again));
  CHECK(lines_of(first.out.str()).back().find("best validation") == std::string::npos);
}

TEST_CASE("a training of examples that are not counted has a rate of updates; nothing is divided by zero") {
  Training training;
  Screen screen;
  Progress progress = screen.progress(training);
  Event event{.moment = Moment::begin, .batches = 4};
  progress(event);
  event.moment = Moment::batch;
  event.batch = event.step = 2;
  progress(event);
  CHECK(screen.out.str() == "\repoch 1 [============            ]  loss nan\033[K");
  training.seconds += 4;
  progress(event);
  CHECK(screen.out.str().ends_with("\repoch 1 [============            ]  loss nan  0.5 updates/s\033[K"));
  event = {.moment = Moment::end, .stopped = true};
  progress(event);
  CHECK(screen.out.str().ends_with(clear + "trained 0 epochs in 4.0 s; stopped early, of 0 epochs\n"));
}

TEST_CASE("what is measured in a validation alone stands there alone; a loss of the training that is NaN is said") {
  Screen screen;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::string> names{"accuracy", "exact match"};
  const std::vector<double> of_training{0.5, nan}, of_validation{nan, 0.75};
  const Training training;
  Progress progress = screen.progress(training);
  Event event{.epoch = 1, .epochs = 2, .metrics = names, .has_validation = true};
  event.training = {nan, of_training};
  event.validation = {nan, of_validation};
  event.moment = Moment::validation;
  progress(event);
  event.moment = Moment::epoch;
  progress(event);
  CHECK(screen.out.str() == "epoch 1/2  training loss nan  accuracy 0.500  validation exact match 0.750\n");
}

TEST_CASE("a bar that stands there when a training ends with an exception makes way") {
  Training training;
  Screen screen;
  {
    Progress progress = screen.progress(training);
    CHECK_THROWS_AS(training.run([&](Event& event) {
      progress(event);
      if (event.batch == 2) throw 1;
    }),
                    int);
    CHECK_FALSE(screen.out.str().ends_with(clear));
  }
  CHECK(screen.out.str().ends_with(clear));
}

TEST_CASE("figures, times and rates are short and the same in every locale") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<double, std::string>> figures_of{
      {0, "0.000"},           {0.5, "0.500"},       {-12.3456, "-12.346"},   {0.000123, "1.23e-04"},
      {99999.0, "99999.000"}, {123456, "1.23e+05"}, {-1e-300, "-1.00e-300"}, {nan, "nan"},
      {-nan, "nan"},          {infinity, "inf"},    {-infinity, "-inf"}};
  for (const auto& [number, text] : figures_of) CHECK(detail::figure_text(number) == text);
  const std::vector<std::pair<double, std::string>> clocks{{0, "0:00"},         {-5, "0:00"},    {59.6, "1:00"},
                                                           {754, "12:34"},      {3599, "59:59"}, {3723, "1:02:03"},
                                                           {90000, "25:00:00"}, {nan, "0:00"}};
  for (const auto& [seconds, text] : clocks) CHECK(detail::clock_text(seconds) == text);
  CHECK(detail::clock_text(infinity).size() > 8);
  CHECK(detail::duration_text(59.9) == "59.9 s");
  CHECK(detail::duration_text(59.96) == "1:00");
  CHECK(detail::rate_text(9.94) == "9.9");
  CHECK(detail::rate_text(12345.6) == "12346");
  CHECK(detail::short_name("accuracy") == "accuracy");
  CHECK(detail::short_name("perplexity_of_words") == "pow");
  CHECK(detail::short_name("mean squared-error") == "mse");
  CHECK(detail::short_name("größe_öfter_überall") == "göü");
  CHECK(detail::short_name("uninterruptedness") == "uninterruptedness");
}

TEST_CASE("options of the progress out of range are refused") {
  CHECK_THROWS_WITH(Progress(ProgressOptions{.every = -1}), "Progress: every is -1; expected at least 0");
  CHECK_THROWS_WITH(Progress(ProgressOptions{.stream = nullptr}),
                    "Progress: stream, or a part of the screen, is null; expected one");
}

#if !defined(_WIN32)

namespace {

/// Standard output and standard error are a terminal of so many columns while it lives.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(int columns) {
    std::cout << std::flush;
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    const int terminal = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    if (terminal < 0) return;
    termios raw{};
    ::tcgetattr(terminal, &raw);
    raw.c_oflag &= ~static_cast<tcflag_t>(OPOST);  // "\n" as it is
    ::tcsetattr(terminal, TCSANOW, &raw);
    const winsize size{24, static_cast<unsigned short>(columns), 0, 0};
    ::ioctl(terminal, TIOCSWINSZ, &size);
    for (const int stream : {1, 2}) {
      saved_[stream - 1] = ::dup(stream);
      ::dup2(terminal, stream);
    }
    ::close(terminal);
    is_open_ = true;
  }
  ~PseudoTerminal() {
    give_back();
    if (master_ >= 0) ::close(master_);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  bool is_open() const { return is_open_; }
  /// All that has been written to it.
  std::string content() {
    std::cout << std::flush;
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
    std::string text;
    char bytes[4096];
    for (;;) {
      const auto count = ::read(master_, bytes, sizeof bytes);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    give_back();
    return text;
  }

 private:
  void give_back() {
    if (!std::exchange(is_open_, false)) return;
    for (const int stream : {1, 2}) {
      ::dup2(saved_[stream - 1], stream);
      ::close(saved_[stream - 1]);
    }
  }

  int master_ = -1, saved_[2] = {-1, -1};
  bool is_open_ = false;
};

/// What a training of two epochs shows on a terminal of this kind and width.
std::string on_terminal(const char* kind, int columns, ProgressOptions options) {
  Training training{.epochs = 40, .stopped_after = 2};
  ::setenv("TERM", kind, 1);
  PseudoTerminal terminal(columns);
  if (!terminal.is_open()) return "";
  Progress progress(std::move(options));
  training.run(std::ref(progress));
  return terminal.content();
}

}  // namespace

TEST_CASE("on a terminal, as it is for whoever starts a program") {
  if (!PseudoTerminal(120).is_open()) {
    WARN("there are no pseudo terminals here");
    SUCCEED("a system without them is no fault of the library's");
    return;
  }
  for (std::ostream* const stream : {&std::cerr, &std::cout}) {
    const std::string text = on_terminal("xterm", 100, {.stream = stream});
    const std::string first = "\repoch 1/40 [";
    REQUIRE(text.starts_with(first));
    const std::string drawn = text.substr(1, text.find('\033') - 1);
    CHECK(drawn.size() <= 99);
    CHECK(drawn.find("]  loss 0.125  accuracy 0.500  mae 12.250  0:00 left  ") != drawn.npos);
    CHECK(text.find(clear + "epoch 2/40  training " + figures) != text.npos);
    CHECK(text.find("epoch 1/40  training") == text.npos);
    CHECK(text.find("\ntrained 2 epochs in 0.0 s, ") != text.npos);
    CHECK(text.back() == '\n');
  }
  // A window of no width says nothing of it.
  ::setenv("COLUMNS", "30", 1);
  std::string text = on_terminal("xterm", 0, {});
  CHECK(text.starts_with("\repoch 1/40  loss 0.125\033[K"));
  for (const char* const wrong : {"", "x", "-3", "99999999999999999999"}) {
    ::setenv("COLUMNS", wrong, 1);
    text = on_terminal("xterm", 0, {});
    CHECK(text.substr(0, text.find('\033')).find("  mae 12.250") != text.npos);
    CHECK(text.find('\033') <= 80);
  }
  ::unsetenv("COLUMNS");
  CHECK(on_terminal("xterm", 30, {}).starts_with("\repoch 1/40  loss 0.125\033[K"));
  // One that cannot take back what is written has a line an epoch.
  for (const char* const kind : {"dumb", ""}) {
    text = on_terminal(kind, 100, {});
    CHECK(text.find_first_of("\r\033") == text.npos);
    CHECK(text.find("epoch 1/40  training") != text.npos);
  }
}

#endif
