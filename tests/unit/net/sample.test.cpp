// SPDX-License-Identifier: MIT
#include "elman/net/sample.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "elman/cell.hpp"
#include "elman/init/by_part.hpp"
#include "support/catch.hpp"
#include "support/nets.hpp"
#include "support/support.hpp"

using elman::generate;
using elman::greedy;
using elman::Index;
using elman::Random;
using elman::Sampler;
using elman::SamplerOptions;

namespace {

using Tokens = std::vector<Index>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Eigen::VectorXd logits(std::initializer_list<double> values) {
  return Eigen::Map<const Eigen::VectorXd>(values.begin(), static_cast<Index>(values.size()));
}

/// How often each token comes in `draws` draws.
template <class O>
Eigen::VectorXd counts(const SamplerOptions& options, const O& o, int draws, std::uint64_t seed) {
  Sampler sampler(options);
  Random random{seed};
  Eigen::VectorXd result = Eigen::VectorXd::Zero(o.size());
  for (int k = 0; k < draws; ++k) ++result(sampler(o, random));
  return result;
}

/// The tokens that come in 400 draws: each of at least 1/20 is missing with probability below 2e-9.
template <class O>
std::set<Index> drawn(const SamplerOptions& options, const O& o) {
  const Eigen::VectorXd all = counts(options, o, 400, 3);
  std::set<Index> result;
  for (Index k = 0; k < all.size(); ++k) {
    if (all(k) > 0) result.insert(k);
  }
  return result;
}

/// Token k is followed by k + 1, the last by 0.
template <int Size>
auto counting_net() {
  elman::RNNCell<double, Size, Size, Size, elman::Identity> net{elman::zero};
  for (Index k = 0; k < Size; ++k) net.U()((k + 1) % Size, k) = 1;
  net.V().setIdentity();
  return net;
}

using Cell = elman::RNNCell<double, 6, 8, 6>;

/// A net in which what comes next depends on all that came before.
Cell any_net() {
  Random random{4};
  Cell net{elman::zero};
  nets::randomise(net, 2.0, random);
  net.V() *= 4;
  return net;
}

}  // namespace

TEST_CASE("greedy is the largest logit, the first of equals") {
  CHECK(greedy(logits({-3, 2, 1})) == 1);
  CHECK(greedy(logits({5})) == 0);
  CHECK(greedy(logits({0, 7, 7, 7})) == 1);
  CHECK(greedy(Eigen::VectorXf::Constant(37, 2.5f)) == 0);
  CHECK(greedy(logits({-infinity, -infinity, -1e30})) == 2);
  CHECK(greedy(logits({-1e30, 1e30, infinity})) == 2);
  CHECK(greedy(-logits({1, 0, 2})) == 1);  // an expression
  const Eigen::RowVector3f row(0, 1, 3);
  CHECK(greedy(row.transpose()) == 2);
}

TEST_CASE("greedy and a Sampler see NaN at every place, and among whichever numbers") {
  Random random{5};
  const auto check = [&](auto scalar) {
    using Scalar = decltype(scalar);
    using Logits = elman::Vector<Scalar, elman::Dynamic>;
    Sampler sampler({.top_k = 3});
    for (int run = 0; run < 300; ++run) {
      Logits o(1 + random.below(70));
      for (Scalar& logit : o) logit = static_cast<Scalar>(random.normal());
      if (random.below(2)) o(random.below(o.size())) = static_cast<Scalar>(random.below(2) ? infinity : -infinity);
      const Index place = random.below(o.size());
      o(place) = static_cast<Scalar>(random.below(2) ? not_a_number : -not_a_number);
      const Random before = random;
      expect_error([&] { greedy(o); }, "greedy: logit " + std::to_string(place) + " is nan; expected a number");
      CHECK(error_of([&] { sampler(o, random); }).ends_with("nan; expected a finite number"));
      CHECK(random == before);
    }
  };
  check(float{});
  check(double{});
  expect_error([] { greedy(Eigen::VectorXd()); }, "greedy: logits has 0 rows; expected at least 1");
  expect_error([&] { Sampler()(Eigen::VectorXd(), random); }, "Sampler: logits has 0 rows; expected at least 1");
}

TEST_CASE("a Sampler's frequencies are softmax(o / temperature)") {
  const Eigen::VectorXd o = logits({0.3, -1, 1.2, 0, 0.9});
  constexpr int draws = 40'000;
  constexpr double quantile = 18.47;  // 99.9 % of chi-square of 4 degrees of freedom
  for (const double temperature : {0.5, 1.0, 2.5}) {
    const Eigen::ArrayXd weights = (o.array() / temperature).exp();
    const Eigen::ArrayXd expected = draws * weights / weights.sum();
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(temperature, seed);
      const Eigen::ArrayXd got = counts({.temperature = temperature}, o, draws, seed);
      CHECK(((got - expected).square() / expected).sum() < quantile);
    }
  }
  // The same distribution of what top_k and top_p leave: softmax of tokens 2, 4, 0, then of 2 and 4.
  const auto of_few = [&](const SamplerOptions& options, const Tokens& left, double bound) {
    double sum = 0;
    for (const Index k : left) sum += std::exp(o(k));
    const Eigen::VectorXd got = counts(options, o, draws, 5);
    double chi_square = 0, all = 0;
    for (const Index k : left) {
      const double expected = draws * std::exp(o(k)) / sum;
      chi_square += (got(k) - expected) * (got(k) - expected) / expected;
      all += got(k);
    }
    CHECK(all == draws);
    CHECK(chi_square < bound);
  };
  of_few({.top_k = 3}, {2, 4, 0}, 13.82);  // 2 degrees of freedom
  of_few({.top_p = 0.5}, {2, 4}, 10.83);   // 1 degree of freedom
}

TEST_CASE("a Sampler of a low temperature is greedy") {
  const Eigen::VectorXd o = logits({0, -1, 0.001, -20});
  CHECK(drawn({.temperature = 1e-6}, o) == std::set<Index>{2});
  CHECK(drawn({.temperature = 1e-300}, o) == std::set<Index>{2});
  CHECK(drawn({.temperature = 5e-324}, o) == std::set<Index>{2});  // differences over it overflow
  CHECK(drawn({.temperature = 1e300}, o) == std::set<Index>{0, 1, 2, 3});
}

TEST_CASE("top_k leaves the k most probable tokens, the lower ones of equals") {
  const Eigen::VectorXd o = logits({0.1, 0.5, 0, 0.3, 0.2});
  CHECK(drawn({.top_k = 1}, o) == std::set<Index>{1});
  CHECK(drawn({.top_k = 2}, o) == std::set<Index>{1, 3});
  CHECK(drawn({.top_k = 4}, o) == std::set<Index>{0, 1, 3, 4});
  for (const Index all : {Index{0}, Index{5}, Index{6}, std::numeric_limits<Index>::max()}) {
    CHECK(drawn({.top_k = all}, o) == std::set<Index>{0, 1, 2, 3, 4});
  }
  const Eigen::VectorXd ties = logits({-1, 2, 2, -1, 2, -1});
  CHECK(drawn({.top_k = 2}, ties) == std::set<Index>{1, 2});
  CHECK(drawn({.temperature = 50, .top_k = 4}, ties) == std::set<Index>{0, 1, 2, 4});
}

TEST_CASE("top_p leaves the fewest most probable tokens that reach it") {
  const Eigen::VectorXd equal = logits({3, 3, 3, 3});  // of exactly 1/4 each
  CHECK(drawn({.top_p = 0.5}, equal) == std::set<Index>{0, 1});
  CHECK(drawn({.top_p = std::nextafter(0.5, 1)}, equal) == std::set<Index>{0, 1, 2});
  CHECK(drawn({.top_p = std::nextafter(0.5, 0)}, equal) == std::set<Index>{0, 1});
  CHECK(drawn({.top_p = 0.25}, equal) == std::set<Index>{0});
  CHECK(drawn({.top_p = 1e-300}, equal) == std::set<Index>{0});
  CHECK(drawn({.top_p = 1}, equal) == std::set<Index>{0, 1, 2, 3});

  const Eigen::VectorXd o = logits({std::log(0.1), std::log(0.5), std::log(0.15), std::log(0.25)});
  CHECK(drawn({.top_p = 0.49}, o) == std::set<Index>{1});
  CHECK(drawn({.top_p = 0.7}, o) == std::set<Index>{1, 3});
  CHECK(drawn({.top_p = 0.8}, o) == std::set<Index>{1, 2, 3});
  CHECK(drawn({.top_p = 0.95}, o) == std::set<Index>{0, 1, 2, 3});
  // The temperature comes first: at 2 the shares are 0.37, 0.26, 0.20, 0.17.
  CHECK(drawn({.temperature = 2, .top_p = 0.49}, o) == std::set<Index>{1, 3});
}

TEST_CASE("top_p is of what top_k has left") {
  const Eigen::VectorXd equal = logits({1, 1, 1, 1});
  CHECK(drawn({.top_k = 2, .top_p = 0.5}, equal) == std::set<Index>{0});
  CHECK(drawn({.top_k = 2, .top_p = 0.75}, equal) == std::set<Index>{0, 1});
  CHECK(drawn({.top_k = 3, .top_p = 1}, equal) == std::set<Index>{0, 1, 2});
}

TEST_CASE("a Sampler gives the same tokens again for the same seed and draws one number a token") {
  const Eigen::VectorXd o = logits({0, 0.5, 1, -0.5});
  for (const SamplerOptions& options : {SamplerOptions{}, SamplerOptions{.top_k = 3, .top_p = 0.9}}) {
    Sampler first(options), second(options);
    Random random{11}, same{11}, other{12}, counted{11};
    Tokens a, b, c;
    for (int k = 0; k < 100; ++k) {
      a.push_back(first(o, random));
      b.push_back(second(o, same));
      c.push_back(first(o, other));
      counted.uniform();
    }
    CHECK(a == b);
    CHECK(a != c);
    CHECK(random == counted);
  }
  CHECK(Sampler({.temperature = 0.5}).options().temperature == 0.5);
}

TEST_CASE("a Sampler goes from logits of one length to those of another") {
  Sampler sampler({.top_k = 2});
  Random random{1};
  for (int k = 0; k < 50; ++k) {
    CHECK(sampler(logits({0, 1, 2, 3, 4}), random) >= 3);
    CHECK(sampler(logits({1, 0}), random) <= 1);
    CHECK(sampler(logits({9}), random) == 0);
  }
}

TEST_CASE("a Sampler takes logits of any size and form, and minus infinity as never") {
  CHECK(drawn({}, logits({-1e30, 1e30, 0})) == std::set<Index>{1});
  CHECK(drawn({}, logits({-1e30, 1e30, 1e30})) == std::set<Index>{1, 2});
  const double most = std::numeric_limits<double>::max();
  CHECK(drawn({}, logits({most, -most, most})) == std::set<Index>{0, 2});
  CHECK(drawn({}, Eigen::Vector3f(1e30f, -1e30f, 1e30f)) == std::set<Index>{0, 2});
  CHECK(drawn({}, logits({-infinity, 0, -infinity, 0.5})) == std::set<Index>{1, 3});
  for (const SamplerOptions& options :
       {SamplerOptions{.top_k = 4}, SamplerOptions{.top_p = 0.999}, SamplerOptions{.temperature = 1e300}}) {
    CHECK(drawn(options, logits({-infinity, 0, -infinity, 0.5})) == std::set<Index>{1, 3});
  }
  CHECK(drawn({}, Eigen::RowVectorXd(logits({0, -infinity, 0}).transpose())) == std::set<Index>{0, 2});
  const Eigen::MatrixXf columns = Eigen::MatrixXf::Zero(3, 2);
  CHECK(drawn({}, columns.col(1)) == std::set<Index>{0, 1, 2});
  CHECK(drawn({}, logits({0, 1}) * 0.5) == std::set<Index>{0, 1});
}

TEST_CASE("a Sampler refuses logits without a largest number") {
  Sampler sampler({.top_k = 2, .top_p = 0.5});
  Random random{1};
  const Random before = random;
  const auto refuses = [&](const Eigen::VectorXd& o, const std::string& largest) {
    expect_error([&] { sampler(o, random); },
                 "Sampler: the largest logit is " + largest + "; expected a finite number");
  };
  refuses(logits({0, infinity, 1}), "inf");
  refuses(logits({-infinity, -infinity}), "-inf");
  refuses(logits({not_a_number, 0, 1}), "nan");
  refuses(logits({0, 1, not_a_number}), "nan");
  refuses(logits({0, 1, 2, 3, 4, 5, 6, not_a_number, 9}), "nan");
  expect_error([&] { Sampler()(Eigen::Vector3f(1, std::numeric_limits<float>::quiet_NaN(), 2), random); },
               "Sampler: the largest logit is nan; expected a finite number");
  CHECK(random == before);
}

TEST_CASE("a Sampler refuses options out of range") {
  const auto refuses = [](const SamplerOptions& options, const std::string& message) {
    expect_error([&] { Sampler{options}; }, "Sampler: " + message);
  };
  refuses(
      {.temperature = 0},
      "temperature is 0; expected above 0. The most probable token is elman::greedy(logits), and generate without a "
      "sampler picks it");
  refuses({.temperature = -0.5}, "temperature is -0.5; expected above 0 and finite");
  refuses({.temperature = not_a_number}, "temperature is nan; expected above 0 and finite");
  refuses({.temperature = infinity}, "temperature is inf; expected above 0 and finite");
  refuses({.top_k = -1}, "top_k is -1; expected at least 0");
  refuses({.top_p = 0}, "top_p is 0; expected in (0, 1]");
  refuses({.top_p = 1.1}, "top_p is 1.1; expected in (0, 1]");
  refuses({.top_p = -0.5}, "top_p is -0.5; expected in (0, 1]");
  refuses({.top_p = not_a_number}, "top_p is nan; expected in (0, 1]");
}

TEST_CASE("generate counts on with a net that counts") {
  const auto net = counting_net<7>();
  const auto from = [&](const Tokens& prefix, const elman::GenerateOptions& options) {
    auto state = net.initial_state();
    return generate(net, state, prefix, options);
  };
  CHECK(from({0}, {.length = 5}) == Tokens{1, 2, 3, 4, 5});
  CHECK(from({0}, {.length = 9}) == Tokens{1, 2, 3, 4, 5, 6, 0, 1, 2});
  CHECK(from({6, 1, 3}, {.length = 2}) == Tokens{4, 5});  // the prefix has no place in it
  CHECK(from({2}, {.length = 0}).empty());
  CHECK(from({0}, {.length = 100, .stop = 4}) == Tokens{1, 2, 3});  // nor has the stop
  CHECK(from({3}, {.length = 100, .stop = 4}).empty());
  CHECK(from({4}, {.length = 100, .stop = 4}) == Tokens{5, 6, 0, 1, 2, 3});  // the prefix may have it
  CHECK(from({0}, {.length = 3, .stop = 4}) == Tokens{1, 2, 3});
  CHECK(from({0}, {.length = 2, .stop = 4}) == Tokens{1, 2});
  CHECK(from({1}, {}).size() == 100);
  Sampler sampler({.temperature = 0.01});
  Random random{1};
  auto state = net.initial_state(1);  // a state of run-time width
  CHECK(generate(net, state, Tokens{0}, {.length = 4}, sampler, random) == Tokens{1, 2, 3, 4});
}

TEST_CASE("generate is step by step, through all of the prefix and each token chosen") {
  const Cell net = any_net();
  const Tokens prefix{3, 0, 5};
  auto state = net.initial_state(), expected_state = net.initial_state();
  Sampler sampler({.temperature = 0.7, .top_k = 5}), same({.temperature = 0.7, .top_k = 5});
  Random random{9}, same_random{9};
  const Tokens tokens = generate(net, state, prefix, {.length = 30}, sampler, random);
  for (const Index token : prefix) net.step(token, expected_state);
  Tokens expected;
  for (int k = 0; k < 30; ++k) {
    expected.push_back(same(expected_state.o, same_random));
    net.step(expected.back(), expected_state);
  }
  CHECK(tokens == expected);
  CHECK(std::set<Index>(tokens.begin(), tokens.end()).size() > 2);
  CHECK(state.h == expected_state.h);
  CHECK(state.o == expected_state.o);
  CHECK(random == same_random);
}

TEST_CASE("generate goes on where it ended: two calls are one longer one") {
  const Cell net = any_net();
  const auto both = [&](const auto& choose) {
    auto whole_state = net.initial_state(), state = net.initial_state();
    const Tokens whole = generate(net, whole_state, Tokens{2, 4}, {.length = 24}, choose(0));
    Tokens parts = generate(net, state, Tokens{2, 4}, {.length = 10}, choose(1));
    const Tokens rest = generate(net, state, {}, {.length = 14}, choose(1));
    parts.insert(parts.end(), rest.begin(), rest.end());
    CHECK(parts == whole);
    CHECK(state.h == whole_state.h);
  };
  both([](int) { return [](const auto& o) { return greedy(o); }; });
  Sampler sampler;
  Random randoms[2]{Random{6}, Random{6}};
  both([&](int which) { return [&, which](const auto& o) { return sampler(o, randoms[which]); }; });

  const auto counting = counting_net<5>();
  auto state = counting.initial_state();
  CHECK(generate(counting, state, Tokens{0}, {.length = 9, .stop = 3}) == Tokens{1, 2});
  CHECK(generate(counting, state, {}, {.length = 9, .stop = 3}).empty());  // it has not read the stop
  CHECK(generate(counting, state, {}, {.length = 2}) == Tokens{3, 4});
  CHECK(generate(counting, state, Tokens{1}, {.length = 1}) == Tokens{2});
}

TEST_CASE("generate refuses what does not fit and steps nothing") {
  const Cell net = any_net();
  auto state = net.initial_state();
  const auto before = state;
  const auto refuses = [&](const Tokens& prefix, const elman::GenerateOptions& options, const std::string& message) {
    expect_error([&] { generate(net, state, prefix, options); }, "generate: " + message);
    CHECK(state.h == before.h);
    CHECK(state.fresh(0));
  };
  refuses({}, {}, "prefix has 0 tokens; expected at least 1 to begin with");
  refuses({1}, {.length = -1}, "length is -1; expected at least 0");
  refuses({1, 6}, {}, "token 1 of prefix is 6; expected 0 <= token < In = 6");
  refuses({1, 2, -1}, {}, "token 2 of prefix is -1; expected 0 <= token < In = 6");
  auto two = net.initial_state(2);
  expect_error([&] { generate(net, two, Tokens{1}); }, "generate: state has 2 streams; expected 1");
  const elman::RNNCell<double, 3, 4, 2> uneven{elman::zero};
  auto its_state = uneven.initial_state();
  expect_error([&] { generate(uneven, its_state, Tokens{1}); },
               "generate: the net has In = 3 and Out = 2; expected them equal, to feed outputs back");
  net.step(Index{0}, state);
  CHECK(generate(net, state, {}, {.length = 3}).size() == 3);  // begun by hand
}
