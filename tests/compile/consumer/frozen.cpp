// SPDX-License-Identifier: MIT
//
// Includes nets that write_headers.cpp has written and compares them with what was to be written.
#include "nets_to_write.hpp"
// The headers that were written:
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>

#include "both_ways.hpp"
#include "cell.hpp"
#include "cell16.hpp"
#include "cell8.hpp"
#include "cell_bf16.hpp"
#include "deep.hpp"
#include "translator.hpp"

namespace {

bool all_right = true;

void check(bool holds, const char* what, const char* net) {
  if (holds) return;
  std::printf("%s: %s\n", net, what);
  all_right = false;
}

/// Bits, names, shapes and the check value.
template <class Net, class Frozen, std::size_t Count>
void check_net(const char* name, const Net& net, const Frozen& frozen, std::uint64_t check_value,
               const elman::MatrixShape (&matrices)[Count]) {
  const auto thawed = frozen.thaw();
  check(thawed.theta().size() == net.theta().size() && (thawed.theta().array() == net.theta().array()).all(),
        "other parameters", name);
  check(frozen.check_value() == check_value, "another check value", name);
  std::size_t k = 0;
  net.for_each([&](const std::string& matrix, const auto& view) {
    check(k < Count && matrices[k].name == matrix && matrices[k].rows == view.rows() && matrices[k].cols == view.cols(),
          "other matrices", name);
    ++k;
  });
  check(k == Count, "another number of matrices", name);
}

/// Narrow weights: near the net, and the numbers that were meant.
template <class Weight, class Frozen>
void check_narrow(const char* name, const Frozen& frozen, std::uint64_t check_value, double bound) {
  const auto net = nets_to_write::cell();
  const auto expected = elman::freeze<Weight>(net);
  check(frozen.check_value() == check_value && expected.net().check_value() == check_value, "another check value",
        name);
  const double difference = (frozen.thaw().theta() - net.theta()).cwiseAbs().maxCoeff();
  check(difference > 0 && difference < bound, "far from the net", name);
}

/// Texts byte by byte, numbers bit by bit.
void check_attachments() {
  const auto attached = nets_to_write::deep_attachments();
  const auto& classes = attached.strings_of("classes");
  check(deep::strings::alphabet == attached.string_of("alphabet"), "another alphabet", "deep");
  check(std::equal(classes.begin(), classes.end(), deep::strings::classes.begin(), deep::strings::classes.end()),
        "other classes", "deep");
  check(deep::strings::nothing.empty(), "something", "deep");
  check(deep::tensors::mean() == attached.tensor_of("mean"), "another mean", "deep");
  check(deep::tensors::turn() == attached.tensor_of("turn"), "another turn", "deep");
}

}  // namespace

int main() {
  check_attachments();
  check_net("cell", nets_to_write::cell(), cell::net(), cell::check_value, cell::matrices);
  check_net("deep", nets_to_write::deep(), deep::net(), deep::check_value, deep::matrices);
  check_net("both_ways", nets_to_write::both_ways(), both_ways::net(), both_ways::check_value, both_ways::matrices);
  check_net("translator", nets_to_write::translator(), translator::net(), translator::check_value,
            translator::matrices);
  check_narrow<std::int8_t>("cell8", cell8::net(), cell8::check_value, 5e-3);
  check_narrow<std::int16_t>("cell16", cell16::net(), cell16::check_value, 3e-5);
  check_narrow<elman::BFloat16>("cell_bf16", cell_bf16::net(), cell_bf16::check_value, 4e-3);

  // Options come along: a step has the zoneout of the net that was written.
  const auto net = nets_to_write::deep();
  const auto frozen = deep::net();
  auto expected = net.initial_state();
  auto state = frozen.initial_state();
  for (elman::Index t = 0; t < 20; ++t) {
    net.step(t % 11, expected);
    frozen.step(t % 11, state);
    check((state.y - expected.y).norm() < 1e-14, "another output", "deep");
  }
  check(frozen.body().layer<2>().options().variational, "other options", "deep");
  return all_right ? 0 : 1;
}
