// SPDX-License-Identifier: MIT
//
// Nets of Keras' layers compute what they computed in TensorFlow.js (tests/reference/keras_nets.js), under whichever
// names Keras' versions give to variables, and what does not fit is named.
#include "elman/io/keras.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "elman/elman.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "unit/io/foreign_nets.hpp"

using elman::Bidirectional;
using elman::Embedding;
using elman::every_step;
using elman::Identity;
using elman::last_step;
using elman::Net;
using elman::NoBias;
using elman::NoReadout;
using elman::NothingBetween;
using elman::Readout;
using elman::Recurrence;
using elman::ReLU;
using elman::Stacked;
using elman::zero;
using elman::io::load_keras;
using elman::io::save_keras;
using foreign::columns;
using foreign::expect_refusal;
using foreign::Tensors;

namespace {

using Two = Net<float, Stacked<Recurrence<3, 5>, Recurrence<5, 4>>, Readout<4, 2, Identity>>;
using Both =
    Net<float, Stacked<Bidirectional<Recurrence<3, 4>>, Bidirectional<Recurrence<8, 5>>>, Readout<10, 2, Identity>>;
using Tokens = Net<float, Stacked<Embedding<7, 3>, Recurrence<3, 5, ReLU, NothingBetween, NoBias>>,
                   Readout<5, 4, Identity, NoBias>>;

std::filesystem::path file_of(const std::string& name) { return foreign::reference("keras", name); }

/// How far what is read of a net lies from TensorFlow.js', number by number.
template <class N, class X, class Read>
double error_of_run(const N& net, const X& x, const Read& read, const std::string& name) {
  elman::io::TensorReader runs(file_of("runs"));
  auto tape = net.tape();
  net.forward(x, tape, read);
  return (tape.y().template cast<double>() - columns(runs, name + ".y")).cwiseAbs().maxCoeff();
}
Eigen::MatrixXf x_of(const std::string& name) {
  elman::io::TensorReader runs(file_of("runs"));
  return columns(runs, name + ".x").cast<float>();
}

}  // namespace

TEST_CASE("weights of Keras' layers give Keras' outputs") {
  SECTION("two layers that return sequences, and Dense") {
    Two net{zero};
    load_keras(file_of("stacked"), net);
    CHECK(error_of_run(net, x_of("stacked"), every_step, "stacked") < 1e-6);
  }
  SECTION("Bidirectional upon Bidirectional, the last step") {
    Both net{zero};
    load_keras(file_of("bidirectional"), net, {.rnn = {"lower", "upper"}, .readout = "out"});
    CHECK(error_of_run(net, x_of("bidirectional"), last_step, "bidirectional") < 1e-6);
  }
  SECTION("Embedding of tokens, relu, no biases") {
    Tokens net{zero};
    load_keras(file_of("tokens"), net);
    std::vector<std::vector<int>> tokens(1);
    const Eigen::MatrixXf x = x_of("tokens");
    for (const float token : x.reshaped()) tokens.front().push_back(static_cast<int>(token));
    CHECK(error_of_run(net, elman::pack(tokens), last_step, "tokens") < 1e-6);
  }
}

TEST_CASE("nets go through Keras' layout bit for bit, as variables that Keras has names and shapes for") {
  const Folder folder("keras-round");
  const auto path = folder.path / "net.safetensors";
  const auto check = [&](auto net, const elman::io::KerasSaveOptions& saved) {
    net = foreign::randomised(net, 3);
    save_keras(path, net, saved);
    auto again = net;
    again.set_zero();
    load_keras(path, again, {.rnn = saved.rnn, .readout = saved.readout});
    CHECK(foreign::same_bits(again, net));
    return Tensors(path).shapes;
  };
  CHECK(check(Two{zero}, {}) == Tensors(file_of("stacked")).shapes);
  CHECK(check(Tokens{zero}, {}).at("embedding/embeddings") == std::vector<elman::Index>{7, 3});
  CHECK(check(Both{zero}, {.rnn = {"lower", "upper"}, .readout = "out"}).size() == 14);
  const auto numbered = check(Both{zero}, {.rnn = "rnn"});
  CHECK(check(Both{zero}, {.rnn = "rnn_9"}).contains("rnn_10/forward_simple_rnn/kernel"));
  CHECK(numbered.at("rnn/forward_simple_rnn/kernel") == std::vector<elman::Index>{3, 4});
  CHECK(numbered.at("rnn_1/backward_simple_rnn/recurrent_kernel") == std::vector<elman::Index>{5, 5});
  const auto mixed = check(
      Net<double, Stacked<Recurrence<2, 3>, Bidirectional<Recurrence<3, 4>>, Recurrence<8, 5>>, NoReadout<5>>{zero},
      {});
  CHECK(mixed.contains("simple_rnn/kernel"));
  CHECK(mixed.contains("bidirectional/backward_simple_rnn/bias"));
  CHECK(mixed.contains("simple_rnn_1/kernel"));
}

TEST_CASE("names of Keras 2 and 3 are found, within a model too") {
  const Folder folder("keras-names");
  Two expected{zero};
  load_keras(file_of("stacked"), expected);
  for (const auto& [before, between, behind] :
       {std::array{"", "simple_rnn_cell_3/", ":0"}, std::array{"sequential/", "simple_rnn_cell/", ""}}) {
    CAPTURE(before, between, behind);
    Tensors tensors(file_of("stacked")), renamed = tensors;
    renamed.clear();
    for (const auto& [name, numbers] : tensors) {
      const auto slash = name.find('/');
      const bool is_recurrent = name.starts_with("simple_rnn");
      renamed[before + name.substr(0, slash + 1) + (is_recurrent ? between : "") + name.substr(slash + 1) + behind] =
          numbers;
    }
    Two net{zero};
    load_keras(renamed.write<float>(folder), net);
    CHECK(foreign::same_bits(net, expected));
  }
}

TEST_CASE("a parameter of an activation, which Keras has not, is refused") {
  const Folder folder("keras-activation");
  const std::string message = "the net has layer1.beta, a parameter of its activation; Keras has not";
  const elman::Net<float,
                   elman::Stacked<elman::Recurrence<2, 3, elman::HardTanh>, elman::Recurrence<3, 4, elman::ModReLU>>,
                   elman::Readout<4, 2>>
      net{zero};
  CHECK(foreign::message_of([&] { save_keras(folder.path / "net", net); }) == "io::save_keras: " + message);
  CHECK_FALSE(std::filesystem::exists(folder.path / "net"));
  auto loaded = net;
  CHECK(foreign::message_of([&] { load_keras(file_of("stacked"), loaded); }) == "io::load_keras: " + message);
  save_keras(folder.path / "net", elman::RNNCell<float, 2, 3, 1, elman::HardTanh>{zero});
  CHECK(std::filesystem::exists(folder.path / "net"));
}

TEST_CASE("what of Keras' weights does not fit is named, and the net stays as it was") {
  const Folder folder("keras-refused");
  const auto net = foreign::randomised(Two{zero}, 5);
  const auto load = [](const std::string& path, const elman::io::KerasLoadOptions& options = {}) {
    return [=](auto& to) { load_keras(path, to, options); };
  };
  const auto refused = [&](const auto& change, const std::string& message,
                           const elman::io::KerasLoadOptions& options = {}) {
    Tensors tensors(file_of("stacked"));
    change(tensors);
    const std::string path = tensors.write<float>(folder);
    expect_refusal(net, load(path, options), path + ": " + message);
  };
  refused([](Tensors& all) { all["simple_rnn_1/recurrent_kernel"].setZero(4, 16); },
          "tensor \"simple_rnn_1/recurrent_kernel\" has shape [4, 16], 4 times 4, which is that of an LSTM; expected "
          "that of a simple recurrence");
  refused([](Tensors& all) { all["simple_rnn/kernel"].setZero(5, 3); },
          "tensor \"simple_rnn/kernel\" has shape [5, 3]; expected [3, 5]");
  refused([](Tensors& all) { all.erase("simple_rnn_1/bias"); },
          "has no tensor \"simple_rnn_1/bias\", the net's layer1.b: a layer with no_bias has none");
  refused([](Tensors& all) { all.erase("dense/kernel"); },
          "has no tensor \"dense/kernel\"; it has dense/bias, simple_rnn/bias, simple_rnn/kernel, "
          "simple_rnn/recurrent_kernel, simple_rnn_1/bias, simple_rnn_1/kernel, simple_rnn_1/recurrent_kernel");
  refused([](Tensors& all) { all["simple_rnn_2/recurrent_kernel"].setZero(4, 4); },
          "has a tensor \"simple_rnn_2/recurrent_kernel\", which no part of the net takes; a net of more layers would");
  refused([](Tensors& all) { all["embedding/embeddings"].setZero(9, 3); },
          "has a tensor \"embedding/embeddings\", which no part of the net takes; a net with Embedding<9, 3> at the "
          "bottom would");
  refused([](Tensors& all) { all["norm/gamma"].setZero(9, 1); },
          "has a tensor \"norm/gamma\", which no part of the net takes; with .others it may be there");
  refused(
      [](Tensors& all) {
        all["a/dense/kernel"] = all["b/dense/kernel"] = all["dense/kernel"];
        all.erase("dense/kernel");
      },
      "has two tensors for the kernel of \"dense\": \"a/dense/kernel\" and \"b/dense/kernel\"; expected the layer's "
      "name with what stands before it in one of them");
  const auto both = file_of("bidirectional").string();
  const elman::io::KerasLoadOptions names{.rnn = {"lower", "upper"}, .readout = "out"};
  expect_refusal(net, load(both, names),
                 both + ": has no tensor \"lower/kernel\", the net's layer0.U: the file's layer is Bidirectional");
  const auto forwards = file_of("stacked").string();
  expect_refusal(Both{zero}, load(forwards, {.rnn = "simple_rnn"}),
                 forwards +
                     ": has no tensor \"simple_rnn/forward_simple_rnn/kernel\", the net's layer0.forwards.U: "
                     "the file's layer is forwards alone");
  expect_refusal(net, load(forwards, {.rnn = {"a", "b", "c"}}),
                 "io::load_keras: rnn has 3 names; expected 2, as the net has layers, or 1, or none");

  Tensors tensors(file_of("stacked"));
  tensors["norm/gamma"].setZero(9, 1);
  Two loaded{zero}, expected{zero};
  load_keras(tensors.write<float>(folder), loaded, {.others = true});
  load_keras(file_of("stacked"), expected);
  CHECK(foreign::same_bits(loaded, expected));
  Net<float, Stacked<Recurrence<3, 5>, Recurrence<5, 4>>, NoReadout<4>> body{zero};
  expect_refusal(body, load(forwards),
                 forwards +
                     ": has a tensor \"dense/kernel\", which no part of the net takes; a net with Readout<4, 2> "
                     "would");
  load_keras(forwards, body, {.others = true});
  CHECK(body.matrix("layer1.W") == expected.matrix("layer1.W"));
}
