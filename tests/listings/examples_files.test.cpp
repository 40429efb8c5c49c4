// SPDX-License-Identifier: MIT
//
// The listings of docs/examples.md about files, C++ headers, matrices and kernels, as they are printed there: they
// compile and do what is said of them. (blocks.test.cpp checks that every one of them stands here.)
#include <complex>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "elman/elman.hpp"
#include "elman/io/checkpoint.hpp"
#include "elman/io/csv.hpp"
#include "elman/io/log.hpp"
#include "elman/io/npy.hpp"
#include "elman/io/progress.hpp"
#include "elman/io/safetensors.hpp"
#include "elman/io/torch.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/nets.hpp"

using namespace elman;

namespace {

/// The current folder is another while it lives.
class Inside {
 public:
  explicit Inside(const Folder& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder.path);
  }
  ~Inside() { std::filesystem::current_path(before_); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  std::filesystem::path before_;
};

}  // namespace

TEST_CASE("nets and tensors in files") {
  const Folder folder("examples-files");
  const Inside inside(folder);
  Random random{1};
  const Net<float, Recurrence<3, 8>, Readout<8, 2>> net{init::standard(random)};
  io::save("net.safetensors", net, {.strings = {{"classes", {"no", "yes"}}}}, io::SaveOptions{.non_finite = true});
  const io::NetForm what = io::form("net.safetensors");  // before it is loaded: .text() is its type in C++
  io::TensorReader file("net.safetensors");
  std::string list;
  for (const io::TensorInfo& tensor : file.tensors()) {
    const io::Dtype type = tensor.dtype;                                                      // .name, .bytes
    list += tensor.name + " " + std::string(type.name) + io::shape_text(tensor.shape) + " ";  // "U F32[8, 3] …"
  }
  const Eigen::MatrixXd W = file.matrix<double>("W", io::NumberOptions{.convert = true});
  const std::size_t types = io::dtypes.size();  // all that the format has, 15
  io::TensorWriter writer;
  writer.add("W", W);  // refers to it
  writer.metadata["of"] = "net.safetensors";
  writer.write("W.safetensors");
  CHECK(what.text() == "elman::Net<float, elman::Recurrence<3, 8, elman::Tanh>, elman::Readout<8, 2, elman::Softmax>>");
  CHECK(list == "U F32[8, 3] W F32[8, 8] b F32[8] V F32[2, 8] c F32[2] ");
  CHECK(W.cast<float>() == net.matrix("W"));
  CHECK(io::TensorReader("W.safetensors").matrix<double>("W") == W);
  CHECK(types == 15);
}

TEST_CASE("modules of another library") {
  const Folder folder("examples-files");
  const Inside inside(folder);
  Random random{1};
  Net<float, Stacked<Recurrence<3, 8>, Recurrence<8, 6>>, Readout<6, 2>> net{init::standard(random)};
  const auto before = net;
  const io::ModuleNames names{"lower", "upper"};  // two RNNs of PyTorch, one upon the other; "rnn" is one
  io::save_torch("tagger.safetensors", net, {.rnn = names, .readout = "head"});
  io::load_torch("tagger.safetensors", net, io::TorchLoadOptions{.rnn = names, .readout = "head", .others = true});
  CHECK(net.theta() == before.theta());
  CHECK(io::TensorReader("tagger.safetensors").find("upper.weight_ih_l0") != nullptr);
}

TEST_CASE("arrays and tables") {
  const Folder folder("examples-files");
  const Inside inside(folder);
  folder.write("lines.csv", "1,5;2;sun\n2,5;;rain\n");
  const io::Array<float> array{{2, 3, 1}, {1, 2, 3, 4, 5, 6}};  // (B, T, In), as in NumPy
  io::write_npy("x.npy", array, io::WriteNpyOptions{.fortran_order = true});
  const auto read = io::read_npy<double>("x.npy", io::ReadNpyOptions{.convert = true});  // float to double
  const auto x = pack(read, ArrayOrder{.time_first = false});                            // Sequences; true: (T, B, In)
  const io::CsvTable table =
      io::read_csv("lines.csv", {.header = io::CsvHeader::no, .decimal_comma = true, .fill = io::CsvFill::previous});
  const io::CsvColumn weather = 2;  // by number, or by the name in the header
  const auto [names, labels] = table.classes(weather);
  const auto numbers = table.matrix<float>({0, 1});
  CHECK(x.steps.batch() == 2);
  CHECK(x.steps.count() == 3);
  CHECK(numbers(1, 1) == 2);
  CHECK(names == std::vector<std::string>{"rain", "sun"});
  CHECK(labels == std::vector<Index>{1, 0});
}

TEST_CASE("logs, progress and checkpoints") {
  const Folder folder("examples-files");
  const Inside inside(folder);
  const std::vector<Columns<float, 3>> sequences(20, Columns<float, 3>::Ones(3, 4));
  const std::vector<Index> labels(20, 1);
  const train::Examples data{sequences, labels};
  Random random{1};
  RNNCell<float, 3, 8, 2> net{init::standard(random)};
  optim::Adam adam{net};
  train::Loop loop{net, adam, loss::CrossEntropy{}, train::Batches{data}, {.epochs = 2}};
  io::JsonLinesLog log("run.jsonl", io::LogOptions{.seconds = false, .replace = true});
  std::ostringstream window, lines;
  const io::ProgressScreen screen{.bar = &window, .columns = [] { return Index{60}; }};  // else the terminal
  io::Progress progress{io::ProgressOptions{.stream = &lines, .unit = "words"}, screen};
  loop.on(log);
  loop.on(progress);
  loop.run();
  io::Checkpoint kept("run.checkpoint", io::CheckpointOptions{.non_finite = true});
  kept.keep("training", loop);
  kept.save();
  CHECK(content("run.jsonl").rfind("{\"epoch\":1,\"step\":1,\"examples\":20,", 0) == 0);
  CHECK(lines.str().find("trained 2 epochs") != std::string::npos);
  CHECK(std::filesystem::exists("run.checkpoint"));
}

TEST_CASE("a net that is frozen, and as C++") {
  Random random{1};
  const Net<float, Recurrence<3, 8>, Readout<8, 2>> net{init::standard(random)};
  const FrozenArrays arrays = freeze<BFloat16>(net);  // owns the weights, half a float each
  const FrozenNet frozen = arrays.net();              // refers to them
  const OwningFrozenNet owning = freeze<std::int8_t>(net).net();
  static_assert(WeightOf<std::int8_t, float> && !WeightOf<int, float>);
  auto state = frozen.initial_state();  // State<float, 8, 8, 2, 1>, as a net's
  frozen.step(Vector<float, 3>::Ones(), state);
  const Net<float, Recurrence<3, 8>, Readout<8, 2>> whole = frozen.thaw();  // all verbs again
  CHECK((whole.theta() - net.theta()).norm() < 0.01F * net.theta().norm());
  CHECK(state.y.size() == 2);
  CHECK(owning.check_value() != frozen.check_value());
  const Form form = form_of(Recurrence{3, 8, {.zoneout = 0.1}});
  const std::string type = cpp_type(form);            // "elman::Recurrence<3, 8, elman::Tanh, elman::RecurrentNoise>"
  const std::string arguments = cpp_arguments(form);  // "elman::RecurrentNoise{0x0p+0, 0x1.999999999999ap-4}"
  const std::string value = cpp_value(form);          // type(arguments)
  const std::string number = cpp_literal(0.75F);      // "0x1.8p-1F"
  const std::string text = cpp_literal(std::string_view("x"));  // in quotes, ASCII alone
  const bool may_be_named = is_cpp_name("words");
  const std::string_view why_not = fault_of_cpp_name("2");  // "; expected a letter, and …"
  const MatrixShape shape{"W", 8, 8};                       // as a header that cpp_header writes lists them
  CHECK(type == "elman::Recurrence<3, 8, elman::Tanh, elman::RecurrentNoise>");
  CHECK(arguments == "elman::RecurrentNoise{0x0p+0, 0x1.999999999999ap-4}");
  CHECK(value == type + "(" + arguments + ")");
  CHECK(number == "0x1.8p-1F");
  CHECK(text == "\"x\"");
  CHECK(may_be_named);
  CHECK(why_not.rfind("; expected a letter, and ", 0) == 0);
  CHECK(cpp_header(net, "words").find("{\"W\", 8, 8}") != std::string::npos);
  CHECK(shape.rows == 8);
}

namespace {

/// y ← a x + y of all columns, of any matrices in memory.
template <RealOrComplex Scalar>
void add_scaled(Real<Scalar> a, const ConstMatrixView<Scalar>& x, const MatrixView<Scalar>& y) {
  for (Index k = 0; k < x.cols(); ++k) {
    const BasicVectorView<const Scalar> from = x.col(k);
    VectorView<Scalar> to = y.col(k);
    for (Index row = 0; row < x.rows(); ++row) to[row] += Scalar(a) * from[row];
  }
}

}  // namespace

TEST_CASE("matrices, and views of them") {
  Columns<float, 3> x = Columns<float, 3>::Ones(3, 6);  // 3 rows, any number of columns
  Matrix<float, Dynamic, Dynamic> y = 2 * x;
  add_scaled<float>(0.5F, x, y);  // views are made of what lies in memory
  const BasicMatrixView<float> part = BasicMatrixView<float>(x).middleCols(2, 3);  // MatrixView<float>
  copy(y.middleCols(0, 3), part);                                                  // part ← y's first columns
  add<float>(y.middleCols(3, 3), part);                                            // part += …
  set_zero(BasicMatrixView<float>(y));
  static_assert(std::is_same_v<Wide<float>, double> && is_complex<std::complex<double>>);
  const double real = real_part(std::complex<double>(1, 2));
  GrowingColumns<float, 3> memory = x;  // a matrix that keeps its memory when it becomes smaller
  memory.resize(3, 2);
  ColumnBuffer<float> buffer;  // the same without numbers that stay
  buffer.reshape(3, 4);
  MatrixView<float> columns = buffer.view();
  columns.setConstant(1);
  CHECK(x(0, 2) == 5);
  CHECK(x(0, 1) == 1);
  CHECK(y.norm() == 0);
  CHECK(real == 1);
  CHECK(memory.cols() == 2);
  CHECK(columns.sum() == 12);
}

TEST_CASE("products, and vector instructions") {
  const Columns<float, 4> A = Columns<float, 4>::Random(4, 3);
  const Columns<float, 3> B = Columns<float, 3>::Random(3, 5);
  const Columns<float, 4> start = Columns<float, 4>::Ones(4, 1);
  Columns<float, 4> C(4, 5), sums = start;
  Factor<float> factor;  // A made ready to be multiplied again and again
  factor.assign(A);
  const Operand<float> right = B;  // views: what products take, and where they write
  const Result<float> result = C;
  set_product(factor, right, result);  // C = A B
  set_product(factor, B, start, C);    // C = start + A B, start in front of each column
  add_product(factor, B, C);           // C += A B
  const std::vector<Index> tokens{2, 0};
  Columns<float, 4> picked(4, 2);
  set_product(factor, OneHot<float>(tokens.data(), 3, 2), picked);  // columns 2 and 0 of A
  Columns<float, 4> outer = Columns<float, 4>::Zero(4, 3);
  Factor<float, factor_size<float>(4, 3)> inside;  // without a heap, for A; of A or Aᵀ:
  Factor<float, factor_size_of_both<float>(4, 3)> both;
  inside.assign(A);
  both.assign_transposed(A);
  add_product_transposed(inside, Columns<float, 3>::Identity(3, 3).eval(), outer);  // outer += A Bᵀ
  add_row_sums(inside, sums);                                                       // sums += A 1
  CHECK((C - (start.replicate(1, 5) + 2 * A * B)).norm() < 1e-5F);
  CHECK(both.rows() == 3);
  CHECK(picked.col(0) == A.col(2));
  CHECK((outer - A).norm() < 1e-6F);
  CHECK((sums - start - A.rowwise().sum()).norm() < 1e-5F);
  const Simd before = simd();  // the vector instructions in use
  limit_simd(Simd::compiled);  // those that any processor of the program's flags has
  limit_simd(best_simd());     // the widest of this one again
  const std::string version =
      std::to_string(version_major) + "." + std::to_string(version_minor) + "." + std::to_string(version_patch);
  CHECK(simd() == before);
  CHECK(version.rfind(std::to_string(ELMAN_VERSION_MAJOR) + "." + std::to_string(ELMAN_VERSION_MINOR), 0) == 0);
}
