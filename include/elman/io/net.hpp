// SPDX-License-Identifier: MIT
//
// A net of any composition as a file in the safetensors format, and back.
//
//   elman::io::save("words.safetensors", net, {.strings = {{"classes", names}}});
//   const auto net = elman::io::load<decltype(cell)>("words.safetensors");         run-time sizes are the file's
//   elman::io::load("words.safetensors", net);                                     into a net of its sizes
//   const auto names = elman::io::attachments("words.safetensors").strings_of("classes");
//
// Matrices have the names of net.matrix(name) and the shapes of the mathematics, U is [Hidden, In], row by row; numbers
// that go with the net are named attached.NAME, texts are metadata. elman.net in the metadata says which net it is.
//
// Nothing is half done: a file is replaced whole or not at all, and a net is written only when all of the file has been
// found right. Faults of files are std::runtime_error and start with the path.
#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "elman/check.hpp"
#include "elman/deploy/attachments.hpp"
#include "elman/io/detail/attached.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/form_json.hpp"
#include "elman/io/detail/form_reader.hpp"
#include "elman/io/detail/type_text.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"
#include "elman/layers/form.hpp"
#include "elman/net.hpp"
#include "elman/net/parameters.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

/// What is saved beside finite numbers.
struct SaveOptions {
  bool non_finite = false;  ///< NaN and infinity too, which a net that is of use does not have
};

namespace detail {

template <class Scalar>
constexpr bool is_file_scalar() {
  static_assert(std::same_as<Scalar, float> || std::same_as<Scalar, double>,
                "elman::io: files hold nets of float and double; net.cast<double>() makes one of another");
  return true;
}

template <class Scalar, class Body, class Readout>
NetForm net_form(const Body& body, const Readout& readout) {
  return {std::same_as<Scalar, float> ? "float" : "double", form_of(body), form_of(readout)};
}

/// visit(name, view), with a column for a vector.
template <class Net, class Visit>
void for_each_matrix(Net& net, const Visit& visit) {
  net.for_each([&](const std::string& name, const auto& view) {
    constexpr bool is_vector = std::remove_cvref_t<decltype(view)>::ColsAtCompileTime == 1;
    visit(name, MatrixView<typename Net::Scalar>(view), std::bool_constant<is_vector>{});
  });
}

/// Throws if a size or a count is larger than those of so many parameters can be.
inline void check_sizes(const std::string& file, const Form& form, Index parameters) {
  const auto most = parameters + (Index{1} << 20);  // what has no parameters may be wide
  const auto check_one = [&](bool holds) {
    require_that(holds, file, "metadata elman.net describes a net of more parameters than the file has");
  };
  for (const Index size : form.sizes) check_one(size <= most);
  for (const Index count : form.counts) check_one(count <= most);
  for (const auto& layer : form.inner) check_sizes(file, layer, parameters);
}

/// Takes parameters up to a number of them: sizes that a file claims are not believed beyond what it holds.
struct LimitedCursor {
  using Matrix = Index;
  using Vector = Index;

  const std::string& file;
  Index left;

  Index matrix(Index rows, Index cols) {
    require_that(rows >= 0 && cols >= 0 && (cols == 0 || rows <= left / cols), file,
                 "metadata elman.net describes a net of more parameters than the file has");
    return left -= rows * cols;
  }
  Index vector(Index rows) { return matrix(rows, 1); }
};

/// The layers that a file describes, of run-time sizes that it may have.
template <class Scalar, class Body, class Readout>
std::pair<Body, Readout> layers_of_file(const TensorReader& file) {
  const auto said = file.metadata().find("elman.net");
  require_that(said != file.metadata().end(), file.name(),
               "has no metadata elman.net; load it into a net of its sizes, by io::load(path, net)");
  const NetForm held = net_form_of(file.name(), said->second);
  const auto expected = [] { return type_text<elman::Net<Scalar, Body, Readout>>(); };
  Index numbers = 0;
  for (const TensorInfo& tensor : file.tensors()) numbers += is_attached(tensor.name) ? 0 : tensor.size();
  check_sizes(file.name(), held.body, numbers);
  check_sizes(file.name(), held.readout, numbers);
  try {
    const Body body = layer_from<Body>(held.body);
    const Readout readout = layer_from<Readout>(held.readout);
    LimitedCursor cursor{file.name(), numbers};
    body.take(cursor);
    readout.take(cursor);
    const NetForm made{held.scalar, form_of(body), form_of(readout)};
    require_that(made == held, file.name(), "holds ", held.shown(), "; expected ", expected(),
                 made.text() == held.text() ? ", with other options" : "");
    require_that(body.out() == readout.in(), file.name(), "holds ", held.shown(),
                 ", whose readout does not read the rows of its body");
    return {body, readout};
  } catch (const std::invalid_argument& error) {
    fail(file.name(), "holds ", held.shown(), "; expected ", expected(), " (", error.what(), ")");
  }
}

/// Throws unless the file holds no other net than this, all of its matrices and nothing that is not its own.
template <class Scalar, class Body, class Readout>
void check_net(TensorReader& file, ParameterVector<Scalar, Body, Readout>& net, const NumberOptions& options) {
  const NetForm own = net_form<Scalar>(net.body(), net.readout());
  const auto said = file.metadata().find("elman.net");
  if (said != file.metadata().end()) {
    NetForm held = net_form_of(file.name(), said->second);
    require_that(options.convert || held.scalar == own.scalar, file.name(), "holds ", held.shown(), "; expected ",
                 own.text(), ", or that .convert is asked for");
    held.scalar = own.scalar;
    require_that(held == own, file.name(), "holds ", held.shown(), "; expected ", own.text(),
                 held.text() == own.text() ? ", with other options" : "");
  }
  std::set<std::string> names;
  for_each_matrix(net, [&](const std::string& name, const auto& view, auto) {
    file.of_shape(name, {view.rows(), view.cols()});
    names.insert(name);
  });
  for (const TensorInfo& tensor : file.tensors()) {
    require_that(is_attached(tensor.name) || names.contains(tensor.name), file.name(), "has a tensor ",
                 in_quotes(tensor.name), ", which ", own.text(), " has not");
  }
}

/// Throws std::invalid_argument, with `function` in front, of a weight that is not finite, unless that is asked for.
template <class Net>
void require_finite(const char* function, const Net& net, const SaveOptions& options) {
  net.for_each([&](const std::string& name, const auto& view) {
    for (Index col = 0; col < view.cols(); ++col) {
      for (Index row = 0; row < view.rows(); ++row) {
        elman::detail::require_that(options.non_finite || fits_in<typename Net::Scalar>(view(row, col)), function, ": ",
                                    name, "(", row, ", ", col, ") is ", view(row, col), "; expected a finite number");
      }
    }
  });
}

template <class Net>
void read_net(TensorReader& file, Net& net, const NumberOptions& options) {
  for_each_matrix(net,
                  [&](const std::string& name, const auto& view, auto) { file.read(file.at(name), view, options); });
}

}  // namespace detail

/// Writes the net and what goes with it; the file's folder must be there. Throws std::runtime_error if that fails, and
/// std::invalid_argument if a weight is not finite or a name is taken; the file is then what it was.
template <class Scalar, class Body, class Readout>
void save(const std::filesystem::path& path, const Parameters<Scalar, Body, Readout>& net,
          const Attachments& attachments = {}, const SaveOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  detail::require_finite("io::save", net, options);
  TensorWriter file;
  file.metadata["elman.net"] = detail::text_of(detail::net_form<Scalar>(net.body(), net.readout()));
  net.for_each([&](const std::string& name, const auto& view) {
    if constexpr (std::remove_cvref_t<decltype(view)>::ColsAtCompileTime == 1) {
      file.add_vector(name, ConstVectorView<Scalar>(view.data(), view.size()));
    } else {
      file.add(name, ConstMatrixView<Scalar>(view));
    }
  });
  detail::add_attachments(file, attachments, "io::save");
  file.write(path);
}

/// Reads into a net of the same composition and sizes. Throws std::runtime_error, with the net as it was, if the file
/// is not one of such a net, or if its numbers are of another type or not finite and that is not asked for.
template <class Scalar, class Body, class Readout>
void load(TensorReader& file, Parameters<Scalar, Body, Readout>& net, const NumberOptions& options = {}) {
  static_assert(detail::is_file_scalar<Scalar>());
  detail::check_net(file, net, options);
  detail::for_each_matrix(
      net, [&](const std::string& name, const auto&, auto) { file.template check<Scalar>(file.at(name), options); });
  detail::read_net(file, net, options);
}
template <class Scalar, class Body, class Readout>
void load(const std::filesystem::path& path, Parameters<Scalar, Body, Readout>& net,
          const NumberOptions& options = {}) {
  TensorReader file(path);
  load(file, net, options);
}

/// A new net, with the run-time sizes of the file.
template <class Net>
requires std::derived_from<Net,
                           Parameters<typename Net::Scalar, std::remove_cvref_t<decltype(std::declval<Net&>().body())>,
                                      std::remove_cvref_t<decltype(std::declval<Net&>().readout())>>>
    Net load(TensorReader& file, const NumberOptions& options = {}) {
  using Scalar = typename Net::Scalar;
  using Body = std::remove_cvref_t<decltype(std::declval<Net&>().body())>;
  using Readout = std::remove_cvref_t<decltype(std::declval<Net&>().readout())>;
  static_assert(detail::is_file_scalar<Scalar>());
  auto [body, readout] = detail::layers_of_file<Scalar, Body, Readout>(file);
  Net net(Parameters<Scalar, Body, Readout>(std::move(body), std::move(readout)));
  detail::check_net(file, net, options);
  detail::read_net(file, net, options);
  return net;
}
template <class Net>
Net load(const std::filesystem::path& path, const NumberOptions& options = {}) {
  TensorReader file(path);
  return load<Net>(file, options);
}

/// What a file says of its net: its type, and the options of its layers. Throws std::runtime_error if it says nothing.
inline NetForm form(const std::filesystem::path& path) {
  const TensorReader file(path);
  const auto said = file.metadata().find("elman.net");
  detail::require_that(said != file.metadata().end(), file.name(),
                       "has no metadata elman.net, which says what net it is");
  return detail::net_form_of(file.name(), said->second);
}

/// What a file has beside the net.
inline Attachments attachments(const std::filesystem::path& path) {
  TensorReader file(path);
  return detail::attachments_of(file);
}

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
