// SPDX-License-Identifier: MIT
//
// Nets of PyTorch compute what they computed there (tests/reference/torch_nets.py), and what does not fit is named.
#include "elman/io/torch.hpp"

#include <filesystem>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "unit/io/foreign_nets.hpp"

using elman::Bidirectional;
using elman::Dropout;
using elman::Dynamic;
using elman::Embedding;
using elman::every_step;
using elman::Identity;
using elman::Index;
using elman::last_step;
using elman::LearnedStart;
using elman::Net;
using elman::NoBias;
using elman::NoReadout;
using elman::NothingBetween;
using elman::Readout;
using elman::Recurrence;
using elman::ReLU;
using elman::Repeated;
using elman::RNNCell;
using elman::Stacked;
using elman::Tanh;
using elman::zero;
using elman::io::load_torch;
using elman::io::save_torch;
using foreign::columns;
using foreign::expect_refusal;
using foreign::message_of;
using foreign::Tensors;

namespace {

template <int In>
using ReLUBoth = Bidirectional<Recurrence<In, 4, ReLU, NothingBetween, NoBias>>;
using ThreeReLU = Net<double, Stacked<ReLUBoth<3>, ReLUBoth<8>, ReLUBoth<8>>, NoReadout<8>>;
using Both = Net<double, Bidirectional<Recurrence<3, 4>>, Readout<8, 2, Identity>>;
using Cell = RNNCell<float, 3, 5, 2, Tanh, Identity>;
using Layers = Net<double, Repeated<Recurrence<>>, Readout<Dynamic, Dynamic, Identity>>;
using TwoModules =
    Net<double, Stacked<Bidirectional<Recurrence<2, 3>>, Dropout<Recurrence<6, 5>>>, Readout<5, 4, Identity, NoBias>>;
using Tokens = Net<float, Stacked<Embedding<7, 3>, Recurrence<3, 5>>, Readout<5, 4, Identity>>;

std::filesystem::path file_of(const std::string& name) { return foreign::reference("torch", name); }

/// How far what is read of a net lies from PyTorch's, number by number.
template <class N, class X, class Read>
double error_of_run(const N& net, const X& x, const Read& read, const std::string& expected) {
  elman::io::TensorReader runs(file_of("runs"));
  auto tape = net.tape();
  net.forward(x, tape, read);
  return (tape.y().template cast<double>() - columns(runs, expected)).cwiseAbs().maxCoeff();
}
Eigen::MatrixXd x_of(const std::string& name) {
  elman::io::TensorReader runs(file_of("runs"));
  return columns(runs, name + ".x");
}

Layers layers(Index depth) {
  return Layers(Repeated{Recurrence<>(2, 5), Recurrence<>(5, 5), depth}, Readout<Dynamic, Dynamic, Identity>(5, 3),
                zero);
}
Cell cell() { return Cell{zero}; }

}  // namespace

TEST_CASE("state dicts of PyTorch give PyTorch's outputs") {
  SECTION("RNN, in float") {
    Cell net{zero};
    load_torch(file_of("rnn"), net, {.rnn = "rnn", .readout = "fc"});
    CHECK(error_of_run(net, x_of("rnn").cast<float>().eval(), every_step, "rnn.y") < 1e-6);
  }
  SECTION("three layers, bidirectional, relu, without a bias; the last step is h_n and not output[-1]") {
    ThreeReLU net{zero};
    load_torch(file_of("relu"), net, {.rnn = "encoder.rnn"});
    CHECK(error_of_run(net, x_of("relu"), every_step, "relu.y") < 1e-12);
    elman::io::TensorReader runs(file_of("runs"));
    auto tape = net.tape();
    net.forward(x_of("relu"), tape, last_step);
    const Eigen::VectorXd last = tape.y(), output = columns(runs, "relu.y").rightCols(1);
    CHECK((last - columns(runs, "relu.last")).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((tape.last_h() - columns(runs, "relu.h_n")).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((last.head(4) - output.head(4)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((last.tail(4) - output.tail(4)).cwiseAbs().maxCoeff() > 1e-3);
  }
  SECTION("Embedding, of tokens") {
    Tokens net{zero};
    load_torch(file_of("tokens"), net);
    std::vector<std::vector<int>> tokens(1);
    const Eigen::MatrixXd x = x_of("tokens");
    for (const double token : x.reshaped()) tokens.front().push_back(static_cast<int>(token));
    CHECK(error_of_run(net, elman::pack(tokens), last_step, "tokens.y") < 1e-6);
  }
  SECTION("RNNCell") {
    RNNCell<double, 2, 4, 3, Tanh, Identity> net{zero};
    load_torch(file_of("cells"), net, {.rnn = "cell", .readout = "out"});
    CHECK(error_of_run(net, x_of("cells"), every_step, "cells.y") < 1e-12);
  }
  SECTION("two layers, a depth known at run time") {
    Layers net = layers(2);
    load_torch(file_of("layers"), net);
    CHECK(error_of_run(net, x_of("layers"), every_step, "layers.y") < 1e-12);
  }
  SECTION("two modules, one upon the other") {
    TwoModules net{zero};
    load_torch(file_of("two_modules"), net, {.rnn = {"lower", "upper"}});
    CHECK(error_of_run(net, x_of("two_modules"), every_step, "two_modules.y") < 1e-12);
  }
  SECTION("packed sequences of many lengths") {
    Both net{zero};
    load_torch(file_of("ragged"), net);
    const Eigen::MatrixXd x = x_of("ragged");
    const std::vector<Eigen::MatrixXd> sequences{x.leftCols(4), x.middleCols(4, 1), x.rightCols(6)};
    CHECK(error_of_run(net, elman::pack(sequences), last_step, "ragged.y") < 1e-12);
  }
}

TEST_CASE("nets go through PyTorch's layout bit for bit, as tensors that PyTorch has names and shapes for") {
  const Folder folder("torch-round");
  const auto path = folder.path / "net.safetensors";
  const auto check = [&](auto net, const elman::io::TorchSaveOptions& saved, const std::string& reference) {
    CAPTURE(reference);
    net = foreign::randomised(net, 3);
    net.theta()(net.theta().size() - 1) = -0.0F;
    save_torch(path, net, saved);
    auto again = net;
    again.set_zero();
    load_torch(path, again, {.rnn = saved.rnn, .readout = saved.readout});
    CHECK(foreign::same_bits(again, net));
    CHECK(Tensors(path).shapes == Tensors(file_of(reference)).shapes);
    for (const auto& [name, numbers] : Tensors(path)) {
      if (name.find("bias_hh") != std::string::npos) CHECK(numbers.isZero(0));
    }
  };
  check(Cell{zero}, {}, "rnn");
  check(ThreeReLU{zero}, {.rnn = "encoder.rnn"}, "relu");
  check(Tokens{zero}, {}, "tokens");
  check(RNNCell<double, 2, 4, 3>{zero}, {.rnn = "cell", .readout = "out", .cells = true}, "cells");
  check(layers(2), {}, "layers");
  check(TwoModules{zero}, {.rnn = {"lower", "upper"}}, "two_modules");
  check(Both{zero}, {}, "ragged");
}

TEST_CASE("a bias that is minus zero stays so through PyTorch's two biases") {
  const Folder folder("torch-zero");
  const auto path = folder.path / "net.safetensors";
  Cell net{zero};
  net.b().setConstant(-0.0F);
  save_torch(path, net);
  auto again = foreign::randomised(net, 1);
  load_torch(path, again);
  CHECK(foreign::same_bits(again, net));
}

TEST_CASE("PyTorch's two biases are summed in double and rounded once") {
  const Folder folder("torch-sum");
  Tensors tensors(file_of("layers"));
  tensors["rnn.bias_ih_l0"].setConstant(1 + 0x1p-24);
  tensors["rnn.bias_hh_l0"].setConstant(0x1p-50);
  const std::string path = tensors.write<double>(folder);
  Net<float, Repeated<Recurrence<>>, Readout<>> net(Repeated{Recurrence<>(2, 5), Recurrence<>(5, 5), 2},
                                                    Readout<>(5, 3), zero);
  load_torch(path, net, {.convert = true});
  CHECK(net.matrix("layer0.b")(0, 0) == 1 + 0x1p-23F);  // 1 + 2^-24 alone, and each part alone, round to 1
}

TEST_CASE("the state dict of one module alone has no prefix, and a dot behind a prefix may be there") {
  const Folder folder("torch-prefix");
  const auto path = folder.path / "net.safetensors";
  const Net<float, Recurrence<3, 5>, NoReadout<5>> net =
      foreign::randomised(Net<float, Recurrence<3, 5>, NoReadout<5>>{zero}, 4);
  for (const std::string saved : {"", "model.rnn."}) {
    CAPTURE(saved);
    save_torch(path, net, {.rnn = saved});
    CHECK(Tensors(path).contains(saved + "weight_ih_l0"));
    auto again = net;
    again.set_zero();
    load_torch(path, again, {.rnn = saved.empty() ? "" : "model.rnn"});
    CHECK(foreign::same_bits(again, net));
  }
}

TEST_CASE("what only training draws is no hindrance") {
  const Folder folder("torch-noise");
  const auto path = folder.path / "net.safetensors";
  const auto noisy = Recurrence<3, 5, Tanh, elman::RecurrentNoise, NoBias>({.recurrent_dropout = 0.5});
  const auto net = foreign::randomised(
      Net<float, Dropout<std::remove_const_t<decltype(noisy)>>, NoReadout<5>>{Dropout{noisy}, NoReadout<5>{}, zero}, 6);
  save_torch(path, net);
  Net<float, Recurrence<3, 5, Tanh, NothingBetween, NoBias>, NoReadout<5>> plain{zero};
  load_torch(path, plain);
  CHECK(plain.theta() == net.theta());
}

TEST_CASE("what of a state dict does not fit is named, and the net stays as it was") {
  const Folder folder("torch-refused");
  const auto net = foreign::randomised(cell(), 5);
  const auto load = [](const std::string& path) { return [=](auto& to) { load_torch(path, to); }; };
  const auto refused = [&](const auto& change, const std::string& message) {
    Tensors tensors(file_of("rnn"));
    change(tensors);
    const std::string path = tensors.write<float>(folder);
    expect_refusal(net, load(path), path + ": " + message);
  };
  refused(
      [](Tensors& all) {
        all["rnn.weight_ih_l0"].setZero(20, 3);
        all["rnn.weight_hh_l0"].setZero(20, 5);
      },
      "tensor \"rnn.weight_hh_l0\" has shape [20, 5], 4 times 5, which is that of an LSTM; expected that of a simple "
      "recurrence");
  refused([](Tensors& all) { all["rnn.weight_hh_l0"].setZero(21, 7); },
          "tensor \"rnn.weight_hh_l0\" has shape [21, 7], 3 times 7, which is that of a GRU; expected that of a simple "
          "recurrence");
  refused([](Tensors& all) { all.erase("rnn.weight_ih_l0"); },
          "has no tensor \"rnn.weight_ih_l0\"; it has fc.bias, fc.weight, rnn.bias_hh_l0, rnn.bias_ih_l0, "
          "rnn.weight_hh_l0");
  refused([](Tensors& all) { all.erase("rnn.bias_hh_l0"); },
          "has no tensor \"rnn.bias_hh_l0\", the net's b: a layer with no_bias has none");
  refused([](Tensors& all) { all.erase("fc.bias"); },
          "has no tensor \"fc.bias\", the net's c: a Readout with no_bias has none");
  refused([](Tensors& all) { all["rnn.weight_ih_l1"].setZero(5, 5); },
          "has a tensor \"rnn.weight_ih_l1\", which no part of the net takes; a net of more layers would");
  refused([](Tensors& all) { all["rnn.weight_hh_l0_reverse"].setZero(5, 5); },
          "has a tensor \"rnn.weight_hh_l0_reverse\", which no part of the net takes; a net with Bidirectional layers "
          "would");
  refused([](Tensors& all) { all["embedding.weight"].setZero(9, 3); },
          "has a tensor \"embedding.weight\", which no part of the net takes; a net with Embedding<9, 3> at the bottom "
          "would");
  refused([](Tensors& all) { all["norm.weight"].setZero(9, 1); },
          "has a tensor \"norm.weight\", which no part of the net takes; with .others it may be there");
  refused([](Tensors& all) { all["rnn.weight_ih_l0"].setZero(5, 4); },
          "tensor \"rnn.weight_ih_l0\" has shape [5, 4]; expected [5, 3]");
  refused([](Tensors& all) { all["rnn.weight_ih_l0"](1, 2) = std::numeric_limits<double>::quiet_NaN(); },
          "tensor \"rnn.weight_ih_l0\" has nan at [1, 2]; expected a finite number, or that .non_finite is asked for");
  refused(
      [](Tensors& all) {
        all["rnn.bias_ih_l0"](1, 0) = all["rnn.bias_hh_l0"](1, 0) = double{(std::numeric_limits<float>::max)()};
      },
      "rnn.bias_ih_l0[1] + rnn.bias_hh_l0[1] is 6.805646932770577e+38; expected a number that the net can hold");
  const std::string doubles = Tensors(file_of("rnn")).write<double>(folder);
  expect_refusal(net, load(doubles),
                 doubles + ": tensor \"rnn.weight_ih_l0\" has dtype F64; expected F32, or that .convert is asked for");
  const auto path = file_of("layers").string();
  expect_refusal(layers(3), load(path),
                 path + ": has recurrent layers: 2 in \"rnn\"; expected 3 in all, as the net has");
  const auto forwards = file_of("cells").string();
  expect_refusal(
      Net<double, Bidirectional<Recurrence<2, 4>>, Readout<8, 3>>{zero},
      [&](auto& to) { load_torch(forwards, to, {.rnn = "cell", .readout = "out"}); },
      forwards +
          ": has no tensor \"cell.weight_ih_reverse\", the net's backwards.U: the file's layer is "
          "forwards alone");
  expect_refusal(Net<float, Recurrence<3, 5>, NoReadout<5>>{zero}, load(file_of("rnn").string()),
                 file_of("rnn").string() +
                     ": has a tensor \"fc.weight\", which no part of the net takes; a net with Readout<5, 2> would");
}

TEST_CASE("tensors of other modules are passed over when that is asked for, those of layers that the net lacks not") {
  const Folder folder("torch-others");
  Net<float, Recurrence<3, 5>, NoReadout<5>> body{zero};
  load_torch(file_of("rnn"), body, {.others = true});
  Cell whole{zero};
  load_torch(file_of("rnn"), whole);
  CHECK(body.U() == whole.U());
  Tensors tensors(file_of("rnn"));
  tensors["rnn.weight_ih_l1"].setZero(5, 5);
  const std::string path = tensors.write<float>(folder);
  expect_refusal(
      whole, [&](auto& to) { load_torch(path, to, {.others = true}); },
      path +
          ": has a tensor \"rnn.weight_ih_l1\", which no part of the net takes; a net of more layers "
          "would");
}

TEST_CASE("nets that PyTorch does not have are refused with what it lacks, and no file is written") {
  const Folder folder("torch-lacks");
  const auto path = folder.path / "net.safetensors";
  const auto refused = [&](const auto& net, const std::string& message,
                           const elman::io::TorchSaveOptions& options = {}) {
    CHECK(message_of([&] { save_torch(path, net, options); }) == "io::save_torch: " + message);
    CHECK_FALSE(std::filesystem::exists(path));
  };
  refused(
      Net<float, LearnedStart<Recurrence<2, 3>>, NoReadout<3>>{zero},
      "the net has a learned h0, which is an argument there; a net without LearnedStart has the same other weights; "
      "PyTorch's RNN has not");
  const elman::EncoderDecoder both{Recurrence{2, 3}, Recurrence{4, 3}};
  const Net<float, elman::EncoderDecoder<Recurrence<>, Recurrence<>>, Readout<>> translator{both, {3, 2}, zero};
  CHECK(message_of([&] { save_torch(path, translator); }).starts_with("io::save_torch: the net has an EncoderDecoder"));
  auto zones = Recurrence{2, 3, {.zoneout = 0.1}};
  refused(Net<float, decltype(zones), NoReadout<>>{zones, NoReadout<>(3), zero},
          "the net has zoneout, by which a trained net computes too; PyTorch's RNN has not");
  refused(Net<float, Stacked<Recurrence<2, 3>, Embedding<3, 4>, Recurrence<4, 3>>, NoReadout<3>>{zero},
          "the net has an Embedding between other layers; PyTorch's RNN has not");
  refused(Net<float, Recurrence<2, 3, Identity>, NoReadout<3>>{zero},
          "activation is elman::Identity; PyTorch's RNN has tanh and relu");
  refused(Net<float, Recurrence<2, 3, elman::ModReLU>, NoReadout<3>>{zero},
          "activation is elman::ModReLU; PyTorch's RNN has tanh and relu");
  const Net<float, Stacked<Recurrence<2, 3>, Recurrence<3, 4>>, NoReadout<4>> widths{zero};
  refused(widths,
          "layer1.U and layer0.U are of layers with different numbers of hidden units, which one RNN of PyTorch has "
          "not; give .rnn a name for each");
  refused(
      Net<float, Bidirectional<Recurrence<2, 3>, Recurrence<2, 4>>, NoReadout<7>>{zero},
      "backwards.U and forwards.U are of layers with different numbers of hidden units, which one RNN of PyTorch has "
      "not");
  refused(widths, "rnn has 3 names; expected 2, as the net has layers, or 1", {.rnn = {"a", "b", "c"}});
  refused(widths, "rnn has 1 names; expected 2, as the net has layers", {.rnn = "a", .cells = true});
  refused(Net<float, Bidirectional<Recurrence<2, 3>>, NoReadout<6>>{zero},
          "cells is true; expected false for a net with Bidirectional layers", {.cells = true});
  Cell net = cell();
  net.W()(2, 1) = std::numeric_limits<float>::infinity();
  refused(net, "W(2, 1) is inf; expected a finite number");
  save_torch(path, net, {.non_finite = true});
  Cell again = cell();
  load_torch(path, again, {.non_finite = true});
  CHECK(foreign::same_bits(again, net));
}
