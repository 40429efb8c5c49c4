// SPDX-License-Identifier: MIT
#include "elman/io/npy.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reference/npy_files.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/support.hpp"

using elman::Index;
using elman::io::Array;
using elman::io::read_npy;
using elman::io::write_npy;

namespace {

const Folder folder("npy");

std::string path_of(const std::string& name) { return (folder.path / name).string(); }

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t k = 0; k < hexadecimal.size(); k += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hexadecimal.substr(k, 2)), nullptr, 16));
  }
  return bytes;
}

/// What function() throws as a fault of a file, or "".
template <class Function>
std::string fault_of(const Function& function) {
  try {
    function();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

/// Number n, counted row by row, of the files of NumPy.
double number(const std::string& type, std::size_t n) {
  const auto value = static_cast<double>(n);
  return type[1] == 'f' ? value / 2 - 1 : type[1] == 'i' ? value - 3 : type[1] == 'u' ? value : std::fmod(value, 2);
}

template <class Number>
std::vector<Number> numbers(const std::string& type, const std::vector<Index>& shape) {
  std::size_t size = 1;
  for (const Index factor : shape) size *= static_cast<std::size_t>(factor);
  std::vector<Number> all;
  for (std::size_t n = 0; n < size; ++n) all.push_back(static_cast<Number>(number(type, n)));
  return all;
}

/// A file of this header and so many bytes of numbers, the length of the header as it is, or as given.
std::string file_of(const std::string& text, std::size_t data, int version = 1, long length = -1) {
  const auto size = static_cast<std::size_t>(length < 0 ? static_cast<long>(text.size()) : length);
  std::string bytes = "\x93NUMPY";
  bytes += {static_cast<char>(version), '\0'};
  for (int k = 0; k < (version == 1 ? 2 : 4); ++k) bytes += static_cast<char>(size >> (8 * k));
  return bytes + text + std::string(data, '\0');
}
/// A header of f4 of this shape.
std::string header_of(const std::string& shape) {
  return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
}
std::string type_of(const std::string& type) {
  return "{'descr': " + type + ", 'fortran_order': False, 'shape': (2,), }";
}

}  // namespace

TEST_CASE("read_npy reads what NumPy wrote, of either order of bytes and indices") {
  for (const auto& file : reference::npy_files) {
    const std::string type = file.type;
    CAPTURE(type, file.fortran_order, file.version);
    const std::string path = folder.write("a.npy", bytes_of(file.bytes));
    const auto as_double = read_npy<double>(path, {.convert = true});
    CHECK(as_double.shape == file.shape);
    CHECK(as_double.numbers == numbers<double>(type, file.shape));
    const auto as_float = read_npy<float>(path, {.convert = true});
    CHECK(as_float.shape == file.shape);
    CHECK(as_float.numbers == numbers<float>(type, file.shape));
    if (type[1] == 'f') continue;
    const auto as_index = read_npy<Index>(path);
    CHECK(as_index.shape == file.shape);
    CHECK(as_index.numbers == numbers<Index>(type, file.shape));
  }
}

TEST_CASE("write_npy writes the bytes that NumPy writes") {
  std::size_t compared = 0;
  const std::string path = path_of("written.npy");
  for (const auto& file : reference::npy_files) {
    const std::string type = file.type;
    if (file.version != 1) continue;
    CAPTURE(type, file.fortran_order, file.shape.size());
    if (type == "<f4") {
      write_npy(path, Array<float>{file.shape, numbers<float>(type, file.shape)}, {file.fortran_order});
    } else if (type == "<f8") {
      write_npy(path, Array<double>{file.shape, numbers<double>(type, file.shape)}, {file.fortran_order});
    } else if (type == "<i8") {
      write_npy(path, Array<Index>{file.shape, numbers<Index>(type, file.shape)}, {file.fortran_order});
    } else {
      continue;
    }
    CHECK(content_of(path) == bytes_of(file.bytes));
    ++compared;
  }
  CHECK(compared == 11);
}

TEST_CASE("matrices are written from wherever they lie, and read back") {
  using RowMajor = Eigen::Matrix<float, 2, 3, Eigen::RowMajor>;
  Eigen::Matrix<float, 2, 3> matrix;
  matrix << -1, -0.5, 0, 0.5, 1, 1.5;  // those of NumPy's first two files
  const std::string by_rows = bytes_of(reference::npy_files[0].bytes),
                    by_columns = bytes_of(reference::npy_files[1].bytes), path = path_of("matrix.npy");
  REQUIRE(std::string(reference::npy_files[0].type) == "<f4");
  Eigen::Matrix<float, 5, 7> around;
  around.setConstant(9);
  around.block(1, 2, 2, 3) = matrix;
  const Eigen::MatrixXf transposed = matrix.transpose();
  for (const bool fortran_order : {false, true}) {
    const std::string& expected = fortran_order ? by_columns : by_rows;
    write_npy(path, matrix, {fortran_order});
    CHECK(content_of(path) == expected);
    write_npy(path, RowMajor(matrix), {fortran_order});
    CHECK(content_of(path) == expected);
    write_npy(path, around.block(1, 2, 2, 3), {fortran_order});
    CHECK(content_of(path) == expected);
    write_npy(path, transposed.transpose(), {fortran_order});
    CHECK(content_of(path) == expected);
    CHECK(read_npy<float>(path).matrix() == matrix);
  }
  write_npy(path, Eigen::Vector3d(1, 2, 3));
  CHECK(read_npy<double>(path).shape == std::vector<Index>{3});
  CHECK(read_npy<double>(path).matrix() == Eigen::Vector3d(1, 2, 3));
  write_npy(path, Eigen::RowVector3d(1, 2, 3));
  CHECK(read_npy<double>(path).shape == std::vector<Index>{1, 3});
  write_npy(path, std::vector<Index>{4, -100, 5});
  CHECK(read_npy<Index>(path).shape == std::vector<Index>{3});
  CHECK(read_npy<Index>(path).numbers == std::vector<Index>{4, -100, 5});
}

TEST_CASE("arrays of more than one strip come back, in either order") {
  Array<double> array{{301, 700, 1}, std::vector<double>(std::size_t{301} * 700)};
  for (std::size_t n = 0; n < array.numbers.size(); ++n) array.numbers[n] = static_cast<double>(n);
  for (const bool fortran_order : {false, true}) {
    write_npy(path_of("large.npy"), array, {fortran_order});
    const auto back = read_npy<double>(path_of("large.npy"));
    CHECK(back.shape == array.shape);
    CHECK(back.numbers == array.numbers);
  }
}

TEST_CASE("NaN and infinity are data, with all their bits") {
  const std::vector<std::uint64_t> bits{0x7ff8000000000001, 0xfff0000000000000, 0x7ff0000000000000, 0x8000000000000000};
  Array<double> array{{4}, {}};
  for (const std::uint64_t each : bits) array.numbers.push_back(std::bit_cast<double>(each));
  write_npy(path_of("nan.npy"), array);
  const auto back = read_npy<double>(path_of("nan.npy"));
  for (std::size_t k = 0; k < 4; ++k) CHECK(std::bit_cast<std::uint64_t>(back.numbers[k]) == bits[k]);
  const auto narrow = read_npy<float>(path_of("nan.npy"), {.convert = true});
  CHECK(std::bit_cast<std::uint32_t>(narrow.numbers[1]) == 0xff800000U);
  CHECK(std::bit_cast<std::uint32_t>(narrow.numbers[2]) == 0x7f800000U);
  CHECK((std::bit_cast<std::uint32_t>(narrow.numbers[0]) & 0x7fc00000U) == 0x7fc00000U);
}

TEST_CASE("numbers are not converted silently, and never to what they are not") {
  const std::string path = path_of("types.npy");
  write_npy(path, Array<double>{{2}, {0.1, 3}});
  CHECK(fault_of([&] { read_npy<float>(path); }) ==
        path + ": has dtype <f8; expected f4, or that .convert is asked for");
  CHECK(read_npy<float>(path, {.convert = true}).numbers == std::vector<float>{0.1F, 3});
  CHECK(fault_of([&] { read_npy<Index>(path, {.convert = true}); }) ==
        path + ": has dtype <f8; expected integers, as labels and tokens are: .astype(\"int64\")");
  write_npy(path, Array<float>{{1}, {1}});
  CHECK(fault_of([&] { read_npy<double>(path); }) ==
        path + ": has dtype <f4; expected f8, or that .convert is asked for");
  write_npy(path, std::vector<Index>{1});
  CHECK(fault_of([&] { read_npy<double>(path); }) ==
        path + ": has dtype <i8; expected f8, or that .convert is asked for");

  write_npy(path, Array<double>{{2, 2}, {1, 2, -1e39, 4}});
  CHECK(fault_of([&] { read_npy<float>(path, {.convert = true}); }) ==
        path + ": has -1e+39 at [1, 0]; expected a number that a float can hold");
  write_npy(path, Array<double>{{1}, {static_cast<double>((std::numeric_limits<float>::max)())}});
  CHECK(read_npy<float>(path, {.convert = true}).numbers[0] == (std::numeric_limits<float>::max)());
  folder.write("types.npy", file_of(type_of("'>u8'"), 8) + std::string(8, '\xff'));
  CHECK(fault_of([&] { read_npy<Index>(path); }) ==
        path + ": has 18446744073709551615 at [1]; expected what an elman::Index can hold");
  CHECK(read_npy<double>(path, {.convert = true}).numbers == std::vector<double>{0, 0x1p64});
  folder.write("types.npy", file_of(type_of("'|b1'"), 1) + "\x02");
  CHECK(fault_of([&] { read_npy<Index>(path); }) == path + ": has 2 at [1]; expected 0 or 1");
}

TEST_CASE("headers that mean the same are read the same") {
  const std::vector<std::string> headers{
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }",
      "{\"shape\":(2,1),\"descr\":\"<f4\",\"fortran_order\":False}",
      " {'fortran_order' : False , 'shape' : ( 2 , 1 , ) , 'descr' : '<f4' }  \n",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }\n",
      "{\n\t'descr': \"<f4\",\r\n 'fortran_order': True,\n 'shape': (2, 1)}",
  };
  for (const std::string& header : headers) {
    for (const int version : {1, 2, 3}) {
      const std::string path = folder.write("same.npy", file_of(header, 8, version));
      CHECK(read_npy<float>(path).shape == std::vector<Index>{2, 1});
    }
  }
}

TEST_CASE("malformed files each have their message") {
  const std::string good = header_of("(2,)"), magic = "\x93NUMPY";
  const std::string readable = "; expected f2, f4, f8, i1 to i8, u1 to u8 or b1, with < or > in front";
  struct Malformed {
    std::string bytes, message;
  };
  const std::vector<Malformed> files{
      // What stands in front of the header
      {"", "does not begin as an .npy does, with \\x93NUMPY"},
      {"\x93NUMP", "does not begin as an .npy does, with \\x93NUMPY"},
      {"x,y\n1,2\n", "does not begin as an .npy does, with \\x93NUMPY"},
      {"\x93numpy" + file_of(good, 8).substr(6), "does not begin as an .npy does, with \\x93NUMPY"},
      {"PK\x03\x04 and more", "is an archive, as .npz are; expected one of the .npy in it: unzip takes them out"},
      {magic, "ends after 6 bytes; expected a version"},
      {magic + '\x01', "ends after 7 bytes; expected a version"},
      {magic + std::string("\x01\x00", 2), "ends after 8 bytes; expected the length of a header"},
      {magic + std::string("\x02\x00\x05\x00", 4), "ends after 10 bytes; expected the length of a header"},
      {file_of(good, 8, 4), "has version 4.0; expected 1.0, 2.0 or 3.0"},
      {file_of(good, 8, 0), "has version 0.0; expected 1.0, 2.0 or 3.0"},
      {magic + std::string("\x01\x01", 2) + file_of(good, 8).substr(8), "has version 1.1; expected 1.0, 2.0 or 3.0"},
      {file_of(good, 0, 1, 70), "has a header of 70 bytes; expected at most 57, which follow"},
      {file_of(good, 8, 2, 1000001), "has a header of 1000001 bytes; expected at most 1000000"},
      {file_of(good, 8, 3, 0xffffffff), "has a header of 4294967295 bytes; expected at most 1000000"},
      // The dictionary
      {file_of("", 8), "header ends after 0 bytes; expected '{'"},
      {file_of("   ", 8), "header ends after 3 bytes; expected '{'"},
      {file_of("[1, 2]", 8), "header has \"[1, 2]\" at byte 0; expected '{'"},
      {file_of("{", 8), "header ends after 1 bytes; expected the name of an entry, in quotes"},
      {file_of("{}", 8), "header has no 'descr'"},
      {file_of("{descr: '<f4'}", 8),
       "header has \"descr: '<f4'}\" at byte 1; expected the name of an entry, in quotes"},
      {file_of("{'descr", 8), "header has \"'descr\" at byte 1; expected a text that ends with its quote"},
      {file_of("{'descr\": '<f4'}", 8),
       "header has an entry \"descr\": \"; expected 'descr', 'fortran_order' and 'shape' alone"},
      {file_of("{'de\\x73cr': '<f4'}", 8),
       "header has \"'de\\x73cr': '<f4'}\" at byte 1; expected a text that ends with its quote"},
      {file_of("{'descr' '<f4'}", 8), "header has \"'<f4'}\" at byte 9; expected ':'"},
      {file_of("{'descr': }", 8), "header has \"}\" at byte 10; expected a type in quotes"},
      {file_of("{'descr': '<f4' 'shape': (2,)}", 8), "header has \"'shape': (2,)}\" at byte 16; expected ','"},
      {file_of("{, 'descr': '<f4'}", 8),
       "header has \", 'descr': '<f4'}\" at byte 1; expected the name of an entry, in quotes"},
      {file_of("{'descr': '<f4',, }", 8), "header has \", }\" at byte 16; expected the name of an entry, in quotes"},
      {file_of("{'descr': '<f4', 'fortran_order': False, }", 8), "header has no 'shape'"},
      {file_of("{'descr': '<f4', 'shape': (2,), }", 8), "header has no 'fortran_order'"},
      {file_of("{'shape': (2,), 'fortran_order': False}", 8), "header has no 'descr'"},
      {file_of("{'shape': (2,), 'shape': (2,)}", 8), "header has 'shape' twice"},
      {file_of("{'descr': '<f4', 'descr': '<f4'}", 8), "header has 'descr' twice"},
      {file_of("{'fortran_order': True, 'fortran_order': True}", 8), "header has 'fortran_order' twice"},
      {file_of("{'descr': '<f4', 'strides': (4,)}", 8),
       "header has an entry \"strides\"; expected 'descr', 'fortran_order' and 'shape' alone"},
      {file_of("{'fortran_order': 1}", 8), "header has \"1}\" at byte 18; expected True or False"},
      {file_of("{'fortran_order': false}", 8), "header has \"false}\" at byte 18; expected True or False"},
      {file_of("{'fortran_order': 'False'}", 8), "header has \"'False'}\" at byte 18; expected True or False"},
      {file_of("{'fortran_order': Falsehood}", 8), "header has \"hood}\" at byte 23; expected ','"},
      {file_of(good + " x", 8), "header has \"x\" at byte 58; expected nothing behind the dictionary"},
      {file_of(good + std::string(2, '\0'), 8),
       "header has \"\\x00\\x00\" at byte 57; expected nothing behind the dictionary"},
      {file_of(good.substr(0, good.size() - 1), 8),
       "header ends after 56 bytes; expected the name of an entry, in quotes"},
      {file_of(good + good, 8),
       "header has \"{'descr': '<f4', 'fo\" at byte 57; expected nothing behind the dictionary"},
      // The shape
      {file_of(header_of("(2)"), 8), "header has \"), }\" at byte 52; expected ',': a shape of one size is (3,)"},
      {file_of(header_of("2"), 8), "header has \"2, }\" at byte 50; expected '('"},
      {file_of(header_of("[2]"), 8), "header has \"[2], }\" at byte 50; expected '('"},
      {file_of(header_of("(,)"), 8), "header has \",), }\" at byte 51; expected a whole number from 0"},
      {file_of(header_of("(2,,1)"), 8), "header has \",1), }\" at byte 53; expected a whole number from 0"},
      {file_of(header_of("(2 1)"), 8), "header has \"1), }\" at byte 53; expected ','"},
      {file_of(header_of("(2, 1"), 8), "header has \"}\" at byte 57; expected a whole number from 0"},
      {file_of(header_of("(-2,)"), 8), "header has \"-2,), }\" at byte 51; expected a whole number from 0"},
      {file_of(header_of("(+2,)"), 8), "header has \"+2,), }\" at byte 51; expected a whole number from 0"},
      {file_of(header_of("(2.0,)"), 8), "header has \".0,), }\" at byte 52; expected ','"},
      {file_of(header_of("(02,)"), 8), "header has \"02,), }\" at byte 51; expected a whole number from 0"},
      {file_of(header_of("(0x2,)"), 8), "header has \"x2,), }\" at byte 52; expected ','"},
      {file_of(header_of("(None,)"), 8), "header has \"None,), }\" at byte 51; expected a whole number from 0"},
      {file_of(header_of("(9223372036854775808,)"), 8),
       "has more numbers than can be counted: one of its sizes is 9223372036854775808"},
      {file_of(header_of("(9223372036854775807,)"), 8),
       "has more numbers than can be counted: its shape is (9223372036854775807,)"},
      {file_of(header_of("(4294967296, 4294967296)"), 0),
       "has more numbers than can be counted: its shape is (4294967296, 4294967296)"},
      {file_of(header_of("(4294967296, 4294967296, 2)"), 8),
       "has more numbers than can be counted: its shape is (4294967296, 4294967296, 2)"},
      {file_of(header_of([] {
                 std::string shape = "(";
                 for (int k = 0; k < 65; ++k) shape += "1,";
                 return shape + ")";
               }()),
               4),
       "has more than 64 dimensions"},
      // How much there is
      {file_of(good, 7), "ends after 7 bytes of numbers; expected 8 of <f4 of shape (2,)"},
      {file_of(good, 0), "ends after 0 bytes of numbers; expected 8 of <f4 of shape (2,)"},
      {file_of(good, 9), "has 9 bytes of numbers; expected 8 of <f4 of shape (2,)"},
      {file_of(header_of("()"), 8), "has 8 bytes of numbers; expected 4 of <f4 of shape ()"},
      {file_of(header_of("(0, 9223372036854775807)"), 4),
       "has 4 bytes of numbers; expected 0 of <f4 of shape (0, 9223372036854775807)"},
      {file_of(header_of("(1000000, 1000000, 1000)"), 8),
       "ends after 8 bytes of numbers; expected 4000000000000000 of <f4 of shape (1000000, 1000000, 1000)"},
      // The type
      {file_of(type_of("'|O'"), 8), "has dtype \"|O\", objects of Python" + readable},
      {file_of(type_of("'<U5'"), 8), "has dtype \"<U5\", texts" + readable},
      {file_of(type_of("'|S5'"), 8), "has dtype \"|S5\", texts" + readable},
      {file_of(type_of("'<c8'"), 8), "has dtype \"<c8\", complex numbers" + readable},
      {file_of(type_of("'<M8[ns]'"), 8), "has dtype \"<M8[ns]\", times" + readable},
      {file_of(type_of("'|V4'"), 8), "has dtype \"|V4\", bytes without a meaning" + readable},
      {file_of(type_of("[('x', '<f4'), ('y', '<f4')]"), 8), "has a structured dtype, of records" + readable},
      {file_of(type_of("('<f4', (2,))"), 8), "has a structured dtype, of records" + readable},
      {file_of(type_of("'<f16'"), 8), "has dtype \"<f16\"" + readable},
      {file_of(type_of("'<f3'"), 8), "has dtype \"<f3\"" + readable},
      {file_of(type_of("'float32'"), 8), "has dtype \"float32\"" + readable},
      {file_of(type_of("'f4'"), 8), "has dtype \"f4\", which does not say the order of its bytes" + readable},
      {file_of(type_of("'|f4'"), 8), "has dtype \"|f4\", which does not say the order of its bytes" + readable},
      {file_of(type_of("'=f4'"), 8), "has dtype \"=f4\"" + readable},
      {file_of(type_of("''"), 8), "has dtype \"\"" + readable},
      {file_of(type_of("'<'"), 8), "has dtype \"<\"" + readable},
      {file_of(type_of("4"), 8), "header has \"4, 'fortran_order': \" at byte 10; expected a type in quotes"},
  };
  CHECK(files.size() >= 85);
  for (const auto& file : files) {
    const std::string path = folder.write("malformed.npy", file.bytes);
    CHECK(fault_of([&] { read_npy<float>(path); }) == path + ": " + file.message);
  }
}

TEST_CASE("a file that ends anywhere is refused, and so is one with a byte more") {
  const std::string whole = file_of(header_of("(2,)") + "\n", 8);
  REQUIRE(read_npy<float>(folder.write("whole.npy", whole)).numbers.size() == 2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string path = folder.write("part.npy", whole.substr(0, size));
    CHECK(fault_of([&] { read_npy<float>(path); }).starts_with(path + ": "));
  }
  CHECK(fault_of([&] { read_npy<float>(folder.write("more.npy", whole + " ")); }) ==
        path_of("more.npy") + ": has 9 bytes of numbers; expected 8 of <f4 of shape (2,)");
}

TEST_CASE("faults of paths and of the system say which, and leave the file") {
  const std::string missing = path_of("missing.npy"), in_nowhere = path_of("nowhere/a.npy");
  CHECK(fault_of([&] { read_npy<float>(missing); }) == missing + ": is not there");
  CHECK(fault_of([&] { read_npy<float>(folder.path); }) == folder.path.string() + ": is a folder; expected a file");
  CHECK(fault_of([&] { write_npy(in_nowhere, Eigen::Vector2f(1, 2)); }) ==
        in_nowhere + ": cannot be written: No such file or directory");
  CHECK(fault_of([&] { write_npy(folder.path, Eigen::Vector2f(1, 2)); }) ==
        folder.path.string() + ": is a folder; expected a file");
  const std::string path = path_of("kept.npy");
  write_npy(path, Eigen::Vector2f(1, 2));
  const std::string before = content_of(path);
  expect_error(
      [&] {
        write_npy(path, Array<float>{{2, 3}, {1, 2, 3, 4, 5}});
      },
      "write_npy: array has 5 numbers; expected those of shape (2, 3)");
  expect_error(
      [&] {
        write_npy(path, Array<float>{{-1, -1}, {1}});
      },
      "write_npy: array has 1 numbers; expected those of shape (-1, -1)");
  expect_error(
      [&] {
        write_npy(path, Array<float>{{Index{1} << 62, 4}, {}});
      },
      "write_npy: array has 0 numbers; expected those of shape (4611686018427387904, 4)");
  CHECK(content_of(path) == before);
  CHECK(!std::filesystem::exists(path + ".part"));
}

TEST_CASE("arrays that were read are packed as sequences") {
  Array<float> array{{2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const Array<Index> tokens{{2, 3}, {1, 2, 3, 4, 5, 6}};
  Eigen::Matrix<float, 2, 4> expected;
  expected << 1, 7, 3, 5, 2, 8, 4, 6;
  CHECK(elman::pack(array, {3, 1}).columns == expected);
  CHECK(elman::pack<2>(array, std::vector<int>{3, 1}).columns == expected);
  CHECK(elman::pack(array, Array<Index>{{2}, {3, 1}}).columns == expected);
  expect_error(
      [&] {
        elman::pack(array, Array<Index>{{2, 1}, {3, 1}});
      },
      "pack: lengths has shape (2, 1); expected (B,)");
  CHECK(elman::pack(array).steps == elman::Steps::even(3, 2));
  CHECK(elman::pack(array, {2, 1, 0}, {.time_first = true}).steps == elman::Steps::ragged(std::vector<int>{2, 1, 0}));
  CHECK(elman::pack(array, {.time_first = true}).columns.col(1) == Eigen::Vector2f(3, 4));
  CHECK(elman::pack(tokens, {3, 1}).columns == std::vector<Index>{1, 4, 2, 3});
  CHECK(elman::pack(tokens, {.time_first = true}).columns == std::vector<Index>{1, 2, 3, 4, 5, 6});
  elman::Sequences<float, 2> x;
  elman::pack_array(array.numbers, array.sequences(), {3, 1}, x);
  CHECK(x.columns == expected);

  expect_error([&] { elman::pack(array, {3}); }, "pack_array: lengths has 1 entries; expected B = 2");
  expect_error([&] { elman::pack(array, {3, 4}); }, "pack_array: lengths[1] is 4; expected 0 to T = 3");
  array.shape = {6, 2};
  expect_error(
      [&] {
        elman::pack(array, {3, 1});
      },
      "Array::sequences: shape is (6, 2); expected (B, T, F): one sequence (T, F) is x as it is, "
      "matrix().transpose()");
  expect_error(
      [&] {
        elman::pack(Array<Index>{{6}, {1, 2, 3, 4, 5, 6}});
      },
      "Array::sequences: shape is (6,); expected (B, T): one sequence (T,) is targets or tokens as it is, "
      ".numbers");
  CHECK(array.matrix().transpose().col(1) == Eigen::Vector2f(3, 4));
  array.shape = {2, 3, 2};
  expect_error([&] { array.matrix(); }, "Array::matrix: shape is (2, 3, 2); expected one or two dimensions");
  array.numbers.pop_back();
  expect_error([&] { elman::pack(array); },
               "pack_array: array has 11 numbers; expected 12 = 2 sequences * 3 steps * 2 rows");
}
