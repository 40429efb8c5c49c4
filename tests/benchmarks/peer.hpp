// SPDX-License-Identifier: MIT
//
// What a contender is given and what it has to do. Numbers cross as plain memory, column by column, so that every
// contender is compiled in a file of its own with the flags that are its own; C++17, for the headers of libtorch.
//
//   U H × In, W H × H, V Out × H, b H, c Out     x In × N, column t·B + b     labels R, in the order of the columns
//   read
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workload.hpp"

namespace benchmarks {

/// The weights of a net, or their gradients.
template <class Scalar>
struct Parameters {
  std::vector<Scalar> U, W, V, b, c;

  explicit Parameters(const Workload& work)
      : U(product(work.H, work.In)),
        W(product(work.H, work.H)),
        V(product(work.Out, work.H)),
        b(product(work.H, 1)),
        c(product(work.Out, 1)) {}

 private:
  static std::size_t product(int rows, int cols) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  }
};

/// A net with a batch to run through it.
template <class Scalar>
struct Problem {
  Workload work;
  Parameters<Scalar> weights;
  std::vector<Scalar> x;
  std::vector<std::int64_t> labels;
};

/// Made from a problem that outlives it; all memory it needs is its own, and allocated before the second run.
template <class Scalar>
class Contender {
 public:
  virtual ~Contender() = default;
  /// h of all steps, o = V h + c and y = softmax(o) of the columns that are read.
  virtual void forward() = 0;
  /// forward, L = the mean cross-entropy of the columns that are read, and ∂L/∂U, W, V, b, c. Returns L.
  virtual Scalar train() = 0;

  // To check what was computed; not timed.
  virtual std::vector<Scalar> outputs() const = 0;  ///< y of the last forward (Out × R)
  virtual Parameters<Scalar> gradients() const = 0;
};

template <class Scalar>
using ContenderPointer = std::unique_ptr<Contender<Scalar>>;

/// One stream, step by step, from a state of zero: h ← tanh(U x + W h + b), y = V h + c.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void reset() = 0;
  /// Goes on for `steps` steps: x In × steps, y Out × steps.
  virtual void run(const float* x, int steps, float* y) = 0;
};

// elman, with compile-time sizes where `work` is one of the workloads.
template <class Scalar>
ContenderPointer<Scalar> make_elman(const Problem<Scalar>& problem);
enum class StreamWeights { whole, bfloat16, int16, int8 };  ///< elman/deploy/frozen.hpp
std::unique_ptr<Stream> make_elman_stream(const Problem<float>& problem, StreamWeights weights = StreamWeights::whole);
/// The stream under a FlushToZero.
std::unique_ptr<Stream> make_flushing(std::unique_ptr<Stream> stream);

// Eigen by hand: a sequence at a time, matrix by vector; a batch at a time, with the products that need not wait for
// the step before taken over all steps at once (hoisted), or each in its step (stepwise).
template <class Scalar>
ContenderPointer<Scalar> make_eigen_per_sample(const Problem<Scalar>& problem);
template <class Scalar>
ContenderPointer<Scalar> make_eigen_hoisted(const Problem<Scalar>& problem);
template <class Scalar>
ContenderPointer<Scalar> make_eigen_stepwise(const Problem<Scalar>& problem);
std::unique_ptr<Stream> make_eigen_stream(const Problem<float>& problem);
std::unique_ptr<Stream> make_layers_stream(const Problem<float>& problem);

#ifdef BENCHMARK_TORCH
template <class Scalar>
ContenderPointer<Scalar> make_torch(const Problem<Scalar>& problem);
std::unique_ptr<Stream> make_torch_stream(const Problem<float>& problem);
std::string torch_version();
#endif

#ifdef BENCHMARK_ONEDNN
ContenderPointer<float> make_onednn(const Problem<float>& problem);
std::string onednn_version();
#endif

/// A shape that is a compile-time size of the streams.
struct StreamShape {
  int In, H, Out;
};
inline constexpr StreamShape stream_shapes[] = {{1, 8, 1},    {1, 16, 1},    {8, 32, 8},
                                                {16, 64, 16}, {32, 128, 32}, {64, 256, 64}};

}  // namespace benchmarks
