// SPDX-License-Identifier: MIT
//
// Named tensors into a file in the safetensors format.
//
//   elman::io::TensorWriter file;
//   file.add("W", W);                                      refers to W, any float or double matrix that lies by columns
//   file.metadata["trained on"] = "six languages";
//   file.write("net.safetensors");
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/file_writer.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/number_bytes.hpp"
#include "elman/types.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

class TensorWriter {
 public:
  std::map<std::string, std::string> metadata;

  /// Of shape [rows, cols], row by row. Throws std::invalid_argument if the name is taken.
  template <std::floating_point Scalar>
  void add(const std::string& name, const ConstMatrixView<Scalar>& numbers) {
    add(name, {numbers.rows(), numbers.cols()}, numbers.rows(), numbers.cols(),
        [numbers](Index row, Index col) { return numbers(row, col); });
  }
  template <class M>
  requires elman::detail::HasColumns<M>
  void add(const std::string& name, const M& numbers) { add(name, ConstMatrixView<typename M::Scalar>(numbers)); }
  /// A matrix without a name of its own would be gone before it is written.
  template <class M>
  requires std::derived_from<M, Eigen::PlainObjectBase<M>>
  void add(const std::string& name, const M&& numbers) = delete;
  /// Of shape [size].
  template <std::floating_point Scalar>
  void add_vector(const std::string& name, const ConstVectorView<Scalar>& numbers) {
    add(name, {numbers.size()}, Index{1}, numbers.size(), [numbers](Index, Index col) { return numbers(col); });
  }
  /// Of shape [cols, rows].
  template <std::floating_point Scalar>
  void add_transposed(const std::string& name, const ConstMatrixView<Scalar>& numbers) {
    add(name, {numbers.cols(), numbers.rows()}, numbers.cols(), numbers.rows(),
        [numbers](Index row, Index col) { return numbers(col, row); });
  }

  /// Writes all of it; throws std::runtime_error if that fails, and the file is what it was.
  void write(const std::filesystem::path& path) const {
    const std::string header = header_text();
    detail::FileWriter file(path);
    unsigned char length[8];
    detail::put_word(static_cast<std::uint64_t>(header.size()), length);
    file.write(length, sizeof length);
    file.write(header.data(), header.size());
    for (const Entry* entry : in_file_order()) entry->write(file);
    file.commit();
  }

 private:
  struct Entry {
    std::string name;
    std::vector<Index> shape;
    std::size_t number_bytes;
    std::size_t bytes;
    std::function<void(detail::FileWriter&)> write;
  };

  template <class Number>
  void add(const std::string& name, std::vector<Index> shape, Index rows, Index cols, const Number& number) {
    using Scalar = decltype(number(Index{}, Index{}));
    static_assert(sizeof(Scalar) == 4 || sizeof(Scalar) == 8, "elman::io: numbers are written as float or double");
    elman::detail::require_that(names_.insert(name).second && name != "__metadata__", "TensorWriter::add: name \"",
                                name, "\" is taken; expected another");
    const auto write = [rows, cols, number](detail::FileWriter& file) {
      constexpr std::size_t most = 1 << 17;
      std::vector<unsigned char> buffer;
      buffer.reserve((std::min)(most, static_cast<std::size_t>(rows * cols)) * sizeof(Scalar));
      for (Index row = 0; row < rows; ++row) {
        for (Index col = 0; col < cols; ++col) {
          unsigned char bytes[sizeof(Scalar)];
          detail::put_word(detail::Native<Scalar>::to(number(row, col)), bytes);
          buffer.insert(buffer.end(), bytes, bytes + sizeof bytes);
          if (buffer.size() < most * sizeof(Scalar)) continue;
          file.write(buffer.data(), buffer.size());
          buffer.clear();
        }
      }
      file.write(buffer.data(), buffer.size());
    };
    entries_.push_back(
        {name, std::move(shape), sizeof(Scalar), static_cast<std::size_t>(rows * cols) * sizeof(Scalar), write});
  }

  /// Doubles first, so that each number is at a multiple of its size.
  std::vector<const Entry*> in_file_order() const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::stable_sort(order.begin(), order.end(),
                     [](const Entry* a, const Entry* b) { return a->number_bytes > b->number_bytes; });
    return order;
  }

  std::string header_text() const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::size_t begin = 0;
    for (const Entry* entry : in_file_order()) {
      header[entry->name] = {{"dtype", entry->number_bytes == 4 ? "F32" : "F64"},
                             {"shape", entry->shape},
                             {"data_offsets", {begin, begin + entry->bytes}}};
      begin += entry->bytes;
    }
    std::string text;
    try {
      text = header.dump();
    } catch (const nlohmann::ordered_json::exception& error) {
      elman::detail::fail("TensorWriter::write: a name or a text is not UTF-8: ", detail::reason(error));
    }
    text.append((8 - text.size() % 8) % 8, ' ');
    elman::detail::require_that(text.size() <= detail::longest_header, "TensorWriter::write: names and texts take ",
                                text.size(), " bytes; expected at most ", detail::longest_header);
    return text;
  }

  std::vector<Entry> entries_;
  std::set<std::string> names_;
};

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
