// SPDX-License-Identifier: MIT
//
// libtorch: torch::nn::RNN and torch::nn::Linear, on one thread. Its RNN has two biases; the second is zero. Debian's
// multiplies by whatever BLAS is installed: to be fast it needs libopenblas0-pthread, and where that is older than the
// processor, OPENBLAS_CORETYPE=SkylakeX in the environment for AVX-512.
#include <dlfcn.h>
#include <torch/torch.h>

#include <algorithm>

#include "peer.hpp"

namespace benchmarks {

namespace {

/// On one thread, whatever BLAS is behind it.
void use_one_thread() {
  static const bool once = [] {
    at::set_num_threads(1);
    at::set_num_interop_threads(1);
    if (void* set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) reinterpret_cast<void (*)(int)>(set)(1);
    return true;
  }();
  (void)once;
}

/// A copy of a column-major matrix, or of its gradient the other way round.
template <class Scalar>
torch::Tensor matrix(const std::vector<Scalar>& columns, int rows, int cols) {
  return torch::from_blob(const_cast<Scalar*>(columns.data()), {cols, rows}, c10::CppTypeToScalarType<Scalar>::value)
      .t()
      .clone(at::MemoryFormat::Contiguous);
}
template <class Scalar>
void copy(const torch::Tensor& tensor, std::vector<Scalar>& columns) {
  const torch::Tensor transposed = tensor.dim() == 2 ? tensor.t().contiguous() : tensor.contiguous();
  std::copy_n(transposed.data_ptr<Scalar>(), columns.size(), columns.begin());
}

template <class Scalar>
class Torch final : public Contender<Scalar> {
 public:
  explicit Torch(const Problem<Scalar>& problem)
      : work_(problem.work),
        rnn_(torch::nn::RNNOptions(work_.In, work_.H).nonlinearity(torch::kTanh)),
        linear_(work_.H, work_.Out) {
    torch::NoGradGuard no_grad;
    const auto type = c10::CppTypeToScalarType<Scalar>::value;
    rnn_->to(type);
    linear_->to(type);
    auto weights = rnn_->named_parameters();
    weights["weight_ih_l0"].copy_(matrix(problem.weights.U, work_.H, work_.In));
    weights["weight_hh_l0"].copy_(matrix(problem.weights.W, work_.H, work_.H));
    weights["bias_ih_l0"].copy_(matrix(problem.weights.b, work_.H, 1).flatten());
    weights["bias_hh_l0"].zero_();
    linear_->weight.copy_(matrix(problem.weights.V, work_.Out, work_.H));
    linear_->bias.copy_(matrix(problem.weights.c, work_.Out, 1).flatten());
    parameters_ = rnn_->parameters();
    for (const auto& parameter : linear_->parameters()) parameters_.push_back(parameter);
    x_ = matrix(problem.x, work_.In, work_.N()).t().clone(at::MemoryFormat::Contiguous);
    x_ = x_.view({work_.T, work_.B, work_.In});
    labels_ = torch::tensor(problem.labels);
  }

  void forward() override {
    torch::NoGradGuard no_grad;
    y_ = torch::softmax(logits(), 1);
  }

  Scalar train() override {
    const torch::Tensor loss = torch::nn::functional::cross_entropy(logits(), labels_);
    for (auto& parameter : parameters_) parameter.mutable_grad().reset();  // backward then need not add
    loss.backward();
    return loss.template item<Scalar>();
  }

  std::vector<Scalar> outputs() const override {
    std::vector<Scalar> y(static_cast<std::size_t>(y_.numel()));
    std::copy_n(y_.contiguous().template data_ptr<Scalar>(), y.size(), y.begin());
    return y;
  }

  Parameters<Scalar> gradients() const override {
    Parameters<Scalar> result(work_);
    const auto weights = rnn_->named_parameters();
    copy(weights["weight_ih_l0"].grad(), result.U);
    copy(weights["weight_hh_l0"].grad(), result.W);
    copy(weights["bias_ih_l0"].grad(), result.b);
    copy(linear_->weight.grad(), result.V);
    copy(linear_->bias.grad(), result.c);
    return result;
  }

 private:
  torch::Tensor logits() {
    const torch::Tensor h = std::get<0>(rnn_->forward(x_));
    return linear_->forward(work_.every_step ? h.view({work_.N(), work_.H}) : h[work_.T - 1]);
  }

  Workload work_;
  torch::nn::RNN rnn_;
  torch::nn::Linear linear_;
  std::vector<torch::Tensor> parameters_;
  torch::Tensor x_, labels_, y_;
};

class TorchStream final : public Stream {
 public:
  explicit TorchStream(const Problem<float>& problem)
      : work_(problem.work),
        U_(matrix(problem.weights.U, work_.H, work_.In)),
        W_(matrix(problem.weights.W, work_.H, work_.H)),
        V_(matrix(problem.weights.V, work_.Out, work_.H)),
        b_(matrix(problem.weights.b, work_.H, 1).flatten()),
        zero_(torch::zeros_like(b_)),
        c_(matrix(problem.weights.c, work_.Out, 1).flatten()) {
    reset();
  }

  void reset() override { h_ = torch::zeros({1, work_.H}); }

  void run(const float* x, int steps, float* y) override {
    torch::NoGradGuard no_grad;
    for (int t = 0; t < steps; ++t) {
      h_ = torch::rnn_tanh_cell(torch::from_blob(const_cast<float*>(x + t * work_.In), {1, work_.In}), h_, U_, W_, b_,
                                zero_);
      const torch::Tensor o = torch::linear(h_, V_, c_);
      std::copy_n(o.data_ptr<float>(), work_.Out, y + t * work_.Out);
    }
  }

 private:
  Workload work_;
  torch::Tensor U_, W_, V_, b_, zero_, c_, h_;
};

}  // namespace

template <class Scalar>
ContenderPointer<Scalar> make_torch(const Problem<Scalar>& problem) {
  use_one_thread();
  return std::make_unique<Torch<Scalar>>(problem);
}
template ContenderPointer<float> make_torch(const Problem<float>&);
template ContenderPointer<double> make_torch(const Problem<double>&);

std::unique_ptr<Stream> make_torch_stream(const Problem<float>& problem) {
  use_one_thread();
  return std::make_unique<TorchStream>(problem);
}

std::string torch_version() {
  std::string version = TORCH_VERSION;
  if (void* config = dlsym(RTLD_DEFAULT, "openblas_get_config")) {
    version += std::string(" on ") + reinterpret_cast<char* (*)()>(config)();
  } else if (at::hasMKL()) {
    version += " on MKL";
  } else {
    version += " on the reference BLAS or one that is not known, which may be slow";
  }
  return version;
}

}  // namespace benchmarks
