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
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/io/detail/option_text.hpp"
#include "elman/io/detail/part_file.hpp"
#include "elman/io/net.hpp"
#include "elman/net/parameters.hpp"
#include "elman/net/state.hpp"
#include "elman/optim/finite.hpp"
#include "elman/optim/plateau.hpp"
#include "elman/random.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io::detail {

template <class T>
concept IsNumber = std::integral<T> || std::same_as<T, float> || std::same_as<T, double>;

/// "float", "whole number"; "floats".
template <IsNumber Number>
std::string number_name() {
  if (std::same_as<Number, bool>) return "bool";
  return std::integral<Number> ? "whole number" : std::same_as<Number, float> ? "float" : "double";
}
template <IsNumber Number>
std::string numbers_name() {
  return number_name<Number>() + "s";
}

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

template <class Archive, IsNumber Number>
void visit_part(Archive& archive, std::vector<Number>& numbers) {
  archive.is("list of " + numbers_name<Number>());
  if constexpr (std::integral<Number>) {
    archive.template whole_numbers<Number>("values", numbers);
  } else {
    if constexpr (Archive::reads) numbers.resize(static_cast<std::size_t>(archive.shape("")[0]));
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
template <class T>
concept IsPlain = requires {
  typename T::PlainObject;
  requires std::same_as<T, typename T::PlainObject>;
  requires IsNumber<typename T::Scalar>;
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

/// As optim::OptimizerBase makes it.
template <class T>
concept IsKeptOptimizer = requires(T& optimizer, const T& constant) {
  optimizer.restore(constant.state());
  constant.state().vectors();
  constant.state().steps;
  constant.options();
};

/// Which it is: of ours by its options, of one of your own by its form().
template <IsKeptOptimizer T>
std::string optimizer_text(const T& optimizer) {
  using First = std::remove_cvref_t<decltype(std::get<0>(optimizer.state().vectors()))>;
  static_assert(is_file_scalar<typename First::value_type>());
  constexpr bool has_form = elman::detail::HasForm<T, FormOptions>;
  static_assert(
      has_form || requires { form_of_options(optimizer.options()); },
      "elman::io::Checkpoint::keep: an optimizer of your own says its name and its options, but for the "
      "learning rate, in `elman::FormOptions form() const`; see elman/layers/form.hpp");
  FormOptions options;
  if constexpr (has_form) {
    options = optimizer.form();
  } else if constexpr (requires { form_of_options(optimizer.options()); }) {
    options = form_of_options(optimizer.options());
  }
  return join(option_text(options), " of ", std::get<0>(optimizer.state().vectors()).size(), " parameters in ",
              number_name<typename First::value_type>());
}
template <class Guarded>
std::string optimizer_text(const optim::SkipNonFinite<Guarded>& guard) {
  return "elman::optim::SkipNonFinite of " + optimizer_text(guard.optimizer());
}

/// Count of steps, and vectors in their order; those that its options leave empty are left out.
template <class Archive, class RunState>
void visit_state(Archive& archive, RunState& state) {
  archive.whole_number("steps", state.steps);
  int k = 0;
  const auto visit = [&](const auto& vector) {
    using Scalar = typename std::remove_cvref_t<decltype(vector)>::value_type;
    const std::string name = join("vector", k++);
    Scalar* const begin = const_cast<Scalar*>(vector.data());  // vectors() of what is read into is const as well
    if (!vector.empty()) archive.vector(name, VectorView<Scalar>(begin, static_cast<Index>(vector.size())));
  };
  std::apply([&](const auto&... vectors) { (visit(vectors), ...); }, state.vectors());
}
template <class Archive, IsKeptOptimizer T>
void visit_state_of(Archive& archive, T& optimizer) {
  if constexpr (Archive::reads) {
    auto state = optimizer.state();
    visit_state(archive, state);
    optimizer.restore(state);
  } else {
    visit_state(archive, optimizer.state());
  }
}
template <class Archive, IsKeptOptimizer T>
void visit_part(Archive& archive, T& optimizer) {
  archive.is(optimizer_text(optimizer));
  visit_state_of(archive, optimizer);
}
template <class Archive, IsKeptOptimizer Guarded>
void visit_part(Archive& archive, optim::SkipNonFinite<Guarded>& guard) {
  archive.is(optimizer_text(guard));
  Index skipped = guard.skipped(), in_a_row = guard.skipped_in_a_row();
  archive.whole_number("skipped", skipped);
  archive.whole_number("skipped_in_a_row", in_a_row);
  if constexpr (Archive::reads) guard.restore(skipped, in_a_row);
  visit_state_of(archive, guard.optimizer());
}

template <class Archive>
void visit_part(Archive& archive, optim::ReduceOnPlateau& plateau) {
  archive.is(option_text(form_of_options(plateau.options())));
  const auto visit = [&](auto& state) {
    archive.vector("learning_rate", VectorView<double>(const_cast<double*>(&state.learning_rate), 1));
    archive.vector("best", VectorView<double>(const_cast<double*>(&state.best), 1));
    archive.whole_number("without_gain", state.without_gain);
    archive.whole_number("cooling", state.cooling);
  };
  if constexpr (Archive::reads) {
    auto state = plateau.state();
    visit(state);
    plateau.restore(state);
  } else {
    visit(plateau.state());
  }
}

/// What can be kept.
template <class T>
concept IsKept = requires(PartReader& archive, T& part) {
  visit_part(archive, part);
};

/// What has been read into the part's place. Nothing throws: sizes have been found right. What had its size stays where
/// it is in memory, for views of it.
template <class T>
void take_part(T& part, T& read) {
  if constexpr (requires { part.resize(part.size()); } && !IsPlain<T> && !std::same_as<T, std::string>) {
    if (part.size() == read.size()) {
      std::copy(read.begin(), read.end(), part.begin());
    } else {
      part.swap(read);
    }
  } else if constexpr (IsPlain<T>) {
    if (part.rows() == read.rows() && part.cols() == read.cols()) {
      part = read;
    } else {
      part.swap(read);
    }
  } else if constexpr (IsKeptOptimizer<T>) {
    part.restore(read.state());
  } else {
    part = std::move(read);
  }
}
template <class Scalar, class Body, class Readout>
void take_part(ParameterVector<Scalar, Body, Readout>& part, ParameterVector<Scalar, Body, Readout>& read) {
  std::copy_n(read.data(), read.theta().size(), part.data());
}

}  // namespace io::detail
}  // namespace ELMAN_ABI
}  // namespace elman
