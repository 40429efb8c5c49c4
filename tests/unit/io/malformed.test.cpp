// SPDX-License-Identifier: MIT
//
// Files that are wrong, by hand: each is refused with its own sentence, which starts with the path, and the net that it
// was to be read into is what it was, bit for bit.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#if __has_include(<sys/stat.h>)
#include <sys/stat.h>
#endif

#include "elman/io/safetensors.hpp"
#include "elman/layers/readout.hpp"
#include "elman/layers/recurrence.hpp"
#include "elman/layers/repeated.hpp"
#include "elman/net/parameters.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using elman::Dynamic;
using elman::Index;
using elman::io::NumberOptions;

namespace {

using Small = elman::Parameters<float, elman::Recurrence<2, 3>, elman::Readout<3, 2>>;
using RunTime = elman::Parameters<float, elman::Recurrence<>, elman::Readout<>>;
using Deep = elman::Parameters<float, elman::Repeated<elman::Recurrence<>>, elman::Readout<>>;

struct Case {
  std::string bytes;
  std::string expected;  ///< a piece of the sentence, which no other case has
};

std::string length_of(std::uint64_t length) {
  std::string bytes;
  for (int k = 0; k < 8; ++k) bytes += static_cast<char>(length >> (8 * k) & 0xff);
  return bytes;
}
std::string file_of(const std::string& header, std::size_t data = 0) {
  return length_of(header.size()) + header + std::string(data, '\0');
}
std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t k = 0; k < count; ++k) all += text;
  return all;
}

/// A file of one tensor "a", F32 of shape [1].
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets, std::size_t data = 4) {
  return file_of(R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}", data);
}
std::string of_shape(const std::string& shape) { return one(R"("F32")", shape, "[0,4]"); }
std::string of_offsets(const std::string& offsets) { return one(R"("F32")", "[1]", offsets); }
std::string of_dtype(const std::string& dtype) { return one(dtype, "[1]", "[0,4]"); }
/// A file of two of 4 bytes each.
std::string two(const std::string& first, const std::string& second, std::size_t data) {
  return file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
                     R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}",
                 data);
}
std::string of_metadata(const std::string& metadata) { return file_of(R"({"__metadata__":)" + metadata + "}"); }

struct Tensor {
  std::string name, dtype;
  std::vector<Index> shape;
};
const std::vector<Tensor> right = {
    {"U", "F32", {3, 2}}, {"W", "F32", {3, 3}}, {"b", "F32", {3}}, {"V", "F32", {2, 3}}, {"c", "F32", {2}}};

/// A file that is right apart from what its form and its tensors are.
std::string net_file(const std::string& form, const std::vector<Tensor>& tensors = right) {
  std::string header = "{";
  if (!form.empty()) header += R"("__metadata__":{"elman.net":)" + nlohmann::json(form).dump() + "}";
  std::size_t end = 0;
  for (const Tensor& tensor : tensors) {
    std::size_t bytes = tensor.dtype == "F64" ? 8 : tensor.dtype == "F32" || tensor.dtype == "I32" ? 4 : 2;
    if (tensor.dtype == "BOOL") bytes = 1;
    for (const Index size : tensor.shape) bytes *= static_cast<std::size_t>(size);
    header += (header.size() > 1 ? "," : "") + nlohmann::json(tensor.name).dump() + R"(:{"dtype":")" + tensor.dtype +
              R"(","shape":)" + nlohmann::json(tensor.shape).dump() + R"(,"data_offsets":[)" + std::to_string(end) +
              "," + std::to_string(end + bytes) + "]}";
    end += bytes;
  }
  return file_of(header + "}", end);
}
const std::string form =
    R"({"scalar":"float","body":{"name":"elman::Recurrence","sizes":[2,3],"policies":["elman::Tanh"]},)"
    R"("readout":{"name":"elman::Readout","sizes":[3,2],"policies":["elman::Softmax"]}})";

/// With one piece of a text in another's place.
std::string with(std::string text, const std::string& old, const std::string& now) {
  const std::size_t place = text.find(old);
  REQUIRE(place != text.npos);
  return text.replace(place, old.size(), now);
}
std::vector<Tensor> without(const std::string& name) {
  std::vector<Tensor> some;
  for (const Tensor& tensor : right) {
    if (tensor.name != name) some.push_back(tensor);
  }
  return some;
}
std::vector<Tensor> but(const Tensor& other) {
  std::vector<Tensor> all = right;
  for (Tensor& tensor : all) {
    if (tensor.name == other.name) tensor = other;
  }
  return all;
}
/// The right file with other bits as the k-th number behind its header.
std::string with_number(std::size_t k, std::uint32_t bits) {
  std::string bytes = net_file(form);
  for (std::size_t j = 0; j < 4; ++j) bytes[bytes.size() - 104 + 4 * k + j] = static_cast<char>(bits >> (8 * j) & 0xff);
  return bytes;
}

/// What is said of it; empty if nothing is.
template <class Run>
std::string error_of(const Run& run) {
  try {
    run();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// All are refused, with sentences that differ from each other.
template <class Load>
void check_all(const std::vector<Case>& cases, const Load& load) {
  const Folder folder("malformed");
  std::map<std::string, std::string> said;
  for (const Case& wrong : cases) {
    const std::string path = folder.write("wrong.safetensors", wrong.bytes);
    const std::string message = error_of([&] { load(path); });
    INFO("expected: " << wrong.expected << "\n     got: " << message);
    CHECK(message.starts_with(path + ": "));
    CHECK(message.find(wrong.expected) != message.npos);
    CHECK(message.size() < 2000);
    const auto [same, is_new] = said.emplace(message, wrong.expected);
    INFO("also said of: " << same->second);
    CHECK(is_new);
  }
}

const auto load_small = [](const std::string& path) {
  Small net;
  for (Index k = 0; k < net.theta().size(); ++k) net.theta()(k) = 0.5F + static_cast<float>(k);
  const Small before = net;
  const std::string message = error_of([&] { elman::io::load(path, net); });
  CHECK(std::memcmp(net.data(), before.data(), static_cast<std::size_t>(net.theta().size()) * sizeof(float)) == 0);
  if (!message.empty()) throw std::runtime_error(message);
};
template <class Net>
void load_new(const std::string& path) {
  const Net net = elman::io::load<Net>(path);
  CHECK(net.theta().size() > 0);
}

}  // namespace

TEST_CASE("the files that the wrong ones are made of are right") {
  const Folder folder("malformed");
  Small net;
  elman::io::load(folder.write("net.safetensors", net_file(form)), net);
  CHECK(net.theta().isZero(0));
  load_new<RunTime>((folder.path / "net.safetensors").string());
  for (const auto& bytes : {of_shape("[1]"), two("[0,4]", "[4,8]", 8), of_metadata(R"({"a":"b"})"), file_of("{}")}) {
    CHECK(elman::io::TensorReader(folder.write("right.safetensors", bytes)).file_size() == bytes.size());
  }
}

TEST_CASE("files whose length, or whose JSON, is wrong are refused") {
  check_all(
      {
          {"", "has 0 bytes; expected at least 8"},
          {"1234567", "has 7 bytes; expected at least 8"},
          {length_of(0), "has an empty header"},
          {length_of(3) + "{}", "has a header of 3 bytes; expected at most 2, which follow"},
          {length_of(1), "has a header of 1 bytes; expected at most 0, which follow"},
          {length_of(100'000'000) + "{}", "has a header of 100000000 bytes; expected at most 2, which follow"},
          {length_of(100'000'001) + "{}", "has a header of 100000001 bytes; expected at most 100000000"},
          {length_of(std::uint64_t{1} << 63) + "{}", "has a header of 9223372036854775808 bytes"},
          {length_of(~std::uint64_t{0}) + "{}", "has a header of 18446744073709551615 bytes"},
          {length_of(~std::uint64_t{7}) + "{}", "has a header of 18446744073709551608 bytes"},
          {std::string("\0\0\0\0\0\0\0\2{}", 10), "has a header of 144115188075855872 bytes"},
          {"a text of no use", "has a header of 8007528197911748705 bytes"},
          {std::string("PK\3\4\0\0\10\10\0\0\0\0", 12), "has a header of 578712552184433488 bytes"},
          {"\x89HDF\r\n\x1a\n and more", "has a header of 727905341903489161 bytes"},
          {std::string("\x93NUMPY\1\0v\0", 10), "has a header of 379676406402707 bytes"},
          {file_of("[]"), "header begins with byte 91; expected {"},
          {file_of(" {}"), "header begins with byte 32; expected {"},
          {file_of("\xef\xbb\xbf{}"), "header begins with byte 239; expected {"},
          {file_of(std::string("\0{}", 3)), "header begins with byte 0; expected {"},
          {file_of("null"), "header begins with byte 110; expected {"},
          {file_of("\"{}\""), "header begins with byte 34; expected {"},
          {file_of("{"), "header is no JSON at byte 2"},
          {file_of("{}{}"), "header is no JSON at byte 3: "},
          {file_of("{} x"), "header is no JSON at byte 4: "},
          {file_of(std::string("{}\0", 3)), "header has a byte 0, which JSON has not, at 2"},
          {file_of("{},"),
           "header is no JSON at byte 3: parse error at line 1, column 3: syntax error while parsing value - "
           "unexpected ','"},
          {file_of(R"({"a")"), "syntax error while parsing object separator - unexpected end of input"},
          {file_of(R"({"a":)"), "header is no JSON at byte 6"},
          {file_of(R"({"a":{})"), "has no dtype"},
          {file_of(R"({"a":{"dtype":"F32")"), "header is no JSON at byte 20"},
          {file_of(R"({"a)"), "missing closing quote"},
          {file_of(R"({a:1})"), "last read: '{a'"},
          {file_of(R"({'a':1})"), "last read: '{''"},
          {file_of(R"({/**/})"), "last read: '{/'"},
          {file_of(R"({"a" "b"})"), "unexpected string literal; expected ':'"},
          {file_of(R"({"a":{"dtype":"F32",}})"), "syntax error while parsing object key - unexpected '}'"},
          {file_of("{\"\xff\":1}"), "ill-formed UTF-8 byte; last read: '\"\xff'"},
          {file_of("{\"\x80\":1}"), "ill-formed UTF-8 byte; last read: '\"\x80'"},
          {file_of("{\"\xc0\xaf\":1}"), "ill-formed UTF-8 byte; last read: '\"\xc0'"},
          {file_of("{\"\xe2\x82\":1}"), "ill-formed UTF-8 byte; last read: '\"\xe2\x82\"'"},
          {file_of("{\"\xed\xa0\x80\":1}"), "ill-formed UTF-8 byte; last read: '\"\xed\xa0'"},
          {file_of("{\"\xf4\x90\x80\x80\":1}"), "ill-formed UTF-8 byte; last read: '\"\xf4\x90'"},
          {file_of(R"({"\ud800":1})"), "surrogate U+D800..U+DBFF must be followed"},
          {file_of(R"({"\udc00":1})"), "surrogate U+DC00..U+DFFF must follow"},
          {file_of(R"({"\x41":1})"), "forbidden character after backslash"},
          {file_of(R"({"\u00g0":1})"), "must be followed by 4 hex digits"},
          {file_of("{\"a\nb\":1}"), "control character U+000A (LF) must be escaped"},
          {file_of(std::string("{\"a\0b\":1}", 9)), "header has a byte 0, which JSON has not, at 3"},
          {file_of(R"({"a":tru})"), "last read: '\"a\":tru}'"},
          {file_of(R"({"a":NaN})"), "last read: '\"a\":N'"},
          {file_of(R"({"a":+1})"), "last read: '\"a\":+'"},
          {file_of(R"({"a":1e999})"), "number overflow parsing '1e999'"},
          {file_of("{" + std::string(5000, 'x')), "last read: '{x'"},
      },
      load_small);
}

TEST_CASE("tensors that are not as the format has them are refused") {
  check_all(
      {
          {file_of(R"({"a":null})"), "header has null as \"a\"; expected an object"},
          {file_of(R"({"a":true})"), "header has true or false as \"a\""},
          {file_of(R"({"a":1})"), "header has the number 1 as \"a\""},
          {file_of(R"({"a":-1})"), "header has the number -1 as \"a\""},
          {file_of(R"({"a":1.5})"), "header has the number 1.5 as \"a\""},
          {file_of(R"({"a":"F32"})"), "header has a text as \"a\""},
          {file_of(R"({"a":[]})"), "header has a list as \"a\""},
          {file_of(R"({"deep":)" + times(100'000, "[") + times(100'000, "]") + "}", 1),
           "header has a list as \"deep\""},
          {file_of(R"({"":null})"), "header has null as \"\""},
          {file_of(R"({"\u0000\n":null})"), "header has null as \"\\x00\\x0a\""},
          {file_of(R"({")" + std::string(1000, 'n') + R"(":null})"), "nnn...\"; expected an object"},
          {file_of(R"({"a":{}})"), "tensor \"a\" has no dtype"},
          {file_of(R"({"a":{"dtype":"F32"}})"), "tensor \"a\" has no shape"},
          {file_of(R"({"a":{"dtype":"F32","shape":[1]}})", 4), "tensor \"a\" has no data_offsets"},
          {file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}})", 4),
           "tensor \"a\" has \"strides\"; expected dtype, shape and data_offsets alone"},
          {file_of(R"({"a":{"Dtype":"F32"}})"), "tensor \"a\" has \"Dtype\""},
          {of_dtype("null"), "tensor \"a\" has null as dtype; expected a text"},
          {of_dtype("32"), "tensor \"a\" has the number 32 as dtype"},
          {of_dtype("[\"F32\"]"), "tensor \"a\" has a list as dtype"},
          {of_dtype("{}"), "tensor \"a\" has an object as dtype"},
          {of_dtype("\"\""), "tensor \"a\" has dtype \"\"; expected one of F64, F32, F16"},
          {of_dtype("\"f32\""), "tensor \"a\" has dtype \"f32\""},
          {of_dtype("\"F32 \""), "tensor \"a\" has dtype \"F32 \""},
          {of_dtype("\"F32\\u0000\""), "tensor \"a\" has dtype \"F32\\x00\""},
          {of_dtype("\"float32\""), "tensor \"a\" has dtype \"float32\""},
          {of_dtype("\"<f4\""), "tensor \"a\" has dtype \"<f4\""},
          {of_dtype("\"F128\""), "tensor \"a\" has dtype \"F128\""},
          {of_shape("null"), "tensor \"a\" has null as shape; expected a list of whole numbers from 0"},
          {of_shape("1"), "tensor \"a\" has the number 1 as shape"},
          {of_shape("\"[1]\""), "tensor \"a\" has a text as shape"},
          {of_shape("{}"), "tensor \"a\" has an object as shape"},
          {of_shape("[-1]"), "tensor \"a\" has the number -1 in shape"},
          {of_shape("[1.0]"), "tensor \"a\" has the number 1.0 in shape"},
          {of_shape("[1e0]"), "tensor \"a\" has the number 1e0 in shape"},
          {of_shape("[18446744073709551616]"), "tensor \"a\" has the number 18446744073709551616 in shape"},
          {of_shape("[" + std::string(300, '9') + "]"), "tensor \"a\" has the number 9999"},
          {of_shape("[null]"), "tensor \"a\" has null in shape"},
          {of_shape("[true]"), "tensor \"a\" has true or false in shape"},
          {of_shape("[\"1\"]"), "tensor \"a\" has a text in shape"},
          {of_shape("[[1]]"), "tensor \"a\" has a list in shape"},
          {of_shape("[{}]"), "tensor \"a\" has an object in shape"},
          {of_shape("[01]"), "syntax error while parsing array - unexpected number literal"},
          {of_shape("[1,]"), "syntax error while parsing value - unexpected ']'"},
          {of_shape("[1" + times(64, ",1") + "]"), "tensor \"a\" has more than 64 numbers as shape"},
          {of_shape("[9223372036854775808]"),
           "more numbers than can be counted: one of its sizes is 9223372036854775808"},
          {of_shape("[9223372036854775807]"),
           "more numbers than can be counted: one of its sizes is 9223372036854775807"},
          {of_shape("[2305843009213693952]"),
           "more numbers than can be counted: one of its sizes is 2305843009213693952"},
          {of_shape("[4294967296,4294967297]"), "more numbers than can be counted: one of its sizes is 4294967297"},
          {of_shape("[3,3,9223372036854775806]"),
           "more numbers than can be counted: one of its sizes is 9223372036854775806"},
          {of_shape("[0,18446744073709551615]"),
           "more numbers than can be counted: one of its sizes is 18446744073709551615"},
          {of_shape("[2]"), "tensor \"a\" has 4 bytes; expected 8 of F32 of shape [2]"},
          {of_shape("[0]"), "tensor \"a\" has 4 bytes; expected 0 of F32 of shape [0]"},
          {of_shape("[0,9223372036854775807]"), "expected 0 of F32 of shape [0, 9223372036854775807]"},
          {of_shape("[1,1,3]"), "tensor \"a\" has 4 bytes; expected 12 of F32 of shape [1, 1, 3]"},
          {one("\"F64\"", "[]", "[0,4]"), "tensor \"a\" has 4 bytes; expected 8 of F64 of shape []"},
          {one("\"BF16\"", "[1]", "[0,4]"), "tensor \"a\" has 4 bytes; expected 2 of BF16 of shape [1]"},
          {one("\"BOOL\"", "[3]", "[0,4]"), "tensor \"a\" has 4 bytes; expected 3 of BOOL of shape [3]"},
          {of_offsets("null"), "tensor \"a\" has null as data_offsets"},
          {of_offsets("4"), "tensor \"a\" has the number 4 as data_offsets"},
          {of_offsets("{\"begin\":0}"), "tensor \"a\" has an object as data_offsets"},
          {of_offsets("\"0,4\""), "tensor \"a\" has a text as data_offsets"},
          {of_offsets("[]"), "tensor \"a\" has 0 data_offsets; expected 2"},
          {of_offsets("[4]"), "tensor \"a\" has 1 data_offsets; expected 2"},
          {of_offsets("[0,4,8]"), "tensor \"a\" has 3 data_offsets; expected 2"},
          {of_offsets("[0" + times(64, ",1") + "]"), "tensor \"a\" has more than 64 numbers as data_offsets"},
          {of_offsets("[0,-4]"), "tensor \"a\" has the number -4 in data_offsets"},
          {of_offsets("[0,4.0]"), "tensor \"a\" has the number 4.0 in data_offsets"},
          {of_offsets("[0,null]"), "tensor \"a\" has null in data_offsets"},
          {of_offsets("[0,[4]]"), "tensor \"a\" has a list in data_offsets"},
          {of_offsets("[4,0]"), "tensor \"a\" has data_offsets [4, 0]; expected an end behind the beginning"},
          {of_offsets("[18446744073709551615,3]"), "has data_offsets [18446744073709551615, 3]"},
          {of_offsets("[0,18446744073709551615]"), "tensor \"a\" has 18446744073709551615 bytes; expected 4"},
          {of_offsets("[0,8]"), "tensor \"a\" has 8 bytes; expected 4 of F32 of shape [1]"},
          {of_offsets("[0,0]"), "tensor \"a\" has 0 bytes; expected 4 of F32 of shape [1]"},
          {of_offsets("[4,8]"), "tensor \"a\" begins at byte 4 of the data; expected 0"},
          {of_offsets("[18446744073709551611,18446744073709551615]"),
           "begins at byte 18446744073709551611 of the data"},
          {one("\"F32\"", "[1]", "[0,4]", 3), "ends after 3 bytes of data; expected 4"},
          {one("\"F32\"", "[1]", "[0,4]", 0), "ends after 0 bytes of data; expected 4"},
          {one("\"F32\"", "[1]", "[0,4]", 5), "has 5 bytes of data; expected 4, where its last tensor ends"},
          {file_of("{}", 9), "has 9 bytes of data; expected 0"},
          {two("[0,4]", "[8,12]", 12), "tensor \"b\" begins at byte 8 of the data; expected 4"},
          {two("[8,12]", "[4,8]", 12), "tensor \"b\" begins at byte 4 of the data; expected 0"},
          {two("[0,4]", "[2,6]", 6), "tensor \"b\" begins at byte 2 of the data; the one before ends at 4"},
          {two("[0,4]", "[0,4]", 4), "tensor \"b\" begins at byte 0 of the data; the one before ends at 4"},
          {two("[2,6]", "[0,4]", 6), "tensor \"a\" begins at byte 2 of the data; the one before ends at 4"},
          {two("[0,4]", "[4,8]", 7), "ends after 7 bytes of data; expected 8"},
          {file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("b":{"dtype":"F32","shape":[0],"data_offsets":[6,6]}})",
                   8),
           "tensor \"b\" begins at byte 6 of the data; the one before ends at 8"},
          {file_of(R"({"b":{"dtype":"F32","shape":[0,3],"data_offsets":[3,3]}})"),
           "tensor \"b\" begins at byte 3 of the data; expected 0"},
      },
      load_small);
}

TEST_CASE("what stands twice in a header, and metadata that are no texts, are refused") {
  const std::string a = R"("dtype":"F32","shape":[0],"data_offsets":[0,0])";
  check_all(
      {
          {file_of(R"({"a":{)" + a + R"(},"a":{)" + a + "}}"), "header has \"a\" twice"},
          {file_of(R"({"é":{)" + a + R"(},"\u00e9":{)" + a + "}}"), "header has \"é\" twice"},
          {file_of(R"({"a":{)" + a + R"(,"dtype":"F32"}})"), "header has \"dtype\" twice in \"a\""},
          {file_of(R"({"a":{)" + a + R"(,"shape":[0]}})"), "header has \"shape\" twice in \"a\""},
          {file_of(R"({"a":{)" + a + R"(,"data_offsets":[0,0]}})"), "header has \"data_offsets\" twice in \"a\""},
          {file_of(R"({"__metadata__":{},"__metadata__":{}})"), "header has \"__metadata__\" twice"},
          {of_metadata(R"({"k":"1","k":"1"})"), "header has \"k\" twice in \"__metadata__\""},
          {of_metadata("null"), "header has null as \"__metadata__\"; expected an object"},
          {of_metadata("[]"), "header has a list as \"__metadata__\""},
          {of_metadata("\"k\""), "header has a text as \"__metadata__\""},
          {of_metadata(R"({"k":1})"), "header has the number 1 as \"k\" of __metadata__; expected a text"},
          {of_metadata(R"({"k":null})"), "header has null as \"k\" of __metadata__"},
          {of_metadata(R"({"k":true})"), "header has true or false as \"k\" of __metadata__"},
          {of_metadata(R"({"k":["a"]})"), "header has a list as \"k\" of __metadata__"},
          {of_metadata(R"({"k":{"a":"b"}})"), "an object as \"k\" of __metadata__"},
          {of_metadata(times(100'000, R"({"j":)")), "an object as \"j\" of __metadata__"},
      },
      load_small);
}

TEST_CASE("files that are right and hold no such net are refused") {
  check_all(
      {
          {file_of("{}"), "has no tensor \"U\"; it has none"},
          {net_file(form, without("U")), "has no tensor \"U\"; it has W, b, V, c"},
          {net_file(form, without("W")), "has no tensor \"W\""},
          {net_file(form, without("b")), "has no tensor \"b\""},
          {net_file(form, without("V")), "has no tensor \"V\""},
          {net_file("", without("c")), "has no tensor \"c\""},
          {net_file(form, but({"U", "F32", {2, 3}})), "tensor \"U\" has shape [2, 3]; expected [3, 2]"},
          {net_file(form, but({"U", "F32", {6}})), "tensor \"U\" has shape [6]; expected [3, 2]"},
          {net_file(form, but({"W", "F32", {1, 3, 3}})), "tensor \"W\" has shape [1, 3, 3]; expected [3, 3]"},
          {net_file(form, but({"W", "F32", {0, 3}})), "tensor \"W\" has shape [0, 3]; expected [3, 3]"},
          {net_file(form, but({"b", "F32", {1, 3}})), "tensor \"b\" has shape [1, 3]; expected [3, 1]"},
          {net_file(form, but({"b", "F32", {4}})), "tensor \"b\" has shape [4]; expected [3, 1]"},
          {net_file(form, but({"c", "F32", {}})), "tensor \"c\" has shape []; expected [2, 1]"},
          {net_file(form, but({"U", "F64", {3, 2}})), "tensor \"U\" has dtype F64; expected F32, or that .convert"},
          {net_file(form, but({"V", "F16", {2, 3}})), "tensor \"V\" has dtype F16; expected F32, or that .convert"},
          {net_file(form, but({"c", "BF16", {2}})), "tensor \"c\" has dtype BF16; expected F32, or that .convert"},
          {net_file(form, but({"b", "I32", {3}})), "tensor \"b\" has dtype I32; expected F64, F32, F16 or BF16"},
          {net_file(form, but({"c", "BOOL", {2}})), "tensor \"c\" has dtype BOOL; expected F64, F32, F16 or BF16"},
          {net_file(form, {right[0], right[1], right[2], right[3], right[4], {"d", "F32", {1}}}),
           "has a tensor \"d\", which elman::Net<float, "},
          {net_file("", {right[0], right[1], right[2], right[3], right[4], {"u", "I32", {}}}), "has a tensor \"u\""},
          {with_number(5, 0x7fc00000), "tensor \"U\" has nan at [2, 1]; expected a finite number"},
          {with_number(6, 0x7f800000), "tensor \"W\" has inf at [0, 0]; expected a finite number"},
          {with_number(13, 0xff800000), "tensor \"W\" has -inf at [2, 1]"},
          {with_number(17, 0x7f800001), "tensor \"b\" has nan at [2]"},
          {with_number(25, 0xffffffff), "tensor \"c\" has -nan at [1]"},
          {net_file(with(form, "\"float\"", "\"double\"")),
           "holds elman::Net<double, elman::Recurrence<2, 3, elman::Tanh>"},
          {net_file(with(form, "elman::Recurrence", "elman::Embedding")),
           "holds elman::Net<float, elman::Embedding<2, 3"},
          {net_file(with(form, "[2,3]", "[3,2]")), "holds elman::Net<float, elman::Recurrence<3, 2, elman::Tanh>"},
          {net_file(with(form, "Tanh", "ReLU")), "holds elman::Net<float, elman::Recurrence<2, 3, elman::ReLU>"},
          {net_file(with(form, "Softmax", "Sigmoid")), "elman::Readout<3, 2, elman::Sigmoid>>; expected"},
          {net_file(with(form, R"("policies":["elman::Tanh"])",
                         R"("policies":["elman::Tanh"],"options":[{"type":"T","values":{}}])")),
           ", with other options"},
      },
      load_small);
}

TEST_CASE("metadata that do not describe a net are refused") {
  const std::string says = "metadata elman.net does not describe a net: ";
  const std::string sizes = R"("sizes":[2,3])";
  const auto size = [&](const std::string& text) { return net_file(with(form, sizes, R"("sizes":[2,)" + text + "]")); };
  const std::string nested = R"({"name":"a","layers":[)";
  check_all(
      {
          {net_file(" "), says + "parse error at line 1, column 2"},
          {net_file("{"), says + "parse error at line 1, column 2: syntax error while parsing object key"},
          {net_file("null"), says + "it has null; expected an object with scalar"},
          {net_file("[]"), says + "it has []; expected an object"},
          {net_file("{}"), says + "key 'scalar' not found"},
          {net_file(form + form), "expected end of input"},
          {net_file(with(form, "\"float\"", "32")), says + "scalar is 32; expected a text"},
          {net_file(with(form, "\"float\"", "\"half\"")), says + "its scalar is \"half\"; expected float or double"},
          {net_file(with(form, "\"scalar\":\"float\"", "\"scalar\":\"float\",\"scalar\":\"float\"")),
           "\"scalar\" twice"},
          {net_file(with(form, sizes, sizes + "," + sizes)), says + "it has \"sizes\" twice"},
          {net_file(with(form, "\"body\"", "\"bodies\"")),
           says + "it has \"bodies\"; expected scalar and what goes with it"},
          {net_file(with(form, "\"name\"", "\"title\"")),
           says + "it has \"title\"; expected name and what goes with it"},
          {net_file(R"({"scalar":"float","body":7,"readout":7})"), says + "it has 7; expected an object with name"},
          {net_file(R"({"scalar":"float","body":{"name":1},"readout":7})"), says + "name is 1; expected a text"},
          {net_file(R"({"scalar":"float","body":{"name":"a","layers":3},"readout":7})"),
           says + "layers are 3; expected a list"},
          {net_file(R"({"scalar":"float","body":{"name":"a","layers":{"a":1}},"readout":7})"),
           says + "layers are {\"a\":1}"},
          {net_file(R"({"scalar":"float","body":{"name":"a","layers":["x"]},"readout":7})"),
           says + "it has \"x\"; expected an object"},
          {net_file(with(form, sizes, R"("sizes":2)")), says + "sizes are 2; expected a list"},
          {size("-3"), says + "one of its sizes is -3; expected a whole number"},
          {size("3.0"), says + "one of its sizes is 3.0"},
          {size("1e2"), says + "one of its sizes is 100.0"},
          {size("null"), says + "one of its sizes is null"},
          {size("[3]"), says + "one of its sizes is [3]"},
          {size("18446744073709551615"), says + "one of its sizes is 18446744073709551615"},
          {size("9223372036854775808"), says + "one of its sizes is 9223372036854775808"},
          {with(net_file(form), "elman::Tanh", "elman::\\\"nh"), says + "parse error"},
          {net_file(with(form, R"(["elman::Tanh"])", "[1]")), says + "a policy is 1; expected a text"},
          {net_file(with(form, R"(["elman::Tanh"])", "{}")), says + "policies are {}; expected a list"},
          {net_file(with(form, sizes, sizes + R"(,"options":[1])")), says + "it has 1; expected an object with type"},
          {net_file(with(form, sizes, sizes + R"(,"options":[{"type":"Own","values":{"a":null}}])")),
           says + "option \"a\" is null; expected a number"},
          {net_file(with(form, sizes, sizes + R"(,"options":[{"type":"Own","values":{"a":1e999}}])")),
           "number overflow parsing"},
          {net_file(with(form, sizes, sizes + R"(,"options":[{"type":"Own","values":[1]}])")),
           says + "values are [1]; expected an object"},
          {net_file(with(form, sizes, sizes + R"(,"options":[{"type":"Own"}])")), "key 'values' not found"},
          {net_file(with(form, sizes, sizes + R"(,"options":[{"values":{}}])")), "key 'type' not found"},
          {net_file(form + std::string("\0 and more", 10)), says + "it has a NUL"},
          {net_file(times(500'000, "[")), says + "it is nested too deep; expected at most 64 layers"},
          {net_file(R"({"scalar":"float","body":)" + times(65, nested) + times(65, "]}") + "}"),
           "its layers are nested too deep"},
          {net_file(with(form, "elman::Tanh", std::string(1 << 20, 'T'))), says + "it has 1048"},
      },
      load_small);
}

TEST_CASE("a new net is not made of sizes that its file cannot have") {
  const std::string more = "describes a net of more parameters than the file has";
  const auto sized = [&](const std::string& body, const std::string& readout) {
    return net_file(with(with(form, "[2,3]", body), "[3,2]", readout));
  };
  check_all(
      {
          {net_file(""), "has no metadata elman.net; load it into a net of its sizes"},
          {sized("[2]", "[3,2]"), "Form: elman::Recurrence has 1 sizes; expected more"},
          {sized("[]", "[3,2]"), "Form: elman::Recurrence has 0 sizes; expected more"},
          {sized("[0,3]", "[3,2]"), "holds elman::Net<float, elman::Recurrence<0, 3, elman::Tanh>"},
          {sized("[2,0]", "[0,2]"), "holds elman::Net<float, elman::Recurrence<2, 0, elman::Tanh>"},
          {sized("[2,4]", "[3,2]"), more},
          {sized("[1,3]", "[2,2]"), "whose readout does not read the rows of its body"},
          {sized("[1,3]", "[3,2]"), "tensor \"U\" has shape [3, 2]; expected [3, 1]"},
          {sized("[2,3,7]", "[3,2]"), "holds elman::Net<float, elman::Recurrence<2, 3, 7, elman::Tanh>"},
          {with(net_file(form), "elman::Readout", "elman::Reabout"), "elman::Reabout<3, 2, elman::Softmax>>; expected"},
          {net_file(with(form, "\"float\"", "\"double\"")), "or that .convert is asked for"},
          {net_file(form, but({"W", "F32", {9}})), "tensor \"W\" has shape [9]; expected [3, 3]"},
          {with_number(2, 0x7fc00000), "tensor \"U\" has nan at [1, 0]"},
      },
      load_new<RunTime>);
  for (const char* sizes : {"[2,9223372036854775807]", "[9223372036854775807,3]", "[4294967296,4294967296]",
                            "[4611686018427387904,2]", "[2,1000000]", "[1000000,1]"}) {
    check_all({{sized(sizes, "[3,2]"), more}}, load_new<RunTime>);
    check_all({{sized("[2,3]", sizes), more}}, load_new<RunTime>);
  }
  const std::string layer = R"({"name":"elman::Recurrence","sizes":[1,1],"policies":["elman::Tanh"]})";
  const auto deep = [&](const std::string& layers, const std::string& counts) {
    const std::string readout = R"({"name":"elman::Readout","sizes":[1,1],"policies":["elman::Softmax"]})";
    return net_file(R"({"scalar":"float","body":{"name":"elman::Repeated","layers":)" + layers + R"(,"counts":)" +
                    counts + R"(},"readout":)" + readout + "}");
  };
  const auto depth = [&](const std::string& value) { return deep("[" + layer + "," + layer + "]", "[" + value + "]"); };
  check_all(
      {
          {depth("0"), "Repeated: depth is 0; expected at least 1"},
          {depth("true"), "one of its counts is true; expected a whole number"},
          {depth("-5"), "one of its counts is -5; expected a whole number"},
          {depth("2.5"), "one of its counts is 2.5; expected a whole number"},
          {depth("1e300"), "one of its counts is 1e+300; expected a whole number"},
          {depth("1,2"), "with other options"},
          {deep("[" + layer + "]", "[]"), "Form: elman::Repeated has 1 layers; expected more"},
          {deep("[]", "[]"), "Form: elman::Repeated has 0 layers; expected more"},
          {deep("[" + layer + "," + layer + "]", "[]"), "Form: elman::Repeated has 0 counts; expected more"},
      },
      load_new<Deep>);
  for (const char* value : {"9223372036854775807", "4503599627370496", "1000000000", "100000", "10"}) {
    check_all({{depth(value), more}}, load_new<Deep>);
  }
}

TEST_CASE("what is no file is refused") {
  const Folder folder("malformed");
  const auto refused = [&](const std::string& path, const std::string& expected) {
    const std::string message = error_of([&] { load_small(path); });
    INFO(message);
    CHECK(message == path + ": " + expected);
  };
  refused((folder.path / "none.safetensors").string(), "is not there");
  refused((folder.path / "none" / "deeper").string(), "is not there");
  refused(folder.path.string(), "is a folder; expected a file");
#if __has_include(<sys/stat.h>)
  const std::string pipe = (folder.path / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  refused(pipe, "is a pipe or a device; expected a file");
  if (std::filesystem::exists("/dev/zero")) refused("/dev/zero", "is a pipe or a device; expected a file");
#endif
}

TEST_CASE("a file that becomes shorter while it is read is refused") {
  const Folder folder("malformed");
  const std::string path = folder.write("grows-shorter.safetensors", net_file(form));
  elman::io::TensorReader file(path);
  std::filesystem::resize_file(path, file.file_size() - 30);
  Small net;
  net.theta().setConstant(2.0F);
  const std::string message = error_of([&] { elman::io::load(file, net); });
  INFO(message);
  CHECK(message == path + ": ends at byte " + std::to_string(file.file_size() - 30) + " while it is read; expected " +
                       std::to_string(file.file_size()));
  CHECK((net.theta().array() == 2.0F).all());
}
