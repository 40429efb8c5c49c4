// SPDX-License-Identifier: MIT
//
// Values from one thread to another that must never wait, such as new weights for a stream of audio: one writer, one
// reader, no lock, no heap beyond T's own assignment, and neither ever tries again. Of several values that come between
// two takes, the reader gets the last.
//
//   HandOver<Net> nets(net);
//   nets.put(other);                                      the writer's thread
//   nets.take();                                          the reader's: is there a newer one?
//   y = nets.latest().step(x, state);
//
// Three slots: one is the writer's, one the reader's, and one lies between, whose number is the one thing both change.
#pragma once

#include <array>
#include <atomic>
#include <type_traits>

namespace example {

template <class T>
class HandOver {
  static_assert(std::is_copy_assignable_v<T>, "HandOver: T must be copyable");
  static_assert(std::atomic<unsigned>::is_always_lock_free);

 public:
  explicit HandOver(const T& first) : slots_{Slot{first}, Slot{first}, Slot{first}} {}

  /// The writer's alone. Assigns to a slot that the reader does not see until then.
  void put(const T& value) {
    slots_[writing_].value = value;
    // Release: what was written is there for whoever takes the slot. Acquire: the reader has done with the one that
    // comes back.
    writing_ = between_.exchange(writing_ | fresh, std::memory_order_acq_rel) & number;
  }

  /// The reader's alone: goes on to the newest value; false if there is none newer than latest().
  bool take() noexcept {
    if ((between_.load(std::memory_order_relaxed) & fresh) == 0) return false;  // only the reader makes it stale
    reading_ = between_.exchange(reading_, std::memory_order_acq_rel) & number;
    return true;
  }
  /// The reader's alone: stays as it is until the next take().
  const T& latest() const noexcept { return slots_[reading_].value; }

 private:
  static constexpr unsigned fresh = 4, number = 3;  // bits: not taken yet; which slot

  // What one thread writes shares no cache line with what the other reads.
  struct alignas(64) Slot {
    T value;
  };
  std::array<Slot, 3> slots_;
  alignas(64) unsigned writing_ = 0;
  alignas(64) std::atomic<unsigned> between_ = 1;
  alignas(64) unsigned reading_ = 2;
};

}  // namespace example
