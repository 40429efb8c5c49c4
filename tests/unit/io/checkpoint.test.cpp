// SPDX-License-Identifier: MIT
#include "elman/io/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

#if ELMAN_IO_POSIX
#include <csignal>

#include <sys/wait.h>
#endif

namespace fs = std::filesystem;
namespace optim = elman::optim;
using elman::Dynamic;
using elman::Index;
using elman::Random;
using elman::io::Checkpoint;

namespace {

constexpr Index symbols = 5, chunk_length = 4, chunks = 6, streams = 3;

auto new_body() {
  using elman::Recurrence;
  return elman::Stacked{Recurrence{symbols, 4, {.recurrent_dropout = 0.2, .zoneout = 0.1}},
                        elman::Dropout{Recurrence{4, 3}, {.rate = 0.3}}};
}
using Net = elman::Net<double, decltype(new_body()), elman::Readout<Dynamic, Dynamic>>;

elman::Labels new_streams() {
  Random random{11};
  std::vector<Index> list(static_cast<std::size_t>(streams * chunks * chunk_length));
  for (Index& token : list) token = random.below(symbols);
  return elman::streams(list, streams);
}

/// All that a training makes: a net with every kind of noise on streams, truncated, in chunks of a random order, at a
/// rate that falls on a plateau, with the best net so far.
template <class Optimizer>
struct Training {
  template <class Make>
  Training(const Make& make, const fs::path& path) : optimizer(make(net)), checkpoint(path) {
    std::iota(order.begin(), order.end(), Index{0});
    checkpoint.keep("net", net);
    checkpoint.keep("best", best);
    checkpoint.keep("optimizer", optimizer);
    checkpoint.keep("plateau", plateau);
    checkpoint.keep("random", random);
    checkpoint.keep("state", state);
    checkpoint.keep("step", step);
    checkpoint.keep("best_loss", best_loss);
    checkpoint.keep("order", order);
    if (checkpoint.exists()) checkpoint.resume();
  }

  void train() {
    if (step % chunks == 0) {
      random.shuffle(order);
      net.reset(state);
    }
    const auto x = elman::chunk(data, order[static_cast<std::size_t>(step % chunks)] * chunk_length, chunk_length);
    net.forward(x, tape, elman::every_step, {.start = state, .random = &random});
    const double L = loss(tape, x);
    gradient.set_zero();
    net.bptt(x, tape, gradient);
    optimizer.step(net, gradient, plateau.learning_rate());
    plateau(L);
    if (L < best_loss) {
      best_loss = L;
      best = net;
    }
    ++step;
  }

  Random random{7};
  Net net{new_body(), {3, symbols}, elman::init::standard(random)};
  Net best = net;
  Optimizer optimizer;
  optim::ReduceOnPlateau plateau{{.learning_rate = 1e-2, .factor = 0.7, .patience = 2}};
  decltype(std::declval<Net&>().initial_state(1)) state = net.initial_state(streams);
  int step = 0;
  double best_loss = std::numeric_limits<double>::infinity();
  std::vector<Index> order = std::vector<Index>(chunks);

  elman::Labels data = new_streams();
  elman::loss::CrossEntropy loss;
  Net::Tape tape;
  decltype(std::declval<Net&>().zero_gradient()) gradient = net.zero_gradient();
  Checkpoint checkpoint;
};

constexpr int last_step = 40;

/// Trains to the end and returns the file of its last checkpoint; is interrupted behind each of these steps, when all
/// that was done since they were saved is lost.
template <class Make>
std::string trained(const fs::path& path, const Make& make, const std::vector<int>& interruptions) {
  fs::remove(path);
  using Run = Training<decltype(make(std::declval<Net&>()))>;
  for (const int saved : interruptions) {
    Run run(make, path);
    while (run.step < saved) run.train();
    run.checkpoint.save();
    run.train();
    run.train();
  }
  Run run(make, path);
  while (run.step < last_step) run.train();
  run.checkpoint.save();
  return content(path);
}

template <class Make>
void check_resuming(const Folder& folder, const Make& make, Random& random) {
  const auto path = folder.path / "run.checkpoint";
  const std::string whole = trained(path, make, {});
  REQUIRE(whole.size() > 1000);
  for (const std::size_t count : {1U, 2U, 5U}) {
    std::vector<int> interruptions(count);
    for (int& saved : interruptions) saved = static_cast<int>(random.below(last_step));
    std::sort(interruptions.begin(), interruptions.end());
    CAPTURE(interruptions);
    CHECK((trained(path, make, interruptions) == whole));
  }
}

}  // namespace

TEST_CASE("A training that was interrupted ends with the bits of one that was not") {
  const Folder folder("checkpoint");
  Random random{3};
  const auto check = [&](const auto& make) { check_resuming(folder, make, random); };
  check([](Net& net) { return optim::Adam{net, {.amsgrad = true}}; });
  check([](Net& net) {
    return optim::SkipNonFinite{optim::Grouped{
        optim::AdamW{net},
        net,
        {{.name = "b", .weight_decay = 0}, {.name = "layer1.W", .learning_rate = 1e-4}, {.name = "V", .fixed = true}}}};
  });
  check([](Net& net) {
    const optim::SGD sgd{net, {.momentum = 0.9, .nesterov = true}};
    return optim::SkipNonFinite{
        optim::KeepOrthogonal{optim::Grouped{sgd, net, {{.name = "b", .weight_decay = 0}}}, net, {"W"}}};
  });
  check([](Net& net) { return optim::Adagrad{net, {.learning_rate_decay = 0.1}}; });
  check([](Net& net) { return optim::Adadelta{net}; });
  check([](Net& net) { return optim::RMSprop{net, {.momentum = 0.5, .centered = true}}; });
}

TEST_CASE("Without its state an interrupted training is another") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run.checkpoint";
  const auto make = [](Net& net) { return optim::Adam{net}; };
  const std::string whole = trained(path, make, {});
  fs::remove(path);
  Training<optim::Adam<double>> first(make, path), second(make, path);
  while (first.step < 13) first.train();
  second.net = first.net;
  second.step = first.step;
  while (second.step < last_step) second.train();
  second.checkpoint.save();
  CHECK((content(path) != whole));
}

namespace {

/// A part of every kind.
struct Everything {
  Everything() {
    M << 1, 2, 3, -0.0, 5, std::numeric_limits<double>::denorm_min();
    by_rows << 1, 2, 3, 4, 5, 6;
    row << 1, std::numeric_limits<float>::infinity();
    labels << 3, -1, std::numeric_limits<int>::min();
    flags << true, false, true;
    gradient.theta().setConstant(std::numeric_limits<float>::quiet_NaN());
  }
  void clear() {
    whole = 0;
    largest = 0;
    flag = false;
    texts = {"x"};
    number = 0;
    single = 0;
    text = bytes = "";
    order = {1};
    unsigned_words = {};
    bits = {true};
    history = {};
    pair = {};
    M.resize(0, 0);
    by_rows.setZero();
    row.setZero();
    labels.resize(1);
    flags.setZero();
    gradient.set_zero();
    guard.restore(0, 0);
  }
  Checkpoint checkpoint(const fs::path& path) {
    Checkpoint run(path);
    run.keep("whole", whole);
    run.keep("largest", largest);
    run.keep("flag", flag);
    run.keep("number", number);
    run.keep("single", single);
    run.keep("text", text);
    run.keep("bytes", bytes);
    run.keep("texts", texts);
    run.keep("order", order);
    run.keep("unsigned-words", unsigned_words);
    run.keep("bits", bits);
    run.keep("history", history);
    run.keep("pair", pair);
    run.keep("M", M);
    run.keep("by_rows", by_rows);
    run.keep("row", row);
    run.keep("labels", labels);
    run.keep("flags", flags);
    run.keep("gradient", gradient);
    run.keep("guard", guard);
    return run;
  }

  Random random{1};
  using Cell = elman::RNNCell<float, 2, 3, 2>;
  Cell net{elman::init::standard(random)};
  decltype(std::declval<Cell&>().zero_gradient()) gradient = net.zero_gradient();
  optim::SkipNonFinite<optim::SGD<float, Cell::theta_size>> guard{optim::SGD{net}};
  std::int8_t whole = -128;
  std::uint64_t largest = ~std::uint64_t{0};
  bool flag = true;
  double number = std::bit_cast<double>(0xfff8000000001234U);  // a NaN with a sign and a payload
  float single = -0.0F;
  std::string text = std::string("größer\n\"\0 }", 13), bytes = "\xff\xfe";
  std::vector<std::string> texts{"\xff", "", "größer", ""};
  std::vector<Index> order{2, 0, -1};
  std::vector<std::uint64_t> unsigned_words{~std::uint64_t{0}, 0};
  std::vector<bool> bits{true, false, true};
  std::vector<double> history{0.1, std::numeric_limits<double>::infinity()};
  std::array<float, 2> pair{1e-45F, 3.4e38F};
  Eigen::MatrixXd M{2, 3};
  Eigen::Matrix<double, 2, Dynamic, Eigen::RowMajor> by_rows{2, 3};
  Eigen::RowVector2f row;
  Eigen::VectorXi labels{3};
  Eigen::Array<bool, 1, 3> flags;
};

}  // namespace

TEST_CASE("Every kind of part comes back with its bits, into what has another size too") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run", again = folder.path / "again";
  Everything all;
  all.guard.step(all.net, all.gradient);
  REQUIRE(all.guard.skipped_in_a_row() == 1);
  all.checkpoint(path).save();
  all.clear();
  all.checkpoint(again).save();
  REQUIRE((content(again) != content(path)));
  all.checkpoint(path).resume();
  all.checkpoint(again).save();
  CHECK((content(again) == content(path)));

  const Everything fresh;
  CHECK(all.whole == fresh.whole);
  CHECK(all.largest == fresh.largest);
  CHECK(all.flag);
  CHECK(std::bit_cast<std::uint64_t>(all.number) == std::bit_cast<std::uint64_t>(fresh.number));
  CHECK(std::bit_cast<std::uint32_t>(all.single) == std::bit_cast<std::uint32_t>(fresh.single));
  CHECK(all.text == fresh.text);
  CHECK(all.bytes == fresh.bytes);
  CHECK(all.texts == fresh.texts);
  CHECK(all.order == fresh.order);
  CHECK(all.unsigned_words == fresh.unsigned_words);
  CHECK(all.bits == fresh.bits);
  CHECK(all.history == fresh.history);
  CHECK(all.pair == fresh.pair);
  CHECK((all.M.rows() == 2 && all.M == fresh.M));
  CHECK(all.by_rows == fresh.by_rows);
  CHECK(all.row == fresh.row);
  CHECK(all.labels == fresh.labels);
  CHECK((all.flags == fresh.flags).all());
  CHECK(all.guard.skipped() == 1);
  CHECK(all.guard.skipped_in_a_row() == 1);
}

namespace {

/// Of one's own, on the base of ours.
struct MeanOptions {
  double learning_rate = 1e-2;
  double share = 0.5;
};
struct MeanState {
  explicit MeanState(Index count) : mean(static_cast<std::size_t>(count)) {}
  auto vectors() const { return std::tie(mean); }

  Index steps = 0;
  std::vector<double> mean;
};
class MeanDescent : public optim::OptimizerBase<MeanDescent, double, MeanOptions, MeanState> {
  using Base = optim::OptimizerBase<MeanDescent, double, MeanOptions, MeanState>;

 public:
  static constexpr std::string_view name = "MeanDescent";

  template <class Model>
  MeanDescent(const Model& model, const MeanOptions& options)
      : Base(options, MeanState(elman::parameter_count(model))) {}
  elman::FormOptions form() const { return {"MeanDescent", {{"share", options().share}}}; }

  template <class Model, class Gradient>
  static void update(const MeanOptions& options, MeanState& state, Model& model, const Gradient& gradient,
                     double learning_rate) {
    const auto rule = [&](double& theta, double g, double& mean) {
      mean += options.share * (g - mean);
      theta -= learning_rate * mean;
    };
    optim::update_parameters(rule, 0, model, gradient, state.mean);
  }
};

}  // namespace

TEST_CASE("An optimizer of one's own is known by the form that it gives") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  const auto make = [](Net& net) { return MeanDescent(net, {.share = 0.25}); };
  const auto make_another = [](Net& net) { return MeanDescent(net, {}); };
  CHECK((trained(path, make, {17}) == trained(path, make, {})));
  const std::string said = message([&] { Training<MeanDescent> another(make_another, path); });
  CHECK(said.starts_with(path.string() + ": \"optimizer\" is MeanDescent{.share = 0.25} of "));
  CHECK(said.find("; expected MeanDescent{.share = 0.5} of ") != std::string::npos);
}

TEST_CASE("What keeps its size is resumed where it is in memory") {
  const Folder folder("checkpoint");
  std::vector<double> list{1, 2};
  Eigen::VectorXd vector = Eigen::VectorXd::Ones(2);
  elman::RNNCell<double, Dynamic, Dynamic, Dynamic> net(40, 50, 4, elman::zero);
  auto state = net.initial_state(2);
  Checkpoint run(folder.path / "run");
  run.keep("list", list);
  run.keep("vector", vector);
  run.keep("net", net);
  run.keep("state", state);
  run.save();
  const double *const list_begin = list.data(), *const vector_begin = vector.data();
  const double *const net_begin = net.theta().data(), *const state_begin = state.h.data();
  list[1] = vector[1] = 5;
  net.theta().setOnes();
  state.h.setOnes();
  run.resume();
  CHECK(list[1] == 2);
  CHECK(vector[1] == 1);
  CHECK(list.data() == list_begin);
  CHECK(net.theta().isZero(0));
  CHECK(state.h.isZero(0));
  CHECK(vector.data() == vector_begin);
  CHECK(net.theta().data() == net_begin);
  CHECK(state.h.data() == state_begin);
}

namespace {

using Cell = elman::RNNCell<double, Dynamic, Dynamic, Dynamic>;

/// A small run, and what a file may hold instead of it.
struct Small {
  explicit Small(Index hidden = 3, const optim::AdamOptions& options = {}) : net(2, hidden, 2, elman::zero) {
    net.theta().setConstant(0.5);
    adam.emplace(net, options);
  }
  Checkpoint checkpoint(const fs::path& path) {
    Checkpoint run(path);
    run.keep("net", net);
    run.keep("adam", *adam);
    run.keep("plateau", plateau);
    run.keep("random", random);
    run.keep("epoch", epoch);
    run.keep("order", order);
    return run;
  }

  Cell net;
  std::optional<optim::Adam<double>> adam;
  optim::ReduceOnPlateau plateau{{}};
  Random random{5};
  std::int8_t epoch = 12;
  std::vector<int> order{1, 0};
};

}  // namespace

TEST_CASE("Groups are known by their names, decays and what is fixed; their learning rates are the program's") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  const Small own;
  const auto keep = [&](std::vector<optim::ParameterGroup> groups, const auto& run) {
    optim::Grouped grouped{*own.adam, own.net, std::move(groups)};
    Checkpoint checkpoint(path);
    checkpoint.keep("adam", grouped);
    run(grouped, checkpoint);
  };
  const auto save = [&](auto& grouped, Checkpoint& checkpoint) {
    Cell net = own.net;
    auto gradient = net.zero_gradient();
    gradient.theta().setOnes();
    grouped.step(net, gradient);
    checkpoint.save();
  };
  keep({{.name = "b", .learning_rate = 0.5, .weight_decay = 0.25}, {.name = "V", .fixed = true}}, save);
  keep({{.name = "b", .learning_rate = 0.1, .weight_decay = 0.25}, {.name = "V", .fixed = true}},
       [](auto& grouped, Checkpoint& checkpoint) {
         checkpoint.resume();
         CHECK(grouped.state().steps == 1);
         CHECK(grouped.state().m[0] > 0.09);
       });
  const std::string adam =
      "elman::optim::Grouped of elman::optim::Adam{.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-08, .weight_decay = 0, "
      ".amsgrad = false} of 26 parameters in double and the groups ";
  const auto refuses = [&](std::vector<optim::ParameterGroup> groups, const std::string& text) {
    keep(std::move(groups), [&](auto& grouped, Checkpoint& checkpoint) {
      CHECK(message([&] { checkpoint.resume(); }) == path.string() + ": \"adam\" is " + adam +
                                                         "\"b\"{.weight_decay = 0.25} \"V\"{.fixed = true}; expected " +
                                                         adam + text);
      CHECK(grouped.state().steps == 0);
    });
  };
  refuses({{.name = "b", .weight_decay = 0.25}}, "\"b\"{.weight_decay = 0.25}");
  refuses({{.name = "b", .weight_decay = 0.25}, {.name = "V"}}, "\"b\"{.weight_decay = 0.25} \"V\"{}");
  refuses({{.name = "b", .weight_decay = 0.5}, {.name = "V", .fixed = true}},
          "\"b\"{.weight_decay = 0.5} \"V\"{.fixed = true}");
  refuses({{.name = "W", .weight_decay = 0.25}, {.name = "V", .fixed = true}},
          "\"W\"{.weight_decay = 0.25} \"V\"{.fixed = true}");
}

TEST_CASE("KeepOrthogonal is known by its matrices and what is in it") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run.checkpoint";
  Small own;
  const auto keep = [&](std::vector<std::string> names, const auto& run) {
    optim::KeepOrthogonal kept{*own.adam, own.net, std::move(names)};
    Checkpoint checkpoint(path);
    checkpoint.keep("adam", kept);
    run(checkpoint);
  };
  keep({"W"}, [](Checkpoint& checkpoint) { checkpoint.save(); });
  keep({"W"}, [](Checkpoint& checkpoint) { checkpoint.resume(); });
  keep({}, [&](Checkpoint& checkpoint) {
    const std::string adam =
        "elman::optim::KeepOrthogonal of elman::optim::Adam{.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-08, "
        ".weight_decay = 0, .amsgrad = false} of 26 parameters in double and the matrices";
    CHECK(message([&] { checkpoint.resume(); }) ==
          path.string() + ": \"adam\" is " + adam + " \"W\"; expected " + adam);
  });
}

TEST_CASE("A file that is not of this run is refused by name, and nothing is changed") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run", before = folder.path / "before", after = folder.path / "after";
  const std::string name = path.string();
  Small own;
  own.epoch = 99;
  own.checkpoint(before).save();
  const auto refusal = [&] {
    const std::string said = message([&] { own.checkpoint(path).resume(); });
    own.checkpoint(after).save();
    CHECK((content(after) == content(before)));
    return said;
  };
  const std::string net = "elman::Net<double, elman::Recurrence<2, ";
  const std::string options = "{.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-08, .weight_decay = 0, .amsgrad = ";

  CHECK(refusal() == name + ": is not there");

  Small wider(4);
  wider.checkpoint(path).save();
  CHECK(refusal().starts_with(name + ": \"net\" is " + net + "4, elman::Tanh>"));
  CHECK(refusal().find("; expected " + net + "3, elman::Tanh>") != std::string::npos);

  Small largest(3, {.amsgrad = true});
  largest.checkpoint(path).save();
  CHECK(refusal() == name + ": \"adam\" is elman::optim::Adam" + options +
                         "true} of 26 parameters in double; expected elman::optim::Adam" + options +
                         "false} of 26 parameters in double");

  Small other;
  optim::SGD sgd{other.net};
  const auto save_others = [&](auto& optimizer, auto& epoch, bool has_order, bool has_more) {
    Checkpoint run(path);
    run.keep("net", other.net);
    run.keep("adam", optimizer);
    run.keep("plateau", other.plateau);
    run.keep("random", other.random);
    run.keep("epoch", epoch);
    if (has_order) run.keep("order", other.order);
    double more = 1;
    if (has_more) run.keep("more", more);
    run.save();
  };
  save_others(sgd, other.epoch, true, false);
  CHECK(refusal().starts_with(name + ": \"adam\" is elman::optim::SGD{.momentum = 0, .dampening = 0, "));
  save_others(*other.adam, other.epoch, false, false);
  CHECK(refusal() == name +
                         ": does not hold \"order\"; it holds \"net\", \"adam\", \"plateau\", \"random\", "
                         "\"epoch\"");
  save_others(*other.adam, other.epoch, true, true);
  CHECK(refusal() == name + ": holds \"more\", which is not kept; kept are net, adam, plateau, random, epoch, order");
  int large = 1000;
  save_others(*other.adam, large, true, false);
  CHECK(refusal() == name + ": \"epoch\" has value \"1000\"; expected whole numbers of its type");
  double half = 0.5;
  save_others(*other.adam, half, true, false);
  CHECK(refusal() == name + ": \"epoch\" is double; expected whole number");

  save_others(*other.adam, other.epoch, true, false);
  const std::string good = content(path);
  const auto with = [&](const std::string& from, const std::string& to) {
    REQUIRE(from.size() == to.size());
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    folder.write("run", text.replace(text.find(from), from.size(), to));
    return refusal();
  };
  CHECK(with(R"(\"value\":\"12\")", R"(\"value\":\"1x\")") ==
        name + ": \"epoch\" has value \"1x\"; expected whole numbers of its type");
  CHECK(with(R"(\"values\":\"1 0\")", R"(\"values\":\" 10\")").starts_with(name + ": \"order\" has values \" 10\"; "));
  CHECK(with(R"(\"steps\":\"0\")", R"(\"stops\":\"0\")").starts_with(name + ": \"adam\" is not as it was written: "));
  CHECK(with(R"(\"cooling\":\"0\")", R"(\"cooling\":\"x\")").starts_with(name + ": \"plateau\" has cooling \"x\"; "));
  CHECK(with(R"(\"cooling\":\"0\")", R"(\"cooling\":[\"0])").starts_with(name + ": metadata elman.checkpoint "));
  CHECK(with("elman.checkpoint", "elman.chequepoin") ==
        name + ": has no metadata elman.checkpoint: it is no checkpoint");
  CHECK(with("\"net.W\"", "\"net.X\"").starts_with(name + ": has no tensor \"net.W\"; it has "));
  const std::string words = elman::io::detail::whole_numbers_text<std::uint64_t>(other.random.state());
  std::string zeros = "0 0 0 ";
  zeros.append(words.size() - zeros.size(), '0');
  CHECK(with(words, zeros) == name +
                                  ": \"random\" is not as it was written: Random::from_state: state is all zero; "
                                  "expected at least one bit set");
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100}, good.size() - 1}) {
    folder.write("run", good.substr(0, size));
    CHECK(refusal().starts_with(name + ": "));
  }
  folder.write("run", good + "rest");
  CHECK(refusal().starts_with(name + ": "));

  folder.write("run", good);
  own.checkpoint(path).resume();
  CHECK(own.epoch == 12);
}

TEST_CASE("A net with other options is another, and what a file says of itself is printed with care") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  using Dropped = elman::Net<double, elman::Dropout<elman::Recurrence<2, 3>>, elman::Readout<3, 2>>;
  const auto run_of = [&](Dropped& net) {
    Checkpoint run(path);
    run.keep("net", net);
    return run;
  };
  Dropped own{elman::Dropout{elman::Recurrence<2, 3>(), {.rate = 0.5}}, {}, elman::zero};
  Dropped other{elman::Dropout{elman::Recurrence<2, 3>(), {.rate = 0.25}}, {}, elman::zero};
  run_of(other).save();
  const std::string said = message([&] { run_of(own).resume(); });
  CHECK(said.starts_with(path.string() + ": \"net\" is elman::Net<double, elman::Dropout<"));
  CHECK(said.find("with another form, {") != std::string::npos);
  CHECK(said.find("0.25") < said.find("; expected {"));
  CHECK(said.find("0.5,", said.find("; expected {")) != std::string::npos);

  std::string text = content(path);
  const std::string from = "Net<double, ", to = R"(N\\u001b[31m)";
  text.replace(text.find(from), from.size(), to);
  folder.write("run", text);
  CHECK(message([&] { run_of(own).resume(); }).starts_with(path.string() + ": \"net\" is elman::N?[31melman::"));
}

namespace {

/// What is made of parts: a net, numbers, lists, and another such.
struct Score {
  template <class Keep>
  void keep(Keep&& keep) {
    keep("right", right);
    keep(std::string("all"), all);
  }
  std::int64_t right = 3;
  std::vector<double> all{0.5, -0.0};
};
struct Compound {
  explicit Compound(Index hidden = 3) : net(2, hidden, 2, elman::zero) { net.theta().setConstant(0.25); }
  template <class Keep>
  void keep(Keep&& keep) {
    keep("net", net);
    keep("stopped", stopped);
    keep("score", score);
    keep(more, names);
  }
  Cell net;
  bool stopped = true;
  Score score;
  std::vector<std::string> names{"loss", "accuracy"};
  std::string more = "names";
};
/// Without parts.
struct Nothing {
  template <class Keep>
  void keep(Keep&&) {}
};

Checkpoint compound_run(const fs::path& path, Compound& compound, int& epoch) {
  Checkpoint run(path);
  run.keep("training", compound);
  run.keep("epoch", epoch);
  return run;
}

}  // namespace

TEST_CASE("What is made of parts is kept as a whole, part by part, and comes back with its bits") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run", again = folder.path / "again";
  Compound first, second;
  int epoch = 7;
  compound_run(path, first, epoch).save();
  second.net.theta().setZero();
  second.stopped = false;
  second.score = {5, {1, 2, 3}};
  second.names = {};
  epoch = 0;
  compound_run(path, second, epoch).resume();
  CHECK(second.net.theta() == first.net.theta());
  CHECK(second.stopped);
  CHECK(second.score.right == 3);
  CHECK(second.score.all == first.score.all);
  CHECK(second.names == first.names);
  CHECK(epoch == 7);
  compound_run(again, second, epoch).save();
  CHECK((content(again) == content(path)));

  // They are parts by these names, which another program may keep one by one.
  Checkpoint apart(path);
  apart.keep("training-net", second.net);
  apart.keep("training-stopped", second.stopped);
  apart.keep("training-score-right", second.score.right);
  apart.keep("training-score-all", second.score.all);
  apart.keep("training-names", second.names);
  apart.keep("epoch", epoch);
  apart.resume();
}

TEST_CASE("What is made of other parts is refused by their names, and nothing is changed") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  Compound own, other, wider(4);
  int epoch = 1;
  const auto refusal = [&] {
    own.net.theta().setZero();
    epoch = 9;
    const std::string said = message([&] { compound_run(path, own, epoch).resume(); });
    CHECK(own.net.theta().isZero(0));
    CHECK(epoch == 9);
    return said;
  };
  other.more = "labels";
  compound_run(path, other, epoch).save();
  CHECK(refusal() == path.string() +
                         ": holds \"training-labels\", which is not kept; kept are training-net, training-stopped, "
                         "training-score-right, training-score-all, training-names, epoch");
  Checkpoint fewer(path);
  fewer.keep("training", other.score);
  fewer.save();
  CHECK(refusal() == path.string() +
                         ": holds \"training-right\", which is not kept; kept are training-net, training-stopped, "
                         "training-score-right, training-score-all, training-names, epoch");
  compound_run(path, wider, epoch).save();
  CHECK(refusal().starts_with(path.string() + ": \"training-net\" is elman::Net<double, elman::Recurrence<2, 4, "));

  // What cannot be kept as a whole is not kept in part.
  Checkpoint run(path);
  Nothing nothing;
  run.keep("nothing", nothing);
  run.keep("training-score-all", epoch);
  CHECK(message([&] { run.keep("training", own); }) ==
        "Checkpoint::keep: name \"training-score-all\" is taken; expected another");
  own.more = "";
  CHECK(message([&] { run.keep("second", own); }) ==
        "Checkpoint::keep: a part of \"second\" has no name; expected letters, digits, _ and -");
  own.more = "a b";
  CHECK(message([&] { run.keep("second", own); }) ==
        "Checkpoint::keep: name is \"second-a b\"; expected letters, digits, _ and -");
  epoch = 5;
  run.save();
  epoch = 0;
  Checkpoint alone(path);
  alone.keep("training-score-all", epoch);
  alone.resume();
  CHECK(epoch == 5);
}

TEST_CASE("A list of texts that was tampered with is refused") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  std::vector<std::string> texts{"ab", "cde"};
  Checkpoint run(path);
  run.keep("texts", texts);
  run.save();
  const std::string good = content(path), sizes = R"(\"sizes\":\"2 3\")";
  for (const auto& [to, said] : {std::pair<std::string, std::string>("2 2", "has 1 bytes in none of its texts"),
                                 {"3 3", "has a text of 3 bytes behind its end"}}) {
    std::string text = good;
    REQUIRE(text.find(sizes) != std::string::npos);
    folder.write("run", text.replace(text.find(sizes), sizes.size(), R"(\"sizes\":\")" + to + R"(\")"));
    CHECK(message([&] { run.resume(); }) == path.string() + ": \"texts\" " + said);
    CHECK(texts.size() == 2);
  }
}

TEST_CASE("A learning rate is the program's, and may be another when a training is resumed") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  Small first(3, {.learning_rate = 0.1}), second(3, {.learning_rate = 0.2});
  first.adam->step(first.net, first.net.zero_gradient());
  first.checkpoint(path).save();
  second.checkpoint(path).resume();
  CHECK(second.adam->options().learning_rate == 0.2);
  CHECK(second.adam->state().steps == 1);
}

TEST_CASE("A net that is lost does not replace one that is not, unless that is asked for") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  Small own;
  own.checkpoint(path).save();
  const std::string good = content(path);
  own.net.W()(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(message([&] { own.checkpoint(path).save(); }) ==
        "Checkpoint::save: net.W(2, 1) is nan; expected a finite number, or that .non_finite is asked for; the file is "
        "left as it was");
  CHECK((content(path) == good));

  Checkpoint all(path, {.non_finite = true}), finite(path);
  all.keep("net", own.net);
  finite.keep("net", own.net);
  all.save();
  own.net.theta().setConstant(1);
  CHECK(message([&] { finite.resume(); }) == path.string() +
                                                 ": tensor \"net.W\" has nan at [2, 1]; expected a finite "
                                                 "number, or that .non_finite is asked for");
  CHECK(own.net.theta().sum() == 26);
  all.resume();
  CHECK(own.net.W()(2, 1) != own.net.W()(2, 1));
}

TEST_CASE("What is wrong with a checkpoint itself is said at once") {
  const Folder folder("checkpoint");
  CHECK(message([] { Checkpoint run(""); }) == "Checkpoint: path is empty; expected that of a file");
  Checkpoint run(folder.path / "run");
  int epoch = 0;
  run.keep("epoch", epoch);
  CHECK(message([&] { run.keep("epoch", epoch); }) == "Checkpoint::keep: name \"epoch\" is taken; expected another");
  for (const std::string name : {"", "a.b", "\xc3\xa4", "__metadata__"}) {
    CHECK(message([&] { run.keep(name, epoch); }) ==
          "Checkpoint::keep: name is \"" + name + "\"; expected letters, digits, _ and -");
  }
  CHECK_FALSE(run.exists());
  CHECK(message([&] { run.resume(); }) == run.path().string() + ": is not there");
  run.save();
  CHECK(run.exists());
  CHECK(run.path() == folder.path / "run");

  const Checkpoint missing(folder.path / "missing" / "run"), here(folder.path);
  CHECK_FALSE(missing.exists());
  CHECK(message([&] { missing.save(); }) == missing.path().string() + ": cannot be written: No such file or directory");
  CHECK(message([&] { here.save(); }) == folder.path.string() + ": is a folder; expected a file");
}

TEST_CASE("A text is read before there is anything to resume") {
  const Folder folder("checkpoint");
  const auto path = folder.path / "run";
  std::string setting = "--hidden \xff";
  int epoch = 3;
  Checkpoint run(path);
  run.keep("setting", setting);
  run.keep("epoch", epoch);
  run.save();
  CHECK(Checkpoint(path).text("setting") == setting);
  CHECK(message([&] { (void)Checkpoint(path).text("settings"); }) ==
        path.string() + ": does not hold \"settings\"; it holds \"setting\", \"epoch\"");
  CHECK(message([&] { (void)Checkpoint(path).text("epoch"); }).starts_with(path.string() + ": \"epoch\" is "));
}

TEST_CASE("A checkpoint stays in the folder in which it was made") {
  const Folder folder("checkpoint");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  int epoch = 4;
  Checkpoint run("run");
  run.keep("epoch", epoch);
  fs::current_path(before);
  run.save();
  CHECK(fs::exists(folder.path / "run"));
  epoch = 0;
  run.resume();
  CHECK(epoch == 4);
}

#if ELMAN_IO_POSIX

namespace {

/// A net, what Adam has made of it and a list, in each of which every number is the count of steps: what is not whole
/// would show.
struct Marked {
  explicit Marked(const fs::path& path) : run(path) {
    run.keep("net", net);
    run.keep("step", step);
    run.keep("list", list);
    run.keep("best", best);
  }
  void train() {
    ++step;
    net.theta().setConstant(static_cast<double>(step));
    best.theta().setConstant(static_cast<double>(step));
    std::fill(list.begin(), list.end(), static_cast<double>(step));
  }
  bool is_whole() const {
    const auto mark = static_cast<double>(step);
    return (net.theta().array() == mark).all() && (best.theta().array() == mark).all() &&
           std::all_of(list.begin(), list.end(), [&](double number) { return number == mark; });
  }

  Cell net{20, 80, 20, elman::zero}, best = net;
  std::vector<double> list = std::vector<double>(2'000);
  std::int64_t step = 0;
  Checkpoint run;
};

/// Trains and saves until it is killed, and reports where it begins and each step that has been saved.
[[noreturn]] void train_for_ever(const fs::path& path, int report) {
  try {
    Marked marked(path);
    if (marked.run.exists()) marked.run.resume();
    while (::write(report, &marked.step, sizeof marked.step) == sizeof marked.step) {
      marked.train();
      marked.run.save();
    }
    ::_exit(2);
  } catch (...) {
    ::_exit(3);
  }
}

}  // namespace

TEST_CASE("A writer that is killed at 200 random moments never loses the last good checkpoint") {
  using Clock = std::chrono::steady_clock;
  const Folder folder("checkpoint");
  const auto path = folder.path / "run", part = folder.path / "run.part";
  Random random{17};
  Marked marked(path);
  marked.run.save();
  const auto begin = Clock::now();
  for (int k = 0; k < 3; ++k) marked.run.save();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();  // of three
  const double longest = std::clamp(seconds, 2e-3, 100e-3);
  REQUIRE(fs::file_size(path) > 100'000);

  int cut = 0;
  for (int kill = 0; kill < 200; ++kill) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) train_for_ever(path, ends[1]);
    ::close(ends[1]);
    std::int64_t reported = -1, step = 0;
    REQUIRE(::read(ends[0], &reported, sizeof reported) == sizeof reported);
    REQUIRE(reported == marked.step);
    ::usleep(static_cast<useconds_t>(1e6 * random.uniform(0, longest)));
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (::read(ends[0], &step, sizeof step) == sizeof step) reported = step;
    ::close(ends[0]);
    cut += fs::exists(part) ? 1 : 0;

    marked.run.resume();
    REQUIRE(marked.is_whole());
    REQUIRE(marked.step >= reported);
    REQUIRE(marked.step <= reported + 1);
  }
  CHECK(cut > 0);
  marked.train();
  marked.run.save();
  CHECK_FALSE(fs::exists(part));
  Marked next(path);
  next.run.resume();
  CHECK(next.is_whole());
  CHECK(next.step == marked.step);
}

#endif
