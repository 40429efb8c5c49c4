// SPDX-License-Identifier: MIT
//
// A training that is interrupted goes on where it was, bit for bit: all that it has made, in one file that is replaced
// whole or not at all.
//
//   elman::io::Checkpoint run("run.checkpoint");
//   run.keep("net", net);
//   run.keep("adam", adam);
//   run.keep("random", random);
//   run.keep("epoch", epoch);                         refers to them: they outlive it
//   if (run.exists()) run.resume();                   run.text("setting") reads a text before that
//   for (; epoch < epochs; ++epoch) {
//     run.save();
//     …
//
// Kept are nets, gradients, elman's optimizers, SkipNonFinite or KeepOrthogonal around one, ReduceOnPlateau, Random,
// states of streams, numbers, std::string, std::vector and std::array of numbers, std::vector of std::string, Eigen's
// matrices; an optimizer of your own that is built on OptimizerBase and has `elman::FormOptions form() const`. A
// schedule is known by the step that it is asked for.
//
// What is made of such parts says so, and is kept as a whole, part by part: "training-net", "training-best-loss" of
//
//   struct Training {
//     template <class Keep>
//     void keep(Keep&& keep) {                        the same parts each time, which stay where they are
//       keep("net", net);
//       keep("best", best);                           one that has a keep() itself: loss, epoch
//     }
//   };
//   run.keep("training", training);
//
// The file is one of the safetensors format: matrix W of part "net" is its tensor net.W.
#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/io/detail/file_error.hpp"
#include "elman/io/detail/json.hpp"
#include "elman/io/detail/kept.hpp"
#include "elman/io/detail/part_reader.hpp"
#include "elman/io/detail/part_writer.hpp"
#include "elman/io/tensor_reader.hpp"
#include "elman/io/tensor_writer.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace io {

struct CheckpointOptions {
  bool non_finite = false;  ///< nets with NaN or infinity too, which no training brings back; all else may have them
};

class Checkpoint {
 public:
  /// Of a file, which need not be there yet; its folder must be when it is saved. A relative path is one of the folder
  /// that is current now. Throws std::invalid_argument if the path is empty.
  explicit Checkpoint(const std::filesystem::path& path, const CheckpointOptions& options = {})
      : path_(path), options_(options) {
    elman::detail::require_that(!path.empty(), "Checkpoint: path is empty; expected that of a file");
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    if (!error) path_ = absolute;
  }

  /// From now on `part` is saved and resumed under this name. Refers to it. Throws std::invalid_argument if the name is
  /// taken or has other characters than letters and digits of ASCII, _ and -; nothing of the part is then kept.
  template <class Type>
  void keep(const std::string& name, Type&& part) {
    using Kept = std::remove_reference_t<Type>;
    static_assert(std::is_lvalue_reference_v<Type> && !std::is_const_v<Kept>,
                  "elman::io::Checkpoint::keep: refers to what it keeps, a variable that resume can write to");
    static_assert(
        detail::IsKept<Kept> || detail::IsCompound<Kept>,
        "elman::io::Checkpoint::keep: keeps nets, gradients, optimizers, ReduceOnPlateau, Random, states of streams, "
        "numbers of up to 64 bits, std::string, std::vector and std::array of numbers, Eigen matrices, and what has "
        "`template <class Keep> void keep(Keep&& keep)` for parts of these types; keep the parts of another type one "
        "by "
        "one");
    check_name(name);
    if constexpr (detail::IsKept<Kept>) {
      parts_.push_back(part_of(name, part));
    } else if constexpr (detail::IsCompound<Kept>) {
      keep_parts(name, part);
    }
  }

  const std::filesystem::path& path() const { return path_; }

  /// Whether there is something to resume. Throws std::runtime_error if that cannot be known.
  bool exists() const {
    std::error_code error;
    const auto status = std::filesystem::status(path_, error);
    if (status.type() == std::filesystem::file_type::not_found) return false;
    detail::require_that(!error, path_.string(), "cannot be looked at: ", error.message());
    return true;
  }

  /// Writes all parts; a kill at any moment leaves the file as it was or as it is now. Throws std::runtime_error if
  /// that fails, and std::invalid_argument if a weight of a net is not finite; the file is then what it was.
  void save() const {
    TensorWriter file;
    auto said = nlohmann::ordered_json::object();
    for (const Part& part : parts_) {
      detail::PartWriter writer(file, said[part.name], part.name, options_.non_finite);
      part.write(writer, part.part);
    }
    std::string& text = file.metadata[metadata_key];
    text = said.dump();
    elman::detail::require_that(text.size() <= longest_text, "Checkpoint::save: whole numbers and texts take ",
                                text.size(), " bytes; expected at most ", longest_text);
    file.write(path_);
  }

  /// Sets all parts to what was saved. Throws std::runtime_error, with nothing changed, if the file cannot be read or
  /// is not a checkpoint of these parts: another net or optimizer, other options than its learning rate, a part too
  /// many or too few.
  void resume() {
    TensorReader file(path_);
    const std::string& name = file.name();
    const auto said = said_by(file);
    for (const auto& [part, value] : said.items()) {
      detail::require_that(find(part), name, "holds ", detail::in_quotes(part), ", which is not kept; kept are ",
                           names());
    }
    std::set<std::string> seen;
    std::vector<std::shared_ptr<void>> copies;
    for (const Part& part : parts_) {
      read_part(file, said, part.name, seen,
                [&](detail::PartReader& reader) { copies.push_back(part.copy_of(reader, part.part)); });
    }
    for (const TensorInfo& tensor : file.tensors()) {
      detail::require_that(seen.contains(tensor.name), name, "has a tensor ", detail::in_quotes(tensor.name),
                           ", which belongs to none of its parts");
    }
    for (std::size_t k = 0; k < parts_.size(); ++k) parts_[k].take(parts_[k].part, copies[k].get());
  }

  /// A std::string that the file has under this name, before there is anything to resume: which net is to be made.
  /// Throws std::runtime_error if it has none.
  std::string text(const std::string& name) const {
    TensorReader file(path_);
    std::string text;
    std::set<std::string> seen;
    read_part(file, said_by(file), name, seen, [&](detail::PartReader& reader) { visit_part(reader, text); });
    return text;
  }

 private:
  /// What is kept, of whatever type: plain functions, for each std::function is 20 of them in a program that is not
  /// optimised.
  struct Part {
    std::string name;
    void* part;
    void (*write)(detail::PartWriter& writer, void* part);
    std::shared_ptr<void> (*copy_of)(detail::PartReader& reader, const void* part);  ///< as the file has it
    void (*take)(void* part, void* copy);
  };

  static constexpr const char* metadata_key = "elman.checkpoint";
  static constexpr std::size_t longest_text = 45'000'000;  ///< quoted twice as long, and tensors beside it: 100 MB

  template <class Type>
  static Part part_of(const std::string& name, Type& part) {
    return {name, &part, &write_part<Type>, &copy_of<Type>, &take_copy<Type>};
  }
  template <class Type>
  static void write_part(detail::PartWriter& writer, void* part) {
    visit_part(writer, *static_cast<Type*>(part));
  }
  template <class Type>
  static std::shared_ptr<void> copy_of(detail::PartReader& reader, const void* part) {
    const auto copy = std::make_shared<Type>(*static_cast<const Type*>(part));
    visit_part(reader, *copy);
    return copy;
  }
  template <class Type>
  static void take_copy(void* part, void* copy) {
    detail::take_part(*static_cast<Type*>(part), *static_cast<Type*>(copy));
  }

  /// Each part of what says its parts, or none.
  template <class Type>
  void keep_parts(const std::string& name, Type& compound) {
    const std::size_t before = parts_.size();
    try {
      compound.keep([&](std::string_view part_name, auto&& part) {
        elman::detail::require_that(!part_name.empty(), "Checkpoint::keep: a part of \"", name,
                                    "\" has no name; expected letters, digits, _ and -");
        keep(detail::join(name, "-", part_name), std::forward<decltype(part)>(part));
      });
    } catch (...) {
      parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(before), parts_.end());
      throw;
    }
  }

  /// read(reader) with the reader of a part of the file.
  template <class Read>
  void read_part(TensorReader& file, const nlohmann::ordered_json& said, const std::string& part,
                 std::set<std::string>& seen, const Read& read) const {
    const auto own = said.find(part);
    detail::require_that(own != said.end(), file.name(), "does not hold ", detail::in_quotes(part), "; it holds ",
                         names_of(said));
    detail::PartReader reader(file, *own, part, options_.non_finite, seen);
    try {
      read(reader);
    } catch (const nlohmann::ordered_json::exception& error) {
      detail::fail(file.name(), detail::in_quotes(part), " is not as it was written: ", error.what());
    } catch (const std::invalid_argument& error) {
      detail::fail(file.name(), detail::in_quotes(part), " is not as it was written: ", error.what());
    }
  }

  void check_name(const std::string& name) const {
    constexpr auto letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    elman::detail::require_that(
        !name.empty() && name.find_first_not_of(letters) == std::string::npos && name != "__metadata__",
        "Checkpoint::keep: name is \"", name, "\"; expected letters, digits, _ and -");
    elman::detail::require_that(!find(name), "Checkpoint::keep: name \"", name, "\" is taken; expected another");
  }
  bool find(const std::string& name) const {
    for (const Part& part : parts_) {
      if (part.name == name) return true;
    }
    return false;
  }
  std::string names() const {
    std::string text;
    for (const Part& part : parts_) text += (text.empty() ? "" : ", ") + part.name;
    return text.empty() ? "none" : text;
  }
  static std::string names_of(const nlohmann::ordered_json& said) {
    std::string text;
    for (const auto& [name, value] : said.items()) text += (text.empty() ? "" : ", ") + detail::in_quotes(name);
    return text.empty() ? "none" : text;
  }
  static nlohmann::ordered_json said_by(const TensorReader& file) {
    const auto text = file.metadata().find(metadata_key);
    detail::require_that(text != file.metadata().end(), file.name(), "has no metadata ", metadata_key,
                         ": it is no checkpoint");
    auto said = nlohmann::ordered_json::parse(text->second, nullptr, false);
    detail::require_that(said.is_object(), file.name(), "metadata ", metadata_key, " is no JSON object");
    return said;
  }

  std::filesystem::path path_;
  CheckpointOptions options_;
  std::vector<Part> parts_;
};

}  // namespace io
}  // namespace ELMAN_ABI
}  // namespace elman
