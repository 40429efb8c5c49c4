// SPDX-License-Identifier: MIT
//
// Nets in files: every composition of the law-suite, what goes with a net, and what is refused.
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/safetensors.hpp"
#include "laws/law_compositions.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/support.hpp"

using namespace elman;

template <>
struct elman::CppName<laws::Softsign> {
  static constexpr const char* value = "laws::Softsign";
};

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The message of a fault of a file, or "" if there is none.
template <class Function>
std::string fault_of(const Function& function) {
  try {
    function();
  } catch (const std::runtime_error& fault) {
    return fault.what();
  }
  return {};
}

void fill(auto& net, Random& random) {
  for (Index k = 0; k < net.theta().size(); ++k) {
    net.theta()(k) = static_cast<typename std::remove_cvref_t<decltype(net)>::Scalar>(random.normal());
  }
}

/// save → load → save gives the same bytes, into a net of the sizes and into a new one.
template <class Net>
void check_round_trip(Net net, const Folder& folder) {
  Random random(3);
  fill(net, random);
  const auto first = folder.path / "first", second = folder.path / "second";
  io::save(first, net);
  auto same_sizes = net;
  same_sizes.theta().setZero();
  io::load(first, same_sizes);
  CHECK(same_sizes.theta() == net.theta());
  const auto loaded = io::load<Net>(first);
  CHECK(loaded.theta() == net.theta());
  CHECK(form_of(loaded.body()) == form_of(net.body()));
  io::save(second, loaded);
  CHECK(bytes_of(second) == bytes_of(first));
  io::TensorReader file(first);
  net.for_each([&](const std::string& name, const auto& view) {
    CHECK(file.matrix<typename Net::Scalar>(name) == view);
    CHECK(file.at(name).shape.size() == (view.ColsAtCompileTime == 1 ? 1U : 2U));
  });
  CHECK(file.tensors().size() > 0);
}

template <class... Compositions>
void check_round_trips() {
  const Folder folder("io-net");
  Random random(7);
  const auto each = [&](const auto& composition) {
    using Composition = std::remove_cvref_t<decltype(composition)>;
    for (int k = 0; k < 3; ++k) check_round_trip(Composition::template make<Softmax>(random), folder);
  };
  (each(Compositions{}), ...);
  check_round_trip(laws::ThreeStacked::make<Identity>(random).cast<float>(), folder);
  check_round_trip(laws::DeepTranslator::make<Sigmoid>(random).cast<float>(), folder);
}

}  // namespace

TEST_CASE("save, load and save again gives the same bytes, for every composition") {
  using namespace laws;
  check_round_trips<ThreeStacked, WithoutBias, Activations, RepeatedBothWays, OutputsAlone, BothWays, NestedBothWays,
                    FixedBothWays, laws::Tokens, TokensBothWays, EmbeddedColumns, LearnedStarts, LearnedInPart,
                    Translator, DeepTranslator, Noisy, NoisyBothWays, Leaks, LeaksBothWays>();
}

namespace {

/// h = σ(g a), with an option of its own.
struct SteepTanh {
  double gain = 1;

  template <class Scalar>
  Scalar value(const Scalar& a) const {
    return Tanh{}.value(static_cast<Scalar>(gain) * a);
  }
  template <class Scalar>
  Scalar slope(const Scalar& h) const {
    return static_cast<Scalar>(gain) * (Scalar(1) - h * h);
  }
  FormOptions form() const { return {"own::SteepTanh", {{"gain", gain}}}; }
  static SteepTanh from(const FormOptions& options) { return {options.number("gain")}; }
};

template <int Rows = Dynamic>
struct Gain : StatelessLayer<Gain<Rows>, Rows, Rows> {
  explicit Gain(Index rows) : Gain::Base({"Gain"}, rows, rows) {}

  static constexpr int parameter_size = Rows;
  template <class Cursor>
  struct Part {
    typename Cursor::Vector g;
    void for_each(const auto& visit) { visit("g", g); }
  };
  template <class Cursor>
  Part<Cursor> take(Cursor& cursor) const {
    return {cursor.vector(this->out())};
  }
  void apply(const auto& part, const auto& x, auto y) const { y = part.g.asDiagonal() * x; }
  void apply_bptt(const auto& part, const auto& x, const auto& d_y, auto d_part, auto d_x) const {
    d_part.g += d_y.cwiseProduct(x).rowwise().sum();
    if (d_x.data()) d_x = part.g.asDiagonal() * d_y;
  }
  Form form() const { return {.name = "own::Gain", .sizes = {this->out()}}; }
};

}  // namespace

template <>
struct elman::CppName<SteepTanh> {
  static constexpr const char* value = "own::SteepTanh";
};

TEST_CASE("layers, activations and their options of one's own are kept") {
  const Folder folder("io-own");
  using Body = Stacked<Gain<>, Recurrence<Dynamic, Dynamic, SteepTanh>>;
  using Own = Net<double, Body, Readout<Dynamic, Dynamic, Identity>>;
  Own net(Body(Gain<>(3), Recurrence<Dynamic, Dynamic, SteepTanh>(3, 5, {}, SteepTanh{1.75})), {5, 2}, elman::zero);
  check_round_trip(net, folder);
  io::save(folder.path / "net", net);
  CHECK(io::load<Own>(folder.path / "net").body().layer<1>().activation().gain == 1.75);
  Own other(Body(Gain<>(3), Recurrence<Dynamic, Dynamic, SteepTanh>(3, 5, {}, SteepTanh{2})), {5, 2}, elman::zero);
  CHECK(fault_of([&] { io::load(folder.path / "net", other); }).find("with other options") != std::string::npos);
  const std::string good = bytes_of(folder.path / "net");
  Own endless(Body(Gain<>(3), Recurrence<Dynamic, Dynamic, SteepTanh>(3, 5, {}, SteepTanh{INFINITY})), {5, 2},
              elman::zero);
  const std::string refused = "Form: own::SteepTanh has .gain = inf; expected a finite number";
  expect_error([&] { io::save(folder.path / "net", endless); }, refused);
  expect_error([&] { (void)cpp_header(endless, "net"); }, refused);
  CHECK(bytes_of(folder.path / "net") == good);
}

TEST_CASE("a file whose activation has an option out of range is refused") {
  const Folder folder("io-activation");
  const auto path = folder.path / "net";
  using Sloped = RNNCell<float, 3, 4, 2, LeakyReLU>;
  io::save(path, Sloped(Recurrence<3, 4, LeakyReLU>({.negative_slope = 0.25}), {}, elman::zero));
  CHECK(io::load<Sloped>(path).activation().negative_slope == 0.25);
  std::string bytes = bytes_of(path);
  const auto place = bytes.find("0.25");
  REQUIRE(place != std::string::npos);
  std::ofstream(path, std::ios::binary) << bytes.replace(place, 4, "0.00");
  CHECK(fault_of([&] { (void)io::load<Sloped>(path); }).find("LeakyReLU: negative_slope is 0; expected in (0, 1]") !=
        std::string::npos);
}

TEST_CASE("a net of another composition, size, option or scalar is refused by both names, and nothing changes") {
  const Folder folder("io-other");
  const std::string path = (folder.path / "net").string();
  Random random(1);
  using Cell = RNNCell<float, Dynamic, Dynamic, Dynamic>;
  io::save(path, Cell(2, 3, 4, init::standard(random)));
  const std::string held = path +
                           ": holds elman::Net<float, elman::Recurrence<2, 3, elman::Tanh>, elman::Readout<3, 4, "
                           "elman::Softmax>>; expected ";
  const auto refused = [&](auto net, const std::string& expected) {
    fill(net, random);
    const auto before = net;
    CHECK(fault_of([&] { io::load(path, net); }) == held + expected);
    CHECK(net.theta() == before.theta());
  };
  refused(Cell(2, 4, 4, elman::zero),
          "elman::Net<float, elman::Recurrence<2, 4, elman::Tanh>, elman::Readout<4, 4, elman::Softmax>>");
  refused(RNNCell<float, 2, 3, 4, ReLU>(elman::zero),
          "elman::Net<float, elman::Recurrence<2, 3, elman::ReLU>, elman::Readout<3, 4, elman::Softmax>>");
  refused(RNNCell<float, 2, 3, 4, Tanh, Sigmoid>(elman::zero),
          "elman::Net<float, elman::Recurrence<2, 3, elman::Tanh>, elman::Readout<3, 4, elman::Sigmoid>>");
  refused(RNNCell<double, 2, 3, 4>(elman::zero),
          "elman::Net<double, elman::Recurrence<2, 3, elman::Tanh>, elman::Readout<3, 4, elman::Softmax>>, or that "
          ".convert is asked for");
  refused(Net<float, Bidirectional<Recurrence<2, 3>>, Readout<6, 4>>(elman::zero),
          "elman::Net<float, elman::Bidirectional<elman::Recurrence<2, 3, elman::Tanh>, elman::Recurrence<2, 3, "
          "elman::Tanh>>, elman::Readout<6, 4, elman::Softmax>>");

  const auto not_new = [&](const std::string& fault, const std::string& expected) {
    CHECK(fault.substr(0, held.size()) == held);
    CHECK(fault.find(expected, held.size()) != std::string::npos);
  };
  not_new(fault_of([&] { (void)io::load<Net<float, Bidirectional<Recurrence<>>, Readout<>>>(path); }),
          "elman::Bidirectional<elman::Recurrence<Dynamic, Dynamic");
  not_new(fault_of([&] { (void)io::load<Net<float, Recurrence<Dynamic, Dynamic, ReLU>, Readout<>>>(path); }),
          "elman::ReLU");
  not_new(fault_of([&] { (void)io::load<Net<float, Recurrence<5, Dynamic>, Readout<>>>(path); }),
          "In is 2; expected 5");
  CHECK(fault_of([&] { (void)io::load<RNNCell<double, 2, 3, 4>>(path); }).find(".convert") != std::string::npos);
}

TEST_CASE("a float file is a double net and the other way round when asked for, rounded once") {
  const Folder folder("io-convert");
  const auto path = folder.path / "net";
  Random random(2);
  RNNCell<double, 3, 5, 2> cell(init::standard(random));
  io::save(path, cell);
  const io::NumberOptions convert{.convert = true};
  CHECK(io::load<RNNCell<float, 3, 5, 2>>(path, convert).theta() == cell.cast<float>().theta());
  io::save(path, cell.cast<float>());
  CHECK(io::load<RNNCell<double, 3, 5, 2>>(path, convert).theta() == cell.cast<float>().cast<double>().theta());
  cell.W()(2, 1) = 1e39;
  io::save(path, cell);
  CHECK(fault_of([&] { (void)io::load<RNNCell<float, 3, 5, 2>>(path, convert); }) ==
        path.string() + ": tensor \"W\" has 1e+39 at [2, 1]; expected a number that a float can hold");
}

TEST_CASE("weights that are not finite are neither saved nor loaded unless asked for") {
  const Folder folder("io-finite");
  const auto path = folder.path / "net";
  Random random(2);
  RNNCell<float, 3, 5, 2> cell(init::standard(random));
  io::save(path, cell);
  const std::string good = bytes_of(path);
  for (const float value : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()}) {
    auto bad = cell;
    bad.V()(1, 4) = value;
    CHECK(error_of([&] { io::save(path, bad); }).substr(0, 20) == "io::save: V(1, 4) is");
    CHECK(bytes_of(path) == good);
    const auto bad_path = folder.path / "bad";
    io::save(bad_path, bad, {}, {.non_finite = true});
    auto into = cell;
    into.theta().setConstant(0.25F);  // nothing of U, W and b, which are right and lie in front, is taken
    CHECK(fault_of([&] { io::load(bad_path, into); }).find("tensor \"V\" has ") != std::string::npos);
    CHECK((into.theta().array() == 0.25F).all());
    io::load(bad_path, into, {.non_finite = true});
    CHECK(into.V()(0, 0) == bad.V()(0, 0));
    CHECK(!(into.V()(1, 4) - into.V()(1, 4) == 0));
  }
}

TEST_CASE("texts and tensors go with a net, and come back as they were") {
  const Folder folder("io-attached");
  const auto path = folder.path / "net";
  Random random(4);
  const RNNCell<float, 3, 5, 2> cell(init::standard(random));
  Attachments attached;
  attached.strings = {{"classes", {"ja", "naïve", ""}},
                      {"alphabet", {"abc"}},
                      {"one list", {"[\"a\"]"}},
                      {"nothing", {}},
                      {"list", {"[1, 2]"}},
                      {"empty", {""}}};
  attached.tensors = {{"mean", Eigen::VectorXd::LinSpaced(3, 0.1, 0.3)},
                      {"turn", Eigen::MatrixXd::Random(2, 4)},
                      {"row", Eigen::MatrixXd::Random(1, 3)},
                      {"one", Eigen::MatrixXd::Constant(1, 1, 1e-300)}};
  io::save(path, cell, attached);
  CHECK(io::attachments(path) == attached);
  CHECK(io::load<RNNCell<float, 3, 5, 2>>(path).theta() == cell.theta());
  const auto loaded = io::attachments(path);
  CHECK(loaded.string_of("alphabet") == "abc");
  CHECK(loaded.strings_of("classes").size() == 3);
  CHECK(loaded.tensor_of("turn").cols() == 4);
  expect_error([&] { (void)loaded.string_of("classes"); },
               "Attachments::string_of: name is \"classes\", which has 3 strings; expected one");
  expect_error([&] { (void)loaded.tensor_of("deviation"); },
               "Attachments: name is \"deviation\"; expected one of its tensors: mean, one, row, turn");
  const std::string good = bytes_of(path);
  expect_error(
      [&] {
        io::save(path, cell, {.strings = {{"elman.net", {"x"}}}});
      },
      "io::save: strings has the name \"elman.net\"; expected none that begins with elman.");
  expect_error(
      [&] {
        io::save(path, cell, {.strings = {{"text", {"\xff"}}}});
      },
      "io::save: strings \"text\" is not UTF-8");
  expect_error(
      [&] {
        io::save(path, cell, {.tensors = {{"m", Eigen::MatrixXd::Constant(1, 1, NAN)}}});
      },
      "io::save: tensors \"m\" has nan; expected finite numbers");
  CHECK(bytes_of(path) == good);
}

TEST_CASE("a file of named tensors alone is a net of these, if all fit") {
  const Folder folder("io-plain");
  const auto path = folder.path / "net";
  Random random(4);
  RNNCell<float, 3, 5, 2> cell(init::standard(random)), into(elman::zero);
  const auto write = [&](const std::string& without, const std::string& extra) {
    io::TensorWriter file;
    cell.for_each([&](const std::string& name, const auto& view) {
      if (name != without) file.add(name, ConstMatrixView<float>(view));
    });
    const Eigen::MatrixXf more = Eigen::MatrixXf::Ones(2, 2);
    if (!extra.empty()) file.add(extra, more);
    file.metadata["format"] = "np";
    file.write(path);
  };
  write("", "");
  io::load(path, into);
  CHECK(into.theta() == cell.theta());
  CHECK(io::attachments(path).string_of("format") == "np");
  into.set_zero();
  CHECK(fault_of([&] { (void)io::load<RNNCell<float, 3, 5, 2>>(path); }).find("has no metadata elman.net") !=
        std::string::npos);
  write("W", "");
  CHECK(fault_of([&] { io::load(path, into); }) == path.string() + ": has no tensor \"W\"; it has U, b, V, c");
  write("", "Z");
  CHECK(fault_of([&] { io::load(path, into); }).find("has a tensor \"Z\", which elman::Net<float") !=
        std::string::npos);
  CHECK(into.theta().isZero(0));
}

TEST_CASE("a file says of which net it is, before one is made") {
  const Folder folder("io-form");
  const auto path = folder.path / "net";
  Random random(1);
  io::save(path, RNNCell<float, 2, 3, 4>(init::standard(random)));
  CHECK(io::form(path).text() ==
        "elman::Net<float, elman::Recurrence<2, 3, elman::Tanh>, elman::Readout<3, 4, elman::Softmax>>");
  CHECK(io::form(path).body.size_at(1) == 3);
  io::TensorWriter file;
  const Eigen::MatrixXf W = Eigen::MatrixXf::Ones(2, 2);
  file.add("W", W);
  file.write(path);
  CHECK(fault_of([&] { (void)io::form(path); }) ==
        path.string() + ": has no metadata elman.net, which says what net it is");
}

TEST_CASE("a net and the names of its classes, by relative paths") {
  const Folder folder("io-readme");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  Random random(1);
  elman::RNNCell<float, 4, 32, 4> cell{init::standard(random)};
  elman::io::save("first.safetensors", cell, {.strings = {{"classes", {"north", "east", "south", "west"}}}});
  const auto net = elman::io::load<elman::RNNCell<float, 4, 32, 4>>("first.safetensors");
  const auto classes = elman::io::attachments("first.safetensors").strings_of("classes");
  std::filesystem::current_path(before);
  CHECK(net.theta() == cell.theta());
  CHECK(classes == std::vector<std::string>{"north", "east", "south", "west"});
}
