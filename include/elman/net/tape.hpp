// SPDX-License-Identifier: MIT
//
// The tape of a net: the tapes of its layers, what the readout leaves, and what concerns all layers together.
#pragma once

#include <cstdint>

#include "elman/kernels/column_buffer.hpp"
#include "elman/layers/output.hpp"
#include "elman/layers/readout_tape.hpp"
#include "elman/sequences/list.hpp"
#include "elman/sequences/room.hpp"
#include "elman/sequences/steps.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {

namespace detail {

/// Of the parameters and of x, so that bptt notices others (run_fingerprint.hpp).
struct RunFingerprint {
  std::uint32_t parameters = 0;
  std::uint32_t x = 0;
};

}  // namespace detail

/// What any run of a net leaves behind: o, y and the last states; and of the body what BodyTape keeps.
template <class Scalar, class Body, class Readout, class Room, class BodyTape>
class RunTape : public Readout::template Tape<Scalar, Room> {
  using Base = typename Readout::template Tape<Scalar, Room>;

 protected:
  using States = ColumnBuffer<Scalar, detail::product_of_sizes(Room::size(Body::state_size), Room::batch)>;

 public:
  using Steps = BasicSteps<Room>;
  const Steps& steps() const { return steps_; }

  /// The state after each sequence's own last step (State × B, the caller's order; h₀ of one without steps): what the
  /// next chunk of a stream starts from. The first form allocates; the second does not if `result`, a matrix or
  /// GrowingColumns, has the shape or keeps memory for it.
  Matrix<Scalar, Dynamic, Dynamic> last_h() const {
    Matrix<Scalar, Dynamic, Dynamic> result;
    last_h(result);
    return result;
  }
  template <class M>
  requires detail::HasColumns<M>
  void last_h(M& result) const {
    detail::resize(result, state_, steps_.batch());
    body.last(MatrixView<Scalar>(result));
  }

  // For the net.
  BodyTape body;
  States h0;                               ///< where sequences start, if that is not what was given
  detail::List<Index, Room::batch> fresh;  ///< the caller's sequences that began with the learned start
  template <class Net, class Given>
  void start(const Net& net, const Given& steps) {
    fresh.clear();
    fresh.reserve(static_cast<std::size_t>(steps.batch()));
    Base::forget_d_o();
    steps_.assign(steps);
    in_ = net.in();
    state_ = net.state();
    parameters_ = net.theta().size();
  }
  /// What is read of it.
  void start_readout(Index out, const ReadSteps& read) { Base::start(out, read, steps_); }
  Index in() const { return in_; }
  Index state() const { return state_; }
  Index parameters() const { return parameters_; }

 private:
  Steps steps_;
  Index in_ = 0;
  Index state_ = 0;
  Index parameters_ = 0;
};

/// What one forward of a net leaves behind: the outputs h of its body, o, y and, after a loss, d_o (readout_tape.hpp).
template <class Scalar, class Body, class Readout, class Room = Growing>
class NetTape : public RunTape<Scalar, Body, Readout, Room, typename Body::template Tape<Scalar, Room>> {
  using Base = RunTape<Scalar, Body, Readout, Room, typename Body::template Tape<Scalar, Room>>;

 public:
  /// The body's output at every step: for a cell h_0 … h_{T-1}, in packed columns.
  ConstMatrixView<Scalar> h() const { return this->body.h(); }

  // For the net.
  typename Base::States d_h0;    ///< ∂L/∂h0
  typename Base::States d_last;  ///< ∂L/∂(the last state)
  bool noise_unsaid = false;     ///< the net has dropout, which was off though nobody said no_noise
  detail::RunFingerprint had;    ///< what forward has run on
  template <class Net, class Given>
  void start(const Net& net, const Given& steps) {
    had = {};
    Base::start(net, steps);
  }
};

}  // namespace ELMAN_ABI
}  // namespace elman
