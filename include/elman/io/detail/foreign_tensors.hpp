// SPDX-License-Identifier: MIT
//
// A net's matrices to and from tensors of other names, some of them transposed, biases perhaps in two parts. All is
// checked before the net is written.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/detail/file_error.hpp"
#include "elman/io/net.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "elman/net/parameters.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

/// Where a matrix of the net stands in a file.
struct ForeignTensor {
  std::string matrix;           ///< of the net, "layer1.forwards.U"
  std::string tensor;           ///< of the file
  bool is_transposed = false;   ///< the tensor is [cols, rows]
  std::string summand = {};     ///< if not empty, another tensor that is added
  std::string if_missing = {};  ///< what is said then, in place of a list of what there is

  bool is_recurrent() const { return matrix.back() == 'W'; }
  bool is_vector() const { return matrix.back() == 'b' || matrix.back() == 'c'; }
};

/// Throws if this is the recurrent matrix of another kind of layer.
inline void check_gates(const TensorReader& file, const TensorInfo& tensor, bool is_transposed) {
  if (tensor.shape.size() != 2) return;
  const Index longer = tensor.shape[is_transposed ? 1 : 0], hidden = tensor.shape[is_transposed ? 0 : 1];
  for (const Index gates : {Index{4}, Index{3}}) {
    require_that(hidden == 0 || longer != gates * hidden, file.name(), "tensor ", in_quotes(tensor.name), " has shape ",
                 shape_text(tensor.shape), ", ", gates, " times ", hidden, ", which is that of ",
                 gates == 4 ? "an LSTM" : "a GRU", "; expected that of a simple recurrence");
  }
}

/// The fault of a tensor that no matrix of the net takes. `taker`: what would take it, if that is known.
[[__noreturn__]] inline void refuse_tensor(const TensorReader& file, const TensorInfo& tensor,
                                           const std::string& taker) {
  fail(file.name(), "has a tensor ", in_quotes(tensor.name), ", which no part of the net takes",
       taker.empty() ? "; with .others it may be there" : "; " + taker + " would");
}

/// The sum of both tensors, in double. What has no second part is left as it is, a zero's sign too.
inline Vector<double, Dynamic> sum_of(TensorReader& file, const ForeignTensor& each, NumberOptions options) {
  options.convert = true;
  Vector<double, Dynamic> sum = file.matrix<double>(each.tensor, options);
  const Vector<double, Dynamic> other = file.matrix<double>(each.summand, options);
  for (Index k = 0; k < sum.size(); ++k) {
    if (other(k) != 0) sum(k) += other(k);
  }
  return sum;
}

/// Throws std::runtime_error unless the net can be filled. `refuse(tensor)` throws: no matrix takes it.
template <class Scalar, class Body, class Readout, class Refuse>
void check_foreign(TensorReader& file, const Parameters<Scalar, Body, Readout>& net,
                   const std::vector<ForeignTensor>& all, const NumberOptions& options, const Refuse& refuse) {
  std::set<std::string_view> taken;
  const auto take = [&](const std::string& name, const ForeignTensor& each) -> const TensorInfo& {
    require_that(each.if_missing.empty() || file.find(name), file.name(), "has no tensor ", in_quotes(name),
                 ", the net's ", each.matrix, ": ", each.if_missing);
    taken.insert(name);
    return file.at(name);
  };
  for (const ForeignTensor& each : all) {
    const TensorInfo& tensor = take(each.tensor, each);
    if (each.is_recurrent()) check_gates(file, tensor, each.is_transposed);
    if (!each.summand.empty()) take(each.summand, each);
  }
  for (const TensorInfo& tensor : file.tensors()) {
    if (!taken.contains(tensor.name)) refuse(tensor);
  }
  for (const ForeignTensor& each : all) {
    const auto matrix = net.matrix(each.matrix);
    const bool flips = each.is_transposed;
    const std::vector<Index> shape{flips ? matrix.cols() : matrix.rows(), flips ? matrix.rows() : matrix.cols()};
    file.template check<Scalar>(file.of_shape(each.tensor, shape), options);
    if (each.summand.empty()) continue;
    file.template check<Scalar>(file.of_shape(each.summand, shape), options);
    const auto sum = sum_of(file, each, options);
    for (Index k = 0; k < sum.size(); ++k) {
      require_that(options.non_finite || fits_in<Scalar>(sum(k)), file.name(), each.tensor, "[", k, "] + ",
                   each.summand, "[", k, "] is ", sum(k), "; expected a number that the net can hold");
    }
  }
}

/// Fills a net that check_foreign has found right.
template <class Scalar, class Body, class Readout>
void read_foreign(TensorReader& file, Parameters<Scalar, Body, Readout>& net, const std::vector<ForeignTensor>& all,
                  const NumberOptions& options) {
  for (const ForeignTensor& each : all) {
    const auto matrix = net.matrix(each.matrix);
    if (!each.summand.empty()) {
      matrix.col(0) = sum_of(file, each, options).template cast<Scalar>();
    } else if (each.is_transposed) {
      file.read_transposed(file.at(each.tensor), matrix, options);
    } else {
      file.read(file.at(each.tensor), matrix, options);
    }
  }
}

/// Writes the net, with zeros for summands.
template <class Scalar, class Body, class Readout>
void write_foreign(const char* function, const std::filesystem::path& path,
                   const Parameters<Scalar, Body, Readout>& net, const std::vector<ForeignTensor>& all,
                   const SaveOptions& options) {
  require_finite(function, net, options);
  TensorWriter file;
  const Vector<Scalar, Dynamic> zeros = Vector<Scalar, Dynamic>::Zero(net.state());
  for (const ForeignTensor& each : all) {
    const ConstMatrixView<Scalar> matrix = net.matrix(each.matrix);
    if (each.is_vector()) {
      file.add_vector(each.tensor, matrix.col(0));
    } else if (each.is_transposed) {
      file.add_transposed(each.tensor, matrix);
    } else {
      file.add(each.tensor, matrix);
    }
    if (!each.summand.empty()) file.add_vector(each.summand, ConstVectorView<Scalar>(zeros.data(), matrix.rows()));
  }
  file.write(path);
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
