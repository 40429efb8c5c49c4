// SPDX-License-Identifier: MIT
//
// The very bytes of a file, written and read: the same on every processor (tests/processors runs this on others).
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "elman/cell.hpp"
#include "elman/io/safetensors.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace elman;

namespace {

constexpr std::string_view header =
    R"({"__metadata__":{"classes":"[\"no\",\"ü\"]","elman.net":"{\"scalar\":\"double\",\"body\":{\"name\":\)"
    R"("elman::Recurrence\",\"sizes\":[1,2],\"policies\":[\"elman::Tanh\"]},\"readout\":{\"name\":\)"
    R"("elman::Readout\",\"sizes\":[2,1],\"policies\":[\"elman::Sigmoid\"]}}"},)"
    R"("U":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},"W":{"dtype":"F64","shape":[2,2],)"
    R"("data_offsets":[16,48]},"b":{"dtype":"F64","shape":[2],"data_offsets":[48,64]},)"
    R"("V":{"dtype":"F64","shape":[1,2],"data_offsets":[64,80]},"c":{"dtype":"F64","shape":[1],)"
    R"("data_offsets":[80,88]},"attached.mean":{"dtype":"F64","shape":[1],"data_offsets":[88,96]}}    )";

/// The doubles as IEEE 754 has them, the lowest byte first.
constexpr std::string_view numbers =
    "000000000000f03f00000000000000c0"                                  // U = (1, -2)'
    "000000000000e03f9a9999999999b93f9a9999999999b9bf0000000000000840"  // W = [1/2 0.1; -0.1 3]
    "000000000000000059f3f8c21f6ea501"                                  // b = (0, 1e-300)'
    "000000000000e83f9c7500883ce4377e"                                  // V = (3/4, 1e300)
    "000000000000f8bf"                                                  // c = -1.5
    "000000000000d03f";                                                 // mean = 1/4

std::string file_bytes() {
  std::string bytes = std::string("\x68\x02\0\0\0\0\0\0", 8) + std::string(header);
  for (std::size_t k = 0; k < numbers.size(); k += 2) {
    bytes += static_cast<char>(std::stoi(std::string(numbers.substr(k, 2)), nullptr, 16));
  }
  return bytes;
}

using Cell = RNNCell<double, 1, 2, 1, Tanh, Sigmoid>;

Cell the_cell() {
  Cell cell(elman::zero);
  cell.U() << 1, -2;
  cell.W() << 0.5, 0.1, -0.1, 3;
  cell.b() << 0, 1e-300;
  cell.V() << 0.75, 1e300;
  cell.c() << -1.5;
  return cell;
}

}  // namespace

TEST_CASE("a net is written as these bytes") {
  const Folder folder("io-bytes");
  const auto path = folder.path / "net";
  io::save(path, the_cell(),
           {.strings = {{"classes", {"no", "ü"}}}, .tensors = {{"mean", Eigen::MatrixXd::Constant(1, 1, 0.25)}}});
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string{std::istreambuf_iterator<char>(in), {}} == file_bytes());
}

TEST_CASE("these bytes are read as the net") {
  const Folder folder("io-bytes");
  const std::string path = folder.write("net", file_bytes());
  CHECK(io::load<Cell>(path).theta() == the_cell().theta());
  CHECK(io::attachments(path).strings_of("classes")[1] == "ü");
  CHECK(io::attachments(path).tensor_of("mean")(0) == 0.25);
}
