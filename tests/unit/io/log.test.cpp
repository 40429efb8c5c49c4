// SPDX-License-Identifier: MIT
#include "elman/io/log.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "elman/io/checkpoint.hpp"
#include "elman/train/event.hpp"
#include "elman/types.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

namespace fs = std::filesystem;
using elman::Index;
using elman::io::CsvLog;
using elman::io::JsonLinesLog;
using elman::io::LogOptions;
using elman::train::Event;
using elman::train::Moment;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Killed {};

/// Tells what a training of 3 updates of 20 examples an epoch would, from the update `first` on; figures depend on the
/// update alone. It is killed behind the update `killed`. A validation is behind every 5th update.
struct Training {
  Index epochs = 4, first = 0, killed = -1;
  std::vector<std::string> names{"accuracy", "a \"b\", c"};

  void run(const std::function<void(Event&)>& callback) const {
    Event event{.epoch = first / 3, .epochs = epochs, .batches = 3, .step = first, .examples_all = 60};
    std::vector<double> values(2), validation(2);
    event.metrics = names;
    if (first >= 5) {
      event.has_validation = true;
      validation = {static_cast<double>(first - first % 5), 0.5};
      event.validation = {0.1, validation};
    }
    const auto tell = [&](Moment moment) {
      event.moment = moment;
      callback(event);
    };
    tell(Moment::begin);
    while (event.epoch < epochs) {
      ++event.step;
      event.batch = (event.step - 1) % 3 + 1;
      event.examples = 20 * event.batch;
      event.learning_rate = 0.1 / static_cast<double>(event.step);
      values = {static_cast<double>(event.step) / 3, event.step == 6 ? nan : -1e-300};
      event.training = {event.step == 3 ? infinity : std::sqrt(static_cast<double>(event.step)), values};
      event.skipped = event.step / 4;
      tell(Moment::batch);
      if (event.step % 5 == 0) {
        event.has_validation = true;
        validation = {static_cast<double>(event.step), 0.5};
        event.validation = {0.1, validation};
        tell(Moment::validation);
      }
      if (event.batch == 3) {
        ++event.epoch;
        tell(Moment::epoch);
      }
      if (event.step == killed) throw Killed();
    }
    tell(Moment::end);
  }
};

template <class Log>
std::string logged(const fs::path& path, const LogOptions& options, const Training& training = {}) {
  Log log(path, options);
  training.run(std::ref(log));
  return content(path);
}

/// The log of a training that is killed, and goes on from an update before.
template <class Log>
std::string interrupted(const fs::path& path, const LogOptions& options, Index killed, Index saved) {
  const auto checkpoint = path.string() + ".checkpoint";
  try {
    Log log(path, options);
    elman::io::Checkpoint run(checkpoint);
    run.keep("log", log);
    Training training;
    training.killed = killed;
    training.run([&](Event& event) {
      log(event);
      const bool has_more = event.moment != Moment::epoch && event.step % 3 == 0;
      const bool has_validation = event.moment == Moment::batch && event.step % 5 == 0;
      if (event.step == saved && !has_more && !has_validation) run.save();
    });
  } catch (const Killed&) {
    Log log(path, options);
    elman::io::Checkpoint run(checkpoint);
    run.keep("log", log);
    run.resume();
    Training training;
    training.first = saved;
    training.run(std::ref(log));
    return content(path);
  }
  return "not killed";
}

}  // namespace

TEST_CASE("a CSV log has a line an epoch, with the bits of its numbers and quoted names") {
  const Folder folder("log");
  CHECK(logged<CsvLog>(folder.path / "run.csv", {.seconds = false}) ==
        "epoch,step,examples,learning_rate,loss,accuracy,\"a \"\"b\"\", c\",validation_loss,validation_accuracy,"
        "\"validation_a \"\"b\"\", c\",skipped\n"
        "1,3,60,0.03333333333333333,inf,1,-1e-300,,,,0\n"
        "2,6,60,0.016666666666666666,2.449489742783178,2,,0.1,5,0.5,1\n"
        "3,9,60,0.011111111111111112,3,3,-1e-300,,,,2\n"
        "4,12,60,0.008333333333333333,3.4641016151377544,4,-1e-300,0.1,10,0.5,3\n");
}

TEST_CASE("a log of JSON lines is JSON, with null for what JSON has not, whatever names there are") {
  const Folder folder("log");
  Training training;
  training.names = {"accuracy", "a\"b\\\n\x01 größer"};
  const std::string text = logged<JsonLinesLog>(folder.path / "run.jsonl", {.steps = true, .seconds = false}, training);
  std::istringstream in(text);
  std::vector<nlohmann::ordered_json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::ordered_json::parse(line));
  REQUIRE(lines.size() == 16);
  CHECK(
      text.starts_with(R"({"epoch":0,"step":1,"line":"step","examples":20,"learning_rate":0.1,"loss":1,"accuracy":)"));
  const auto& third = lines[3];
  CHECK(third["line"] == "epoch");
  CHECK(third["epoch"] == 1);
  CHECK(third["step"] == 3);
  CHECK(third["loss"].is_null());
  CHECK(third[training.names[1]] == -1e-300);
  CHECK(third["validation_loss"].is_null());
  CHECK(lines[7]["accuracy"] == 2.0);
  CHECK(lines[7][training.names[1]].is_null());
  CHECK(lines[7]["validation_" + training.names[1]] == 0.5);
  CHECK(lines[7]["skipped"] == 1);
  CHECK(lines[5]["validation_loss"].is_null());  // that of step 5 is behind its line
}

TEST_CASE("the log of a training that was killed and resumed is that of one that was not") {
  const Folder folder("log");
  for (const bool steps : {false, true}) {
    const LogOptions options{.steps = steps, .seconds = false};
    const std::string csv = logged<CsvLog>(folder.path / ("whole" + std::to_string(steps)), options);
    const std::string json = logged<JsonLinesLog>(folder.path / ("json" + std::to_string(steps)), options);
    for (Index saved = 1; saved < 12; ++saved) {
      for (Index killed = saved; killed < 12; ++killed) {
        CAPTURE(steps, saved, killed);
        const auto path = folder.path / "run";
        fs::remove(path);
        CHECK(interrupted<CsvLog>(path, options, killed, saved) == csv);
        if (killed != saved + 2) continue;
        fs::remove(path);
        CHECK(interrupted<JsonLinesLog>(path, options, killed, saved) == json);
      }
    }
  }
}

TEST_CASE("what stands behind the first line that is to be written again is cut off with it") {
  const Folder folder("log");
  const auto path = folder.path / "run";
  const std::string whole = logged<CsvLog>(path, {.seconds = false});
  const auto kept = [&](const std::string& text, Index epoch, Index step) {
    folder.write("run", text);
    CsvLog log(path, {.seconds = false});
    Training training;
    Event event{.epoch = epoch, .step = step, .metrics = training.names};
    log(event);
    const std::string lines = content(path);
    return std::count(lines.begin(), lines.end(), '\n') - 1;
  };
  CHECK(kept(whole, 2, 6) == 2);
  CHECK(kept(whole, 1, 6) == 1);  // saved behind the last update of an epoch, before its end was told
  CHECK(kept(whole, 2, 5) == 1);
  CHECK(kept(whole + whole.substr(whole.find("1,3,")), 2, 6) == 2);
}

TEST_CASE("a line that was cut when its writer was killed is written again") {
  const Folder folder("log");
  const auto path = folder.path / "run";
  const std::string whole = logged<CsvLog>(path, {.seconds = false});
  const std::size_t second = whole.find("\n2,6,") + 1, third = whole.find("\n3,9,") + 1;
  for (std::size_t size = second; size < third; ++size) {
    folder.write("run", whole.substr(0, size));
    CsvLog log(path, {.seconds = false});
    Training{.first = 3}.run(std::ref(log));
    CHECK(content(path) == whole);
  }
  // Of a log that had come no further than its head, or was not there, there is nothing to lose.
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, whole.find('\n') + 1}) {
    folder.write("run", whole.substr(0, size));
    CHECK(logged<CsvLog>(path, {.seconds = false}) == whole);
  }
  fs::remove(path);
  CHECK(logged<CsvLog>(path, {.seconds = false}, {.first = 9}) ==
        whole.substr(0, whole.find('\n') + 1) + whole.substr(whole.find("4,12,")));
}

TEST_CASE("seconds go on where the interrupted run was") {
  const Folder folder("log");
  const auto path = folder.path / "run";
  const auto seconds_of = [&](const std::string& epoch) {
    const std::string text = content(path);
    const std::size_t begin = text.find('\n' + epoch + ',') + 1, end = text.find('\n', begin);
    const std::size_t comma = text.rfind(',', end);
    return std::stod(text.substr(comma + 1, end - comma - 1));
  };
  logged<CsvLog>(path, {});
  CHECK(seconds_of("4") >= seconds_of("1"));
  CHECK(seconds_of("4") < 1000);
  std::string text = content(path);
  const std::size_t end = text.find("\n3,9,"), comma = text.rfind(',', end);
  folder.write("run", text.replace(comma + 1, end - comma - 1, "1234.5"));
  logged<CsvLog>(path, {}, {.first = 6});
  CHECK(seconds_of("2") == 1234.5);
  CHECK(seconds_of("3") >= 1234.5);
  CHECK(seconds_of("4") < 2234);
}

TEST_CASE("nothing is lost silently: what is in the way of a log is refused, and left as it was") {
  const Folder folder("log");
  const auto path = folder.path / "run";
  const std::string name = path.string();
  const std::string whole = logged<CsvLog>(path, {.seconds = false});
  const auto refused = [&](const std::string& text, const Training& training, const LogOptions& options) {
    folder.write("run", text);
    int updates = 0;
    std::string said = message([&] {
      CsvLog log(path, options);
      training.run([&](Event& event) {
        log(event);
        ++updates;
      });
    });
    CHECK(updates == 0);
    CHECK(content(path) == text);
    return said;
  };
  CHECK(refused(whole, {}, {.seconds = false}) ==
        name +
            ": is there already; expected a training that goes on with it, another path, or that .replace is asked "
            "for");
  CHECK(refused("my notes", {}, {}).starts_with(name + ": is there already; "));
  CHECK(refused("my notes", {.first = 3}, {}).starts_with(name + ": has not the columns of this log; expected epoch,"));
  CHECK(refused(whole, {.first = 3}, {}).starts_with(name + ": has not the columns of this log; expected epoch,"));
  CHECK(refused(whole, {.first = 3}, {.steps = true, .seconds = false}).starts_with(name + ": has not the columns "));
  Training other{.first = 3};
  other.names[0] = "perplexity";
  CHECK(refused(whole, other, {.seconds = false}).starts_with(name + ": has not the columns of this log; "));
  CHECK(refused(whole + "4,13,1\n", {.first = 3}, {.seconds = false}) ==
        name + ": line 6 is not of this log: \"4,13,1\"; expected one as \",,,,,,,,,,\\x0a\"");
  std::string text = whole;
  text.replace(text.find("2,6,"), 4, "2,x,");
  CHECK(refused(text, {.first = 3}, {.seconds = false}) ==
        name + ": line 3 has epoch \"2\" and step \"x\"; expected numbers from 0");

  folder.write("run", "my notes, many of them");
  CHECK(logged<CsvLog>(path, {.seconds = false, .replace = true}) == whole);
  // Who may replace a file still goes on with one.
  CHECK(logged<CsvLog>(path, {.seconds = false, .replace = true}, {.first = 9}) == whole);

  const auto json = folder.path / "json";
  const std::string lines = logged<JsonLinesLog>(json, {.seconds = false});
  for (const std::string& bad :
       {std::string("{}"), "x" + lines.substr(0, lines.find('\n')), lines.substr(0, lines.find('\n')) + "}"}) {
    folder.write("json", lines + bad + "\n");
    CHECK(message([&] {
            logged<JsonLinesLog>(json, {.seconds = false}, {.first = 3});
          }).starts_with(json.string() + ": line 5 is not of this log: \""));
    CHECK(content(json) == lines + bad + "\n");
  }
}

TEST_CASE("a file that cannot be written is named with the reason, before the first update") {
  const Folder folder("log");
  const auto begin = [](auto log, Index step = 0) {
    Event event{.epoch = step, .step = step};
    log(event);
  };
  CHECK(message([] { CsvLog log(""); }) == "CsvLog: path is empty; expected that of a file");
  CHECK(message([] { JsonLinesLog log(""); }) == "JsonLinesLog: path is empty; expected that of a file");
  const auto absent = folder.path / "absent" / "run.csv";
  CHECK(message([&] { begin(CsvLog(absent)); }) == absent.string() + ": cannot be written: No such file or directory");
  CHECK(message([&] { begin(CsvLog(folder.path)); }) == folder.path.string() + ": is a folder; expected a file");
  CHECK(message([&] { begin(CsvLog(folder.path), 3); }) == folder.path.string() + ": is a folder; expected a file");
  CHECK(message([&] {
          CsvLog log(folder.path / "run");
          Training training;
          training.names = {"loss"};
          training.run(std::ref(log));
        }) == "CsvLog: metrics make two columns \"loss\"; expected names of their own");
  CHECK(message([&] {
          CsvLog log(folder.path / "run");
          Event event{.moment = Moment::epoch};
          log(event);
        }) == "CsvLog: is told of a training that has begun before; expected its Moment::begin first");
  CHECK_FALSE(fs::exists(folder.path / "run"));
}

#if defined(__linux__)
TEST_CASE("a disk that is full is an error at the line that it does not take") {
  CHECK(message([] { logged<CsvLog>("/dev/full", {}); }) == "/dev/full: cannot be written: No space left on device");
  int updates = 0;
  CHECK(message([&] {
          JsonLinesLog log("/dev/full");
          Training().run([&](Event& event) {
            log(event);
            updates += event.moment == Moment::batch ? 1 : 0;
          });
        }) == "/dev/full: cannot be written: No space left on device");
  CHECK(updates == 3);
}
#endif

TEST_CASE("a line is in the file as soon as it is told, and the file stays in its folder") {
  const Folder folder("log");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  CsvLog log("run.csv");
  fs::current_path(before);
  CHECK(log.path() == folder.path / "run.csv");
  std::vector<std::ptrdiff_t> lines;
  Training().run([&](Event& event) {
    log(event);
    const std::string text = content(folder.path / "run.csv");
    if (event.moment == Moment::epoch) lines.push_back(std::count(text.begin(), text.end(), '\n'));
  });
  CHECK(lines == std::vector<std::ptrdiff_t>{2, 3, 4, 5});
}
