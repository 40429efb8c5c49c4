// SPDX-License-Identifier: MIT
//
// IDX files and the images in them: what is read, and what is refused.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "../../examples/common/idx.hpp"
#include "../../examples/common/images.hpp"
#include "../../examples/common/tasks/pixels.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace example;

namespace {

std::string bytes(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned value : values) text.push_back(static_cast<char>(value));
  return text;
}

#ifdef ELMAN_EXAMPLES_ZLIB
std::string write_gzipped(const Folder& folder, const std::string& name, const std::string& content) {
  const std::string file = (folder.path / name).string();
  gzFile stream = gzopen(file.c_str(), "wb");
  gzwrite(stream, content.data(), static_cast<unsigned>(content.size()));
  gzclose(stream);
  return file;
}
#endif

const std::string header_2_3 = bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3});

}  // namespace

TEST_CASE("an IDX file is read: sizes and values") {
  const Folder folder("idx");
  const Idx array = read_idx(folder.write("a", header_2_3 + bytes({1, 2, 3, 4, 5, 255})), 1, 3);
  CHECK(array.sizes == std::vector<std::size_t>{2, 3});
  CHECK(array.values == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255});
}

TEST_CASE("an IDX file that is none, or not whole, is refused") {
  const Folder folder("idx");
  const auto check = [&](const std::string& content, const std::string& message) {
    const std::string path = folder.write("bad", content);
    CHECK_THROWS_WITH(read_idx(path, 1, 3), path + ": " + message);
  };
  const std::string values = bytes({1, 2, 3, 4, 5, 6});
  check("", "ends inside the header of an IDX file");
  check(header_2_3.substr(0, 11), "ends inside the header of an IDX file");
  check(bytes({0, 1, 8, 2}) + values, "no IDX file, which starts with two zeros and a type");
  check("\x89PNG" + values, "no IDX file, which starts with two zeros and a type");
  check(bytes({0, 0, 13, 2}) + values, "values of type 13; expected 8, unsigned bytes");
  check(bytes({0, 0, 8, 0}) + values, "0 dimensions; expected 1 to 3");
  check(bytes({0, 0, 8, 255}) + values, "255 dimensions; expected 1 to 3");
  check(bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 3}), "dimension 1 has size 0; expected at least 1");
  check(header_2_3, "ends after 0 of 6 values");
  check(header_2_3 + values.substr(0, 5), "ends after 5 of 6 values");
  check(header_2_3 + values + "x", "goes on behind its 6 values");
  const std::string mebibyte(1 << 20, 'x');  // as much as is read at once
  check(bytes({0, 0, 8, 1, 0, 16, 0, 0}) + mebibyte + "x", "goes on behind its 1048576 values");
  check(bytes({0, 0, 8, 1, 0, 32, 0, 0}) + mebibyte, "ends after 1048576 of 2097152 values");
  // Counts whose product is 0 modulo 2^64, and one of 2 GiB in a file of 12 bytes.
  const std::string half = bytes({0x80, 0, 0, 0});
  check(bytes({0, 0, 8, 3}) + half + half + bytes({0, 0, 0, 4}), "more than 2147483648 values");
  check(bytes({0, 0, 8, 2}) + half + bytes({0, 0, 0, 1}), "ends after 0 of 2147483648 values");

  CHECK_THROWS_WITH(read_idx((folder.path / "absent").string(), 1, 3),
                    (folder.path / "absent").string() + ": no such file");
  CHECK_THROWS_WITH(read_idx(folder.path.string(), 1, 3), folder.path.string() + ": no such file");
  const std::string path = folder.write("one", header_2_3 + values);
  CHECK_THROWS_WITH(read_idx(path, 1, 1), path + ": 2 dimensions; expected 1");
}

TEST_CASE("a gzipped IDX file is read, and refused where it is damaged") {
  const Folder folder("idx");
#ifdef ELMAN_EXAMPLES_ZLIB
  std::string values;
  for (unsigned k = 0; k < 256 * 256; ++k) values += static_cast<char>(k * k % 251 ^ k / 256);
  const std::string content = bytes({0, 0, 8, 2, 0, 0, 1, 0, 0, 0, 1, 0}) + values;
  const std::string path = write_gzipped(folder, "a.gz", content);
  const Idx array = read_idx(path, 2, 2);
  CHECK(std::string(array.values.begin(), array.values.end()) == values);

  const auto size = std::filesystem::file_size(path);
  std::string gzipped(size, '\0');
  std::ifstream(path, std::ios::binary).read(gzipped.data(), static_cast<std::streamsize>(size));
  for (const std::size_t kept : {size - 1, size - 8, size - 9, size / 2, std::size_t{20}}) {
    INFO(kept << " of " << size << " bytes");
    const std::string cut = folder.write("cut.gz", gzipped.substr(0, kept));
    CHECK_THROWS_WITH(read_idx(cut, 2, 2), cut + ": gzipped data ends too early");
  }
  gzipped[size - 8] = static_cast<char>(gzipped[size - 8] ^ 1);  // the checksum
  const std::string damaged = folder.write("damaged.gz", gzipped);
  CHECK_THROWS_WITH(read_idx(damaged, 2, 2), damaged + ": gzipped data is damaged");
  const std::string longer = write_gzipped(folder, "longer.gz", content + "x");
  CHECK_THROWS_WITH(read_idx(longer, 2, 2), longer + ": goes on behind its 65536 values");
  const std::string shorter = write_gzipped(folder, "shorter.gz", content.substr(0, content.size() - 1));
  CHECK_THROWS_WITH(read_idx(shorter, 2, 2), shorter + ": ends after 65535 of 65536 values");
#else
  const std::string path = folder.write("a.gz", bytes({0x1f, 0x8b, 8, 0}));
  CHECK_THROWS_WITH(read_idx(path, 2, 2), path + ": gzipped; expected a plain file, because zlib was not found");
#endif
}

TEST_CASE("images are read with their labels, and refused where they do not belong together") {
  const Folder folder("idx");
  const std::string images = bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4});
  const std::string image_file = folder.write("train-images-idx3-ubyte", images);
  const auto write_labels = [&](std::initializer_list<unsigned> labels) {
    const auto count = static_cast<unsigned>(labels.size());
    return folder.write("train-labels-idx1-ubyte", bytes({0, 0, 8, 1, 0, 0, 0, count}) + bytes(labels));
  };
  CHECK_THROWS_WITH(read_images(folder.path, "train"),
                    (folder.path / "train-labels-idx1-ubyte").string() + ": no such file, plain or with .gz");
  CHECK_THROWS_WITH(read_images(folder.path / "absent", "train"),
                    (folder.path / "absent").string() + ": no such folder");
  const std::string label_file = write_labels({0, 1, 1});
  CHECK_THROWS_WITH(read_images(folder.path, "train"), label_file + ": 3 labels; expected 2, one an image");
  write_labels({0, 1});
  Images train = read_images(folder.path, "train");
  CHECK(train.rows == 1);
  CHECK(train.cols == 2);
  CHECK(train.channels == 1);
  CHECK(train.labels == std::vector<elman::Index>{0, 1});

  Images test = train;
  test.labels[0] = 2;
  CHECK_THROWS_WITH(append(train, test), "a label to test on is 2; expected at most 1, the largest to train on");
  test = train;
  test.cols = 1;
  CHECK_THROWS_WITH(append(train, test), "images to test on are 1 x 1 x 1; expected 1 x 2 x 1 as those to train on");
  CHECK(train.size() == 2);
  Images one_class = train;
  one_class.labels = {0, 0};
  CHECK_THROWS_WITH(append(one_class, one_class), "labels to train on are all 0; expected at least 2 classes");
  append(train, Images(train));
  CHECK(train.labels == std::vector<elman::Index>{0, 1, 0, 1});
  CHECK(train.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 1, 2, 3, 4});

  folder.write("train-images-idx3-ubyte",
               bytes({0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4}));
  CHECK_THROWS_WITH(read_images(folder.path, "train"), image_file + ": 2 channels; expected 1 or 3");
}

TEST_CASE("an image becomes a sequence of rows, rows and columns, or pixels") {
  Images images;
  images.rows = images.cols = 2;
  images.pixels = {0, 0, 0, 0, 10, 20, 30, 40};
  images.labels = {0, 1};
  images.scale = 1;
  const auto sequence = [&](By by, std::size_t per_step) {
    arrange(images, by, per_step);
    const auto x = images.sequence(1);
    CHECK(x.rows() == images.inputs());
    return x;
  };
  elman::Columns<float, elman::Dynamic> expected(2, 2);
  expected << 10, 30, 20, 40;
  CHECK(sequence(By::rows, 1) == expected);
  CHECK(sequence(By::pixels, 2) == expected);
  CHECK(sequence(By::rows, 2) == Eigen::Vector4f(10, 20, 30, 40));
  CHECK(sequence(By::pixels, 1) == Eigen::RowVector4f(10, 20, 30, 40));
  expected.resize(4, 2);
  expected << 10, 30, 20, 40, 10, 20, 30, 40;
  CHECK(sequence(By::cross, 1) == expected);
  CHECK_THROWS_WITH(arrange(images, By::pixels, 3), "--per-step 3: does not divide 4, the length of a sequence");

  images.cols = 1;  // four images of 2 × 1 pixels, then two of 2 × 1 pixels of two channels
  images.labels = {0, 1, 1, 0};
  CHECK(sequence(By::rows, 1) == Eigen::RowVector2f(0, 0));
  CHECK_THROWS_WITH(arrange(images, By::cross, 1), "--by cross: images of 2 x 1 pixels; expected square ones");
  images.channels = 2;
  expected.resize(2, 2);
  expected << 10, 30, 20, 40;
  CHECK(sequence(By::rows, 1) == expected);
  CHECK(sequence(By::pixels, 1) == expected);
}

TEST_CASE("steps of images are put in one other order, with the values of a step together") {
  Images images;
  images.rows = 1;
  images.cols = 6;
  images.channels = 2;
  images.pixels = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  images.labels = {0};
  images.scale = 1;
  arrange(images, By::pixels, 1);
  const auto before = images.sequence(0);
  Images same = images, other = images;
  permute_steps(images, 1);
  permute_steps(same, 1);
  permute_steps(other, 2);
  const auto after = images.sequence(0);
  CHECK(after != before);
  CHECK(after == same.sequence(0));
  CHECK(after != other.sequence(0));
  std::vector<float> first;
  for (elman::Index t = 0; t < 6; ++t) {
    CHECK(after(1, t) == after(0, t) + 1);
    first.push_back(after(0, t));
  }
  std::ranges::sort(first);
  CHECK(first == std::vector<float>{0, 2, 4, 6, 8, 10});
}

TEST_CASE("images are normalised by those that are trained on") {
  Images images;
  images.rows = 1;
  images.cols = 2;
  images.pixels = {10, 30, 200, 100};
  images.labels = {0, 1};
  normalise(images, elman::prepare::Indices{0});
  CHECK(images.mean == 20);
  CHECK(images.scale == 0.1f);
}

TEST_CASE("varied images are moved, mirrored, or as they were") {
  Images images;
  images.rows = images.cols = 3;
  images.pixels = {0, 0, 0, 0, 1, 2, 0, 0, 0};
  images.labels = {0};
  images.scale = 1;
  images.shift = 1;
  images.flip = true;
  arrange(images, By::rows, 1);
  elman::Random random{1};
  bool places[3][3][2] = {};
  for (int k = 0; k < 500; ++k) {
    const auto x = images.varied(0, random);
    elman::Index row = 0, col = 0;
    REQUIRE((x.array() == 1).count() == 1);
    x.transpose().cwiseEqual(1.0f).cast<int>().maxCoeff(&row, &col);
    const bool left = col > 0 && x(col - 1, row) == 2;
    const bool right = col < 2 && x(col + 1, row) == 2;
    CHECK(left + right <= 1);
    places[row][col][left] = true;
  }
  for (const auto& row : places) {
    for (const auto& place : row) CHECK((place[0] || place[1]));
    CHECK((row[1][0] && row[1][1]));
  }
  images.shift = 0;
  images.flip = false;
  CHECK(images.varied(0, random) == images.sequence(0));
}

TEST_CASE("a square of a varied image is blank, of each size up to the largest") {
  Images images;
  images.rows = images.cols = 5;
  images.pixels.assign(25, 255);
  images.labels = {0};
  images.erase = 3;
  arrange(images, By::rows, 1);
  elman::Random random{1};
  bool sizes[4] = {};
  for (int k = 0; k < 200; ++k) {
    const auto x = images.varied(0, random);
    const auto blank = (x.array() == 0).cast<int>().eval();
    const int area = blank.sum(), width = blank.rowwise().maxCoeff().sum(), height = blank.colwise().maxCoeff().sum();
    CHECK(area == width * height);
    CHECK((std::max)(width, height) <= 3);
    if (width == height) sizes[width] = true;
  }
  CHECK((sizes[0] && sizes[1] && sizes[2] && sizes[3]));
}
