// SPDX-License-Identifier: MIT
//
// oneDNN 2: the vanilla_rnn primitive, and inner_product for the readout, on one thread. Weights are brought into the
// layouts that the primitives ask for beforehand, so that this is not timed. The RNN primitive adds to the gradients of
// its weights, which are therefore zeroed in every run, and always computes ∂L/∂x, which nobody else does.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <dnnl.hpp>
#include <unordered_map>

#include "peer.hpp"

namespace benchmarks {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc layout(const memory::dims& dims, Tag tag) { return {dims, memory::data_type::f32, tag}; }

class OneDnn final : public Contender<float> {
 public:
  explicit OneDnn(const Problem<float>& problem) : work_(problem.work), labels_(problem.labels) {
    const int T = work_.T, B = work_.B, In = work_.In, H = work_.H, Out = work_.Out, R = work_.R();
    const auto x = layout({T, B, In}, Tag::tnc), h = layout({T, B, H}, Tag::tnc), h0 = layout({1, 1, B, H}, Tag::ldnc);
    const auto U_any = layout({1, 1, In, 1, H}, Tag::any), W_any = layout({1, 1, H, 1, H}, Tag::any);
    const auto b = layout({1, 1, 1, H}, Tag::ldgo);
    const auto read = layout({R, H}, Tag::nc), o = layout({R, Out}, Tag::nc);
    const auto V_any = layout({Out, H}, Tag::any), c = layout({Out}, Tag::x);
    const auto tanh = dnnl::algorithm::eltwise_tanh;
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;
    const memory::desc none;

    // Column-major U and W are ldigo, V is io.
    const memory U = from(problem.weights.U, layout({1, 1, In, 1, H}, Tag::ldigo));
    const memory W = from(problem.weights.W, layout({1, 1, H, 1, H}, Tag::ldigo));
    const memory V = from(problem.weights.V, layout({Out, H}, Tag::io));
    x_ = from(problem.x, x);
    b_ = from(problem.weights.b, b);
    c_ = from(problem.weights.c, c);
    h0_ = zeros(h0);
    h_ = zeros(h);
    o_ = zeros(o);
    y_ = zeros(o);
    read_ = part_of(h_, read);

    // The recurrence.
    using Forward = dnnl::vanilla_rnn_forward;
    const auto rnn_of = [&](dnnl::prop_kind kind) {
      return Forward::primitive_desc({kind, tanh, direction, x, h0, U_any, W_any, b, h, none}, engine_);
    };
    const auto inference = rnn_of(dnnl::prop_kind::forward_inference);
    const auto training = rnn_of(dnnl::prop_kind::forward_training);
    using Backward = dnnl::vanilla_rnn_backward;
    const Backward::primitive_desc backward(
        {dnnl::prop_kind::backward, tanh, direction, x, h0, U_any, W_any, b, h, none, x, h0, U_any, W_any, b, h, none},
        engine_, training);
    const memory workspace(training.workspace_desc(), engine_);
    d_U_ = zeros(backward.diff_weights_layer_desc());
    d_W_ = zeros(backward.diff_weights_iter_desc());
    d_b_ = zeros(b);
    d_h_ = zeros(h);  // stays zero at the steps that are not read
    const auto forward_arguments = [&](const Forward::primitive_desc& primitive) {
      return Arguments{{DNNL_ARG_SRC_LAYER, x_},
                       {DNNL_ARG_SRC_ITER, h0_},  // without it the gradient of W is wrong in 2.6
                       {DNNL_ARG_WEIGHTS_LAYER, reordered(U, primitive.weights_layer_desc())},
                       {DNNL_ARG_WEIGHTS_ITER, reordered(W, primitive.weights_iter_desc())},
                       {DNNL_ARG_BIAS, b_},
                       {DNNL_ARG_DST_LAYER, h_}};
    };
    recurrence_ = {Forward(inference), forward_arguments(inference)};
    recurrence_training_ = {Forward(training), forward_arguments(training)};
    recurrence_training_.arguments.insert({DNNL_ARG_WORKSPACE, workspace});
    recurrence_backward_ = {Backward(backward),
                            {{DNNL_ARG_SRC_LAYER, x_},
                             {DNNL_ARG_SRC_ITER, h0_},
                             {DNNL_ARG_WEIGHTS_LAYER, reordered(U, backward.weights_layer_desc())},
                             {DNNL_ARG_WEIGHTS_ITER, reordered(W, backward.weights_iter_desc())},
                             {DNNL_ARG_BIAS, b_},
                             {DNNL_ARG_DST_LAYER, h_},
                             {DNNL_ARG_DIFF_DST_LAYER, d_h_},
                             {DNNL_ARG_WORKSPACE, workspace},
                             {DNNL_ARG_DIFF_SRC_LAYER, zeros(x)},
                             {DNNL_ARG_DIFF_SRC_ITER, zeros(h0)},
                             {DNNL_ARG_DIFF_WEIGHTS_LAYER, d_U_},
                             {DNNL_ARG_DIFF_WEIGHTS_ITER, d_W_},
                             {DNNL_ARG_DIFF_BIAS, d_b_}}};

    // The readout of the columns that are read, and softmax.
    const dnnl::inner_product_forward::primitive_desc readout({dnnl::prop_kind::forward_training, read, V_any, c, o},
                                                              engine_);
    readout_ = {dnnl::inner_product_forward(readout),
                {{DNNL_ARG_SRC, read_},
                 {DNNL_ARG_WEIGHTS, reordered(V, readout.weights_desc())},
                 {DNNL_ARG_BIAS, c_},
                 {DNNL_ARG_DST, o_}}};
    const dnnl::softmax_forward::primitive_desc softmax({dnnl::prop_kind::forward_inference, o, 1}, engine_);
    softmax_ = {dnnl::softmax_forward(softmax), {{DNNL_ARG_SRC, o_}, {DNNL_ARG_DST, y_}}};

    // And back.
    d_o_ = zeros(o);
    const dnnl::inner_product_backward_data::primitive_desc to_h({read, V_any, o}, engine_, readout);
    readout_to_h_ = {dnnl::inner_product_backward_data(to_h),
                     {{DNNL_ARG_DIFF_DST, d_o_},
                      {DNNL_ARG_WEIGHTS, reordered(V, to_h.weights_desc())},
                      {DNNL_ARG_DIFF_SRC, part_of(d_h_, read)}}};
    const dnnl::inner_product_backward_weights::primitive_desc to_V({read, V_any, c, o}, engine_, readout);
    d_V_ = zeros(to_V.diff_weights_desc());
    d_c_ = zeros(c);
    readout_to_V_ = {
        dnnl::inner_product_backward_weights(to_V),
        {{DNNL_ARG_SRC, read_}, {DNNL_ARG_DIFF_DST, d_o_}, {DNNL_ARG_DIFF_WEIGHTS, d_V_}, {DNNL_ARG_DIFF_BIAS, d_c_}}};
  }

  void forward() override { forward(recurrence_); }

  float train() override {
    forward(recurrence_training_);
    const float L = cross_entropy();
    execute(readout_to_h_);
    execute(readout_to_V_);
    for (const memory& gradient : {d_U_, d_W_, d_b_}) set_zero(gradient);
    execute(recurrence_backward_);
    stream_.wait();
    return L;
  }

  std::vector<float> outputs() const override {
    return {data(y_), data(y_) + static_cast<std::size_t>(work_.R()) * static_cast<std::size_t>(work_.Out)};
  }

  Parameters<float> gradients() const override {
    Parameters<float> result(work_);
    copy(d_U_, layout({1, 1, work_.In, 1, work_.H}, Tag::ldigo), result.U);
    copy(d_W_, layout({1, 1, work_.H, 1, work_.H}, Tag::ldigo), result.W);
    copy(d_V_, layout({work_.Out, work_.H}, Tag::io), result.V);
    copy(d_b_, d_b_.get_desc(), result.b);
    copy(d_c_, d_c_.get_desc(), result.c);
    return result;
  }

 private:
  using Arguments = std::unordered_map<int, memory>;
  struct Call {
    dnnl::primitive primitive;
    Arguments arguments;
  };

  static float* data(const memory& values) { return static_cast<float*>(values.get_data_handle()); }
  static void set_zero(const memory& values) {
    std::fill_n(data(values), values.get_desc().get_size() / sizeof(float), 0.0f);
  }

  memory zeros(const memory::desc& desc) const {
    const memory result(desc, engine_);
    set_zero(result);
    return result;
  }
  memory from(const std::vector<float>& values, const memory::desc& desc) const {
    const memory result(desc, engine_);
    std::copy(values.begin(), values.end(), data(result));
    return result;
  }
  memory reordered(const memory& values, const memory::desc& desc) const {
    memory from = values, to(desc, engine_);
    dnnl::stream stream(engine_);
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
    return to;
  }
  void copy(const memory& values, const memory::desc& desc, std::vector<float>& columns) const {
    const memory plain = reordered(values, desc);
    std::copy_n(data(plain), columns.size(), columns.begin());
  }
  /// The columns of h, or of ∂L/∂h, that are read: all, or those of the last step.
  memory part_of(const memory& columns, const memory::desc& read) const {
    const std::ptrdiff_t first = work_.N() - work_.R();
    return {read, engine_, data(columns) + first * work_.H};
  }

  void execute(const Call& call) { call.primitive.execute(stream_, call.arguments); }

  void forward(const Call& recurrence) {
    execute(recurrence);
    execute(readout_);
    execute(softmax_);
    stream_.wait();
  }

  /// L, with ∂L/∂o left in d_o.
  float cross_entropy() {
    const float scale = 1.0f / static_cast<float>(work_.R());
    double L = 0;
    for (int column = 0; column < work_.R(); ++column) {
      const float* y = data(y_) + static_cast<std::ptrdiff_t>(column) * work_.Out;
      float* d_o = data(d_o_) + static_cast<std::ptrdiff_t>(column) * work_.Out;
      const std::int64_t label = labels_[static_cast<std::size_t>(column)];
      for (int k = 0; k < work_.Out; ++k) d_o[k] = scale * y[k];
      d_o[label] -= scale;
      L -= std::log(y[label]);
    }
    return static_cast<float>(L) * scale;
  }

  Workload work_;
  std::vector<std::int64_t> labels_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  memory x_, h0_, h_, read_, o_, y_, b_, c_;
  memory d_o_, d_h_, d_U_, d_W_, d_V_, d_b_, d_c_;
  Call recurrence_, recurrence_training_, recurrence_backward_;
  Call readout_, softmax_, readout_to_h_, readout_to_V_;
};

}  // namespace

ContenderPointer<float> make_onednn(const Problem<float>& problem) {
  // Of the OpenMP that oneDNN has brought with it, which need not be the compiler's.
  if (void* set = dlsym(RTLD_DEFAULT, "omp_set_num_threads")) reinterpret_cast<void (*)(int)>(set)(1);
  return std::make_unique<OneDnn>(problem);
}

std::string onednn_version() {
  const dnnl_version_t& version = *dnnl_version();
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
}

}  // namespace benchmarks
