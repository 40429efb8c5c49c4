// SPDX-License-Identifier: MIT
#include <elman/elman.hpp>
#include <elman/io/safetensors.hpp>

int main() {
  elman::Random random{1};
  const elman::RNNCell<float, 3, 4, 2> cell{elman::init::standard(random)};
  elman::io::save("consumer.safetensors", cell, {.strings = {{"classes", {"no", "yes"}}}});
  const auto loaded = elman::io::load<elman::RNNCell<float, 3, 4, 2>>("consumer.safetensors");
  return loaded.theta() == cell.theta() ? 0 : 1;
}
