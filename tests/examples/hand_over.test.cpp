// SPDX-License-Identifier: MIT
//
// The hand-over between two threads: what is taken is whole, never older than what was taken before, and at the end the
// last that was put. Meant to be run under the thread sanitizer as well.
#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "../../examples/common/hand_over.hpp"
#include "support/catch.hpp"

using example::HandOver;

TEST_CASE("what was put is taken once, and the last of several") {
  HandOver<std::string> texts("first");
  CHECK_FALSE(texts.take());
  CHECK(texts.latest() == "first");
  texts.put("second");
  CHECK(texts.latest() == "first");  // until it is taken
  CHECK(texts.take());
  CHECK(texts.latest() == "second");
  CHECK_FALSE(texts.take());
  CHECK(texts.latest() == "second");
  for (int round = 0; round < 10; ++round) {  // through all slots
    for (int k = 0; k <= round % 4; ++k) texts.put(std::to_string(10 * round + k));
    CHECK(texts.take());
    CHECK(texts.latest() == std::to_string(10 * round + round % 4));
    CHECK_FALSE(texts.take());
  }
}

TEST_CASE("a reader beside a writer sees whole values, in their order, and the last") {
  using Value = std::array<long, 64>;  // more than is written at once
  constexpr long last = 20'000;
  Value value{};
  HandOver<Value> values(value);
  std::atomic<bool> started = false;
  std::thread writer([&] {
    Value next{};
    while (!started) std::this_thread::yield();
    for (long k = 1; k <= last; ++k) {
      next.fill(k);
      values.put(next);
      if (k % 64 == 0) std::this_thread::yield();  // on one core too the reader sees some of them
    }
  });
  started = true;
  long seen = 0, torn = 0, backwards = 0, takes = 0;
  while (seen < last) {
    if (!values.take()) {
      std::this_thread::yield();
      continue;
    }
    ++takes;
    const Value& latest = values.latest();
    for (const long element : latest) torn += element != latest[0];
    backwards += latest[0] <= seen;
    seen = latest[0];
  }
  writer.join();
  CHECK(torn == 0);
  CHECK(backwards == 0);
  CHECK(seen == last);
  CHECK(takes >= 1);
  CHECK(takes <= last);
  CHECK_FALSE(values.take());
}
