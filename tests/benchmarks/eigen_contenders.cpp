// SPDX-License-Identifier: MIT
//
// The equations written down in Eigen, without elman: column-major, every product into memory that is there, no
// temporaries. Equation numbers: docs/math.md.
#include <Eigen/Core>
#include <cmath>
#include <iterator>
#include <utility>

#include "peer.hpp"

namespace benchmarks {

namespace {

using Eigen::Index;

template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <class Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// U, W, V, b, c as matrices: weights or gradients.
template <class Scalar>
struct Net {
  Matrix<Scalar> U, W, V;
  Vector<Scalar> b, c;

  explicit Net(const Workload& work)
      : U(work.H, work.In), W(work.H, work.H), V(work.Out, work.H), b(work.H), c(work.Out) {}

  void load(const Parameters<Scalar>& weights) {
    U = Eigen::Map<const Matrix<Scalar>>(weights.U.data(), U.rows(), U.cols());
    W = Eigen::Map<const Matrix<Scalar>>(weights.W.data(), W.rows(), W.cols());
    V = Eigen::Map<const Matrix<Scalar>>(weights.V.data(), V.rows(), V.cols());
    b = Eigen::Map<const Vector<Scalar>>(weights.b.data(), b.size());
    c = Eigen::Map<const Vector<Scalar>>(weights.c.data(), c.size());
  }
  void save(Parameters<Scalar>& weights) const {
    weights.U.assign(U.data(), U.data() + U.size());
    weights.W.assign(W.data(), W.data() + W.size());
    weights.V.assign(V.data(), V.data() + V.size());
    weights.b.assign(b.data(), b.data() + b.size());
    weights.c.assign(c.data(), c.data() + c.size());
  }
  void set_zero() {
    for (auto* matrix : {&U, &W, &V}) matrix->setZero();
    b.setZero();
    c.setZero();
  }
};

/// What the variants share: the data, all memory, and softmax with cross-entropy.
template <class Scalar>
class EigenContender : public Contender<Scalar> {
 public:
  explicit EigenContender(const Problem<Scalar>& problem)
      : T(problem.work.T),
        B(problem.work.B),
        N(problem.work.N()),
        R(problem.work.R()),
        work_(problem.work),
        net_(work_),
        gradient_(work_),
        x_(Eigen::Map<const Matrix<Scalar>>(problem.x.data(), work_.In, N)),
        h_(Matrix<Scalar>::Zero(work_.H, B + N)),
        d_a_(work_.H, N),
        o_(work_.Out, R),
        y_(work_.Out, R),
        d_o_(work_.Out, R),
        labels_(problem.labels.begin(), problem.labels.end()) {
    net_.load(problem.weights);
  }

  std::vector<Scalar> outputs() const override { return {y_.data(), y_.data() + y_.size()}; }
  Parameters<Scalar> gradients() const override {
    Parameters<Scalar> result(work_);
    gradient_.save(result);
    return result;
  }

 protected:
  /// y = softmax(o) of some columns  (3)
  void softmax(Index first, Index columns) {
    for (Index k = first; k < first + columns; ++k) {
      y_.col(k) = (o_.col(k).array() - o_.col(k).maxCoeff()).exp();
      y_.col(k) /= y_.col(k).sum();
    }
  }

  /// L of some columns, with ∂L/∂o left in d_o  (4, 5)
  double cross_entropy(Index first, Index columns) {
    const Scalar scale = Scalar(1) / static_cast<Scalar>(R);
    double L = 0;
    d_o_.middleCols(first, columns) = scale * y_.middleCols(first, columns);
    for (Index k = first; k < first + columns; ++k) {
      const Index label = labels_[static_cast<std::size_t>(k)];
      d_o_(label, k) -= scale;
      L -= std::log(static_cast<double>(y_(label, k)));
    }
    return L / static_cast<double>(R);
  }

  const Index T, B, N, R;
  const Workload work_;
  Net<Scalar> net_, gradient_;
  const Matrix<Scalar> x_;
  Matrix<Scalar> h_;    ///< H × (B + N): h₀ in front
  Matrix<Scalar> d_a_;  ///< ∂L/∂h, then ∂L/∂a
  Matrix<Scalar> o_, y_, d_o_;
  std::vector<Index> labels_;
};

/// A sequence at a time, matrix by vector.
template <class Scalar>
class PerSample final : public EigenContender<Scalar> {
  using Base = EigenContender<Scalar>;
  using Base::T, Base::B, Base::work_, Base::net_, Base::gradient_, Base::x_, Base::h_, Base::o_, Base::d_o_;

 public:
  explicit PerSample(const Problem<Scalar>& problem) : Base(problem), d_h_(work_.H), d_a_(work_.H) {}

  void forward() override {
    for (Index b = 0; b < B; ++b) forward(b);
  }

  Scalar train() override {
    double L = 0;
    gradient_.set_zero();
    for (Index b = 0; b < B; ++b) {
      forward(b);
      for (Index t = first_read(); t < T; ++t) L += this->cross_entropy(read(t, b), 1);
      backward(b);
    }
    return static_cast<Scalar>(L);
  }

 private:
  Index first_read() const { return work_.every_step ? 0 : T - 1; }
  Index read(Index t, Index b) const { return (t - first_read()) * B + b; }  ///< the column of o

  void forward(Index b) {
    for (Index t = 0; t < T; ++t) {
      auto h = h_.col((t + 1) * B + b);
      h = net_.b;
      h.noalias() += net_.U * x_.col(t * B + b);
      h.noalias() += net_.W * h_.col(t * B + b);
      h = h.array().tanh();  // (1)
      if (t < first_read()) continue;
      auto o = o_.col(read(t, b));
      o = net_.c;
      o.noalias() += net_.V * h;  // (2)
      this->softmax(read(t, b), 1);
    }
  }

  void backward(Index b) {
    d_h_.setZero();  // what comes from step t + 1
    for (Index t = T - 1; t >= 0; --t) {
      const auto h = h_.col((t + 1) * B + b);
      if (t >= first_read()) {
        const auto d_o = d_o_.col(read(t, b));
        gradient_.V.noalias() += d_o * h.transpose();  // (11)
        gradient_.c += d_o;                            // (12)
        d_h_.noalias() += net_.V.transpose() * d_o;    // (6)
      }
      d_a_ = d_h_.array() * (1 - h.array().square());                 // (7)
      gradient_.U.noalias() += d_a_ * x_.col(t * B + b).transpose();  // (8)
      gradient_.W.noalias() += d_a_ * h_.col(t * B + b).transpose();  // (9)
      gradient_.b += d_a_;                                            // (10)
      d_h_.noalias() = net_.W.transpose() * d_a_;
    }
  }

  Vector<Scalar> d_h_, d_a_;
};

/// A batch at a time; hoisted: with one product over all steps wherever nothing has to wait for the step before.
template <class Scalar, bool hoisted>
class Batched final : public EigenContender<Scalar> {
  using Base = EigenContender<Scalar>;
  using Base::T, Base::B, Base::N, Base::R, Base::work_, Base::net_, Base::gradient_, Base::x_, Base::h_, Base::d_a_,
      Base::o_, Base::y_, Base::d_o_;

 public:
  using Base::Base;

  void forward() override {
    if (hoisted) add_input(0, N);
    for (Index t = 0; t < T; ++t) {
      if (!hoisted) add_input(t * B, B);
      auto h = h_.middleCols((t + 1) * B, B);
      h.noalias() += net_.W * h_.middleCols(t * B, B);
      h = h.array().tanh();  // (1)
      if (!hoisted && work_.every_step) read_out(t * B, B);
    }
    if (hoisted || !work_.every_step) read_out(0, R);
  }

  Scalar train() override {
    forward();
    const double L = this->cross_entropy(0, R);
    gradient_.set_zero();
    if (hoisted || !work_.every_step) from_output(0, R);
    for (Index t = T - 1; t >= 0; --t) {
      auto d_a = d_a_.middleCols(t * B, B);
      if (!hoisted && work_.every_step) from_output(t * B, B);
      if (t < T - 1) {
        const auto from_next = net_.W.transpose() * d_a_.middleCols((t + 1) * B, B);
        if (work_.every_step) {
          d_a.noalias() += from_next;  // (6)
        } else {
          d_a.noalias() = from_next;
        }
      }
      d_a.array() *= 1 - h_.middleCols((t + 1) * B, B).array().square();  // (7)
      if (!hoisted) add_gradients(t * B, B);
    }
    if (hoisted) add_gradients(0, N);
    return static_cast<Scalar>(L);
  }

 private:
  void add_input(Index first, Index columns) {
    auto a = h_.middleCols(B + first, columns);
    a.noalias() = net_.U * x_.middleCols(first, columns);
    a.colwise() += net_.b;
  }
  void read_out(Index first, Index columns) {
    auto o = o_.middleCols(first, columns);
    o.noalias() = net_.V * h_read(first, columns);
    o.colwise() += net_.c;  // (2)
    this->softmax(first, columns);
  }
  void from_output(Index first, Index columns) {
    const auto d_o = d_o_.middleCols(first, columns);
    gradient_.V.noalias() += d_o * h_read(first, columns).transpose();  // (11)
    gradient_.c += d_o.rowwise().sum();                                 // (12)
    d_a_.middleCols(N - R + first, columns).noalias() = net_.V.transpose() * d_o;
  }
  void add_gradients(Index first, Index columns) {
    const auto d_a = d_a_.middleCols(first, columns);
    gradient_.U.noalias() += d_a * x_.middleCols(first, columns).transpose();  // (8)
    gradient_.W.noalias() += d_a * h_.middleCols(first, columns).transpose();  // (9)
    gradient_.b += d_a.rowwise().sum();                                        // (10)
  }
  auto h_read(Index first, Index columns) const { return h_.middleCols(B + N - R + first, columns); }
};

template <int Rows, int Cols>
using Fixed = Eigen::Map<const Eigen::Matrix<float, Rows, Cols, (Rows == 1 && Cols > 1) ? Eigen::RowMajor : 0>,
                         Eigen::AlignedMax>;

/// One stream with all sizes known when it is compiled. The weights lie on the heap: Eigen has no objects this large.
template <int In, int H, int Out>
class EigenStream final : public Stream {
 public:
  explicit EigenStream(const Problem<float>& problem) : net_(problem.work) {
    net_.load(problem.weights);
    reset();
  }

  void reset() override { h_.setZero(); }

  void run(const float* x, int steps, float* y) override {
    const Fixed<H, In> U(net_.U.data());
    const Fixed<H, H> W(net_.W.data());
    const Fixed<Out, H> V(net_.V.data());
    const Fixed<H, 1> b(net_.b.data());
    const Fixed<Out, 1> c(net_.c.data());
    for (int t = 0; t < steps; ++t) {
      const Eigen::Map<const Eigen::Matrix<float, In, 1>> x_t(x + t * In);
      h_ = (U * x_t + W * h_ + b).array().tanh();
      Eigen::Map<Eigen::Matrix<float, Out, 1>>(y + t * Out) = V * h_ + c;
    }
  }

 private:
  Net<float> net_;
  Eigen::Matrix<float, H, 1> h_;
};

/// The same net of the layers that a library for audio has, RTNeural's with Eigen for instance: a dense layer of x and
/// h one above the other, a tanh layer, a dense layer. Each keeps what it puts out.
template <int In, int H, int Out>
class LayersStream final : public Stream {
 public:
  explicit LayersStream(const Problem<float>& problem) : UW_(H, In + H), net_(problem.work) {
    net_.load(problem.weights);
    UW_ << net_.U, net_.W;
    reset();
  }

  void reset() override { h_.setZero(); }

  void run(const float* x, int steps, float* y) override {
    Dense<In + H, H> hidden(UW_.data(), net_.b.data());
    Dense<H, Out> output(net_.V.data(), net_.c.data());
    Eigen::Matrix<float, In + H, 1> x_and_h;
    for (int t = 0; t < steps; ++t) {
      x_and_h << Eigen::Map<const Eigen::Matrix<float, In, 1>>(x + t * In), h_;
      hidden.forward(x_and_h);
      h_ = hidden.out.array().tanh();
      output.forward(h_);
      Eigen::Map<Eigen::Matrix<float, Out, 1>>(y + t * Out) = output.out;
    }
  }

 private:
  template <int Rows, int Cols>
  struct Dense {
    Dense(const float* its_weights, const float* its_bias) : weights(its_weights), bias(its_bias) {}
    void forward(const Eigen::Matrix<float, Rows, 1>& in) { out.noalias() = weights * in + bias; }

    Fixed<Cols, Rows> weights;
    Fixed<Cols, 1> bias;
    Eigen::Matrix<float, Cols, 1> out;
  };

  Eigen::MatrixXf UW_;
  Net<float> net_;
  Eigen::Matrix<float, H, 1> h_;
};

/// StreamOf of the k-th shape, if the problem has it.
template <template <int, int, int> class StreamOf, std::size_t k>
std::unique_ptr<Stream> make_fixed_stream(const Problem<float>& problem) {
  constexpr StreamShape shape = stream_shapes[k];
  if (problem.work.In != shape.In || problem.work.H != shape.H || problem.work.Out != shape.Out) return nullptr;
  return std::make_unique<StreamOf<shape.In, shape.H, shape.Out>>(problem);
}
template <template <int, int, int> class StreamOf>
std::unique_ptr<Stream> make_stream(const Problem<float>& problem) {
  std::unique_ptr<Stream> result;
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    (void)((result = make_fixed_stream<StreamOf, k>(problem)) || ...);
  }
  (std::make_index_sequence<std::size(stream_shapes)>());
  return result;
}

}  // namespace

template <class Scalar>
ContenderPointer<Scalar> make_eigen_per_sample(const Problem<Scalar>& problem) {
  return std::make_unique<PerSample<Scalar>>(problem);
}
template <class Scalar>
ContenderPointer<Scalar> make_eigen_hoisted(const Problem<Scalar>& problem) {
  return std::make_unique<Batched<Scalar, true>>(problem);
}
template <class Scalar>
ContenderPointer<Scalar> make_eigen_stepwise(const Problem<Scalar>& problem) {
  return std::make_unique<Batched<Scalar, false>>(problem);
}
template ContenderPointer<float> make_eigen_per_sample(const Problem<float>&);
template ContenderPointer<double> make_eigen_per_sample(const Problem<double>&);
template ContenderPointer<float> make_eigen_hoisted(const Problem<float>&);
template ContenderPointer<double> make_eigen_hoisted(const Problem<double>&);
template ContenderPointer<float> make_eigen_stepwise(const Problem<float>&);
template ContenderPointer<double> make_eigen_stepwise(const Problem<double>&);

std::unique_ptr<Stream> make_eigen_stream(const Problem<float>& problem) { return make_stream<EigenStream>(problem); }
std::unique_ptr<Stream> make_layers_stream(const Problem<float>& problem) { return make_stream<LayersStream>(problem); }

}  // namespace benchmarks
