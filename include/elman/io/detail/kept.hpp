// SPDX-License-Identifier: MIT
//
// What each kind of part of a checkpoint is made of: visit_part(archive, part) lists it once, for the archive that
// writes (PartWriter) and for the one that reads (PartReader), and take_part(part, read) puts what has been read into
// its place.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/io/detail/kept_optimizer.hpp"
#include "elman/io/detail/part_reader.hpp"
#include "elman/io/detail/part_writer.hpp"
#include "elman/io/detail/whole_numbers.hpp"
#include "elman/io/net.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/state.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <class Archive, IsNumber Number>
void visit_part(Archive& archive, Number& number) {
  archive.is(number_name<Number>());
  if constexpr (std::integral<Number>) {
    archive.whole_number("value", number);
  } else {
    archive.vector("", VectorView<Number>(&number, 1));
  }
}

template <class Archive>
void visit_part(Archive& archive, std::string& text) {
  archive.is("text");
  archive.text(text);
}

/// One text behind the other, and how long each is.
template <class Archive>
void visit_part(Archive& archive, std::vector<std::string>& texts) {
  archive.is("list of texts");
  std::string all;
  std::vector<std::size_t> sizes;
  for (const std::string& text : texts) {
    all += text;
    sizes.push_back(text.size());
  }
  archive.template whole_numbers<std::size_t>("sizes", sizes);
  archive.text(all);
  if constexpr (Archive::reads) {
    texts.clear();
    std::size_t begin = 0;
    for (const std::size_t size : sizes) {
      if (size > all.size() - begin) archive.refuse(join("has a text of ", size, " bytes behind its end"));
      texts.push_back(all.substr(begin, size));
      begin += size;
    }
    if (begin != all.size()) archive.refuse(join("has ", all.size() - begin, " bytes in none of its texts"));
  }
}

template <class Archive, IsNumber Number>
void visit_part(Archive& archive, std::vector<Number>& numbers) {
  archive.is("list of " + numbers_name<Number>());
  if constexpr (std::integral<Number>) {
    archive.template whole_numbers<Number>("values", numbers);
  } else {
    if constexpr (Archive::reads) numbers.resize(static_cast<std::size_t>(archive.size("")));
    archive.vector("", VectorView<Number>(numbers.data(), static_cast<Index>(numbers.size())));
  }
}
template <class Archive, IsNumber Number, std::size_t Size>
void visit_part(Archive& archive, std::array<Number, Size>& numbers) {
  archive.is(join("array of ", Size, " ", numbers_name<Number>()));
  if constexpr (std::integral<Number>) {
    archive.template whole_numbers<Number>("values", numbers);
  } else {
    archive.vector("", VectorView<Number>(numbers.data(), static_cast<Index>(Size)));
  }
}

template <class Archive>
void visit_part(Archive& archive, Random& random) {
  archive.is("elman::Random");
  Random::State words = random.state();
  archive.template whole_numbers<std::uint64_t>("state", words);
  if constexpr (Archive::reads) random = Random::from_state(words);
}

/// A net or a gradient.
template <class Archive, class Scalar, class Body, class Readout>
void visit_numbers_of(Archive& archive, ParameterVector<Scalar, Body, Readout>& numbers, bool is_gradient) {
  static_assert(is_file_scalar<Scalar>());
  const NetForm form = net_form<Scalar>(numbers.body(), numbers.readout());
  archive.is((is_gradient ? "gradient of " : "") + form.text());
  archive.has("form", text_of(form), "form");
  for_each_matrix(numbers, [&](const std::string& name, const auto& view, auto is_vector) {
    if (!is_gradient) archive.require_finite(name, view);
    if constexpr (is_vector) {
      archive.vector(name, VectorView<Scalar>(view.data(), view.rows()));
    } else {
      archive.matrix(name, view);
    }
  });
}
template <class Archive, class Scalar, class Body, class Readout>
void visit_part(Archive& archive, Parameters<Scalar, Body, Readout>& net) {
  visit_numbers_of(archive, net, false);
}
template <class Archive, class Scalar, class Body, class Readout>
void visit_part(Archive& archive, Gradient<Scalar, Body, Readout>& gradient) {
  visit_numbers_of(archive, gradient, true);
}

template <class Archive, class Scalar, int StateSize, int StepSize, int Out, int Batch>
void visit_part(Archive& archive, State<Scalar, StateSize, StepSize, Out, Batch>& state) {
  static_assert(is_file_scalar<Scalar>());
  archive.is(join("state of ", state.h.rows(), " units and ", state.y.rows(), " outputs of ", state.h.cols(),
                  " streams in ", number_name<Scalar>()));
  archive.matrix("h", MatrixView<Scalar>(state.h));
  archive.matrix("y", MatrixView<Scalar>(state.y));
  archive.matrix("o", MatrixView<Scalar>(state.o));
  archive.template whole_numbers<bool>("fresh", state.fresh);
}

/// An Eigen matrix or array with memory of its own, of any order.
template <class Type>
concept IsPlain = requires {
  typename Type::PlainObject;
  requires std::same_as<Type, typename Type::PlainObject>;
  requires IsNumber<typename Type::Scalar>;
};

/// Rows × cols, unless the type is one of other sizes.
template <IsPlain M>
void resize_part(const PartReader& archive, M& matrix, Index rows, Index cols) {
  const auto fits = [](Index size, int fixed, int most) {
    return fixed == Dynamic ? most == Dynamic || size <= most : size == fixed;
  };
  if (!fits(rows, M::RowsAtCompileTime, M::MaxRowsAtCompileTime) ||
      !fits(cols, M::ColsAtCompileTime, M::MaxColsAtCompileTime)) {
    archive.refuse(join("has ", rows, " x ", cols, " numbers, which its type does not hold"));
  }
  matrix.resize(rows, cols);
}

template <class Archive, IsPlain M>
void visit_part(Archive& archive, M& matrix) {
  using Number = typename M::Scalar;
  archive.is(std::string(M::ColsAtCompileTime == 1 ? "vector of " : "matrix of ") + numbers_name<Number>());
  if constexpr (std::integral<Number>) {
    std::array<Index, 2> shape{matrix.rows(), matrix.cols()};
    const auto given = matrix.reshaped();
    std::vector<Number> numbers(given.begin(), given.end());
    archive.template whole_numbers<Index>("shape", shape);
    archive.template whole_numbers<Number>("values", numbers);
    if constexpr (Archive::reads) {
      const auto count = static_cast<Index>(numbers.size());
      const bool is_shape =
          shape[0] >= 0 && shape[1] >= 0 &&
          (shape[0] == 0 || shape[1] == 0 ? count == 0 : count % shape[0] == 0 && count / shape[0] == shape[1]);
      if (!is_shape) archive.refuse(join("has ", count, " numbers; expected ", shape[0], " x ", shape[1]));
      resize_part(archive, matrix, shape[0], shape[1]);
      auto all = matrix.reshaped();
      std::copy(numbers.begin(), numbers.end(), all.begin());
    }
  } else {
    if constexpr (Archive::reads) {
      const auto [rows, cols] = archive.shape("");
      resize_part(archive, matrix, rows, cols);
    }
    if constexpr (M::ColsAtCompileTime == 1) {
      archive.vector("", VectorView<Number>(matrix.data(), matrix.size()));
    } else if constexpr (M::IsRowMajor) {
      archive.transposed("", MatrixView<Number>(matrix.data(), matrix.cols(), matrix.rows()));
    } else {
      archive.matrix("", MatrixView<Number>(matrix.data(), matrix.rows(), matrix.cols()));
    }
  }
}

/// What can be kept.
template <class Type>
concept IsKept = requires(PartReader& archive, Type& part) {
  visit_part(archive, part);
};

/// What calls keep(name, part) for each of its parts.
template <class Type>
concept IsCompound = requires(Type& compound, void (&keep)(std::string_view, Type&)) {
  compound.keep(keep);
};

/// What has been read into the part's place. Nothing throws: sizes have been found right. What had its size stays where
/// it is in memory, for views of it.
template <class Type>
void take_part(Type& part, Type& read) {
  if constexpr (requires { part.theta(); }) {
    part.theta() = read.theta();
  } else if constexpr (IsKeptOptimizer<Type>) {
    part.restore(read.state());
  } else {
    bool has_its_size = true;
    if constexpr (IsPlain<Type>) {
      has_its_size = part.rows() == read.rows() && part.cols() == read.cols();
    } else if constexpr (requires { part.size(); }) {
      has_its_size = part.size() == read.size();
    }
    if constexpr (requires { part.swap(read); }) {
      if (!has_its_size) return part.swap(read);
    }
    part = read;
  }
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
