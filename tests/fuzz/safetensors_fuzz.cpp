// SPDX-License-Identifier: MIT
//
// Files in the safetensors format from libFuzzer: whatever the bytes, they are read, or there is an error that starts
// with the file's name and leaves the net as it was.
//
//   clang++ -std=c++20 -O2 -fsanitize=fuzzer,address,undefined -fno-sanitize=vptr -fno-sanitize-coverage=trace-cmp \
//     -fno-sanitize-recover=all -DELMAN_EXTERN_KERNELS -I include -isystem /usr/include/eigen3 \
//     tests/fuzz/safetensors_fuzz.cpp -o fuzz
//   ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=8:max_malloc_fill_size=0 \
//     ./fuzz -max_len=1024 -entropic=0 -runs=10000000
//
// (CMake: -D ELMAN_BUILD_FUZZERS=ON with clang++, target fuzz. The flags beside the sanitizers' make it twice as fast.)
// The mutator changes numbers, texts and pieces of a header, and mends after that the length in front and, now and
// then, where the tensors lie: else nearly all inputs would end at the first check.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "elman/io/net.hpp"
#include "elman/layers/bidirectional.hpp"
#include "elman/layers/dropout.hpp"
#include "elman/layers/embedding.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/repeated.hpp"
#include "elman/layers/stacked.hpp"
#include "elman/net/parameters.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using elman::Dynamic;
using elman::io::NumberOptions;
using elman::io::TensorReader;
namespace detail = elman::io::detail;

using Small = elman::Parameters<float, elman::Recurrence<2, 3>, elman::Readout<3, 2>>;
using RunTime = elman::Parameters<float, elman::Recurrence<>, elman::Readout<>>;
using Deep = elman::Parameters<
    double,
    elman::Stacked<elman::Embedding<>, elman::Repeated<elman::Dropout<elman::Bidirectional<elman::Recurrence<>>>>>,
    elman::Readout<>>;

const std::string file_name = "fuzz.safetensors";

[[noreturn]] void found(const char* what, const char* message = "") {
  std::fprintf(stderr, "%s: %s\n", what, message);
  std::abort();
}

TensorReader reader(const std::string& bytes) { return {file_name, std::make_unique<std::istringstream>(bytes)}; }

/// Whether run() ends without an error; one that does not start with the file's name is a finding.
template <class Run>
bool ends_well(const Run& run) {
  try {
    run();
    return true;
  } catch (const std::runtime_error& error) {
    if (!std::string_view(error.what()).starts_with(file_name + ": ")) found("an error without the file", error.what());
    if (std::strlen(error.what()) > 4096) found("an error that nobody can read", error.what());
    return false;
  }
}

template <class Net>
void load_into(TensorReader& file, Net net, const NumberOptions& options) {
  net.theta().setConstant(typename Net::Scalar(0.25));
  const bool is_loaded = ends_well([&] { elman::io::load(file, net, options); });
  if (!is_loaded && !(net.theta().array() == typename Net::Scalar(0.25)).all()) found("a net that is half written");
  if (is_loaded && !options.non_finite && !net.theta().allFinite()) found("a net that is not finite");
}
template <class Net>
void load_new(TensorReader& file, const NumberOptions& options) {
  ends_well([&] {
    const Net net = elman::io::load<Net>(file, options);
    if (!options.non_finite && !net.theta().allFinite()) found("a new net that is not finite");
    std::uint64_t bytes = 0;
    for (const auto& tensor : file.tensors()) bytes += tensor.end - tensor.begin;
    if (static_cast<std::uint64_t>(net.theta().size()) > bytes) found("a net larger than its file");
  });
}

void read_all(TensorReader& file, const NumberOptions& options) {
  for (const auto& tensor : file.tensors()) {
    ends_well([&] { file.check<double>(tensor, options); });
    ends_well([&] { (void)file.matrix<float>(tensor.name, options); });
  }
  ends_well([&] { (void)detail::attachments_of(file); });
}

/// A file that is right: of one of the nets, or with all types that can be read.
std::string header_of(const std::string& form, std::initializer_list<std::string> tensors) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!form.empty()) header["__metadata__"] = {{"elman.net", form}, {"alphabet", "abc"}, {"classes", "[\"a\",\"b\"]"}};
  std::string text = header.dump();
  text.pop_back();
  for (const auto& tensor : tensors) text += (text.size() > 1 ? "," : "") + tensor;
  return text + "}";
}
std::string tensor_of(const std::string& name, const std::string& dtype, const std::string& shape) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[0,0]}";
}
std::string sample(unsigned k) {
  const auto form = [](const char* scalar, const auto& body, const auto& readout) {
    return detail::text_of({scalar, elman::form_of(body), elman::form_of(readout)});
  };
  if (k % 3 == 0) {
    return header_of(form("float", elman::Recurrence<2, 3>(), elman::Readout<3, 2>()),
                     {tensor_of("U", "F32", "3,2"), tensor_of("W", "F32", "3,3"), tensor_of("b", "F32", "3"),
                      tensor_of("V", "F32", "2,3"), tensor_of("c", "F32", "2")});
  }
  if (k % 3 == 1) {
    return header_of("", {tensor_of("a", "F64", "2,2"), tensor_of("b", "F32", "4"), tensor_of("c", "F16", "2,3"),
                          tensor_of("d", "BF16", "3,1"), tensor_of("e", "I64", ""), tensor_of("f", "F32", "0,7"),
                          tensor_of("attached.mean", "F64", "2")});
  }
  using Layer = elman::Dropout<elman::Bidirectional<elman::Recurrence<>>>;
  const Layer layer(elman::Bidirectional<elman::Recurrence<>>(elman::Recurrence<>(2, 1)), {.rate = 0.5});
  const Deep net(elman::Stacked<elman::Embedding<>, elman::Repeated<Layer>>(elman::Embedding<>(2, 2), {layer, 2}),
                 elman::Readout<>(2, 2));
  std::string tensors;
  net.for_each([&](const std::string& name, const auto& view) {
    tensors += (tensors.empty() ? "" : ",") +
               tensor_of(name, "F64", std::to_string(view.rows()) + "," + std::to_string(view.cols()));
  });
  return header_of(form("double", net.body(), net.readout()), {tensors});
}

/// Puts the tensors one behind the other, and as many bytes behind them as they have.
void lay_out(std::string& header, std::string& data) {
  auto json = nlohmann::ordered_json::parse(header, nullptr, false);
  if (!json.is_object()) return;
  std::uint64_t end = 0;
  for (auto& [name, tensor] : json.items()) {
    if (!tensor.is_object() || !tensor.contains("shape") || !tensor.contains("dtype")) continue;
    if (!tensor["shape"].is_array() || !tensor["dtype"].is_string()) continue;
    const auto dtype = tensor["dtype"].get<std::string>();
    std::uint64_t bytes = dtype.ends_with("64") ? 8 : dtype.ends_with("32") ? 4 : dtype.ends_with("16") ? 2 : 1;
    for (const auto& size : tensor["shape"]) {
      const std::uint64_t factor = size.is_number_unsigned() ? size.get<std::uint64_t>() : 1;
      bytes = factor < 1024 && bytes < 4096 ? bytes * factor : 4096;
    }
    tensor["data_offsets"] = {end, end + bytes};
    end += bytes;
  }
  header = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  data.resize(end, '\x3c');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  ends_well([&] {
    TensorReader file = reader(bytes);
    const auto kind = std::hash<std::string_view>()(bytes);
    const NumberOptions options{.convert = (kind & 1) != 0, .non_finite = (kind & 2) != 0};
    switch (kind / 4 % 4) {
      case 0:
        return load_into(file, Small(), options);
      case 1:
        return load_new<RunTime>(file, options);
      case 2:
        return load_new<Deep>(file, options);
      default:
        return read_all(file, options);
    }
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t count) { return count == 0 ? 0 : random() / 7 % count; };
  std::string header, data;
  bool is_new = size < 10;
  if (!is_new) {
    const auto length = static_cast<std::size_t>(detail::word_at<std::uint64_t>(bytes));
    const std::size_t used = std::min(length, size - 8);
    header.assign(reinterpret_cast<const char*>(bytes) + 8, used);
    data.assign(reinterpret_cast<const char*>(bytes) + 8 + used, size - 8 - used);
  }
  if (is_new || below(64) == 0) {
    header = sample(static_cast<unsigned>(below(3)));
    data.clear();
    lay_out(header, data);
  }
  const auto mutate = [&](std::string& text, std::size_t room) {
    const std::size_t before = text.size();
    text.resize(before + room);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), before, text.size()));
  };
  // Replaces what runs of the characters in a set lie around a random place.
  const auto replace = [&](std::string_view set, bool of_set, std::initializer_list<const char*> by) {
    const auto is_in = [&](std::size_t k) { return (set.find(header[k]) != set.npos) == of_set; };
    const std::size_t start = below(header.size());
    for (std::size_t k = start; k < header.size(); ++k) {
      if (!is_in(k)) continue;
      std::size_t begin = k, end = k;
      while (begin > 0 && is_in(begin - 1)) --begin;
      while (end < header.size() && is_in(end)) ++end;
      header.replace(begin, end - begin, *(by.begin() + below(by.size())));
      return;
    }
  };
  bool lays_out = false;
  for (std::size_t round = 0, rounds = 1 + below(3); round < rounds; ++round) {
    switch (below(7)) {
      case 0:
        mutate(header, 16);
        break;
      case 1:
        mutate(data, 16);
        break;
      case 2:
      case 3:
        replace("0123456789", true,
                {"0",
                 "1",
                 "2",
                 "3",
                 "4",
                 "8",
                 "24",
                 "65",
                 "1048577",
                 "4294967296",
                 "2147483648",
                 "9223372036854775807",
                 "9223372036854775808",
                 "18446744073709551615",
                 "4611686018427387904",
                 "1e5",
                 "-1",
                 "2.5",
                 "1e999",
                 "[]"});
        break;
      case 4:
        replace("\"\\", false,
                {"F64",       "F32",     "F16",    "BF16",      "I8",           "BOOL",   "U",     "W",
                 "b",         "V",       "c",      "attached.", "__metadata__", "dtype",  "shape", "data_offsets",
                 "elman.net", "scalar",  "body",   "readout",   "name",         "layers", "sizes", "policies",
                 "options",   "type",    "values", "rate",      "counts",       ":",      ",",     "float",
                 "double",    "\\u0000", ""});
        break;
      case 5: {  // a piece that begins with a comma, once more or not at all
        const std::size_t begin = header.find(',', below(header.size()));
        if (begin == header.npos) break;
        const std::size_t end = std::min(header.find(below(2) == 0 ? "}," : ",", begin + 1), header.size() - 1);
        const std::string piece = header.substr(begin, end - begin);
        if (below(2) == 0) {
          header.erase(begin, piece.size());
        } else {
          header.insert(begin, piece);
        }
        break;
      }
      default:
        lays_out = true;
    }
  }
  if (lays_out) lay_out(header, data);
  unsigned char length[8];
  detail::put_word(static_cast<std::uint64_t>(header.size()), length);
  std::string all(reinterpret_cast<const char*>(length), 8);
  all += header;
  all += data;
  if (below(100) == 0) mutate(all, 8);
  const std::size_t result = std::min(all.size(), max_size);
  std::memcpy(bytes, all.data(), result);
  return result;
}
