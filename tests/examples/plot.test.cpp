// SPDX-License-Identifier: MIT
#include "../../examples/common/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace example;
namespace fs = std::filesystem;

namespace {

bool has_gnuplot() {
  static const bool has = message([] { run_gnuplot("exit\n"); }).empty();
  if (!has) {
    WARN("gnuplot is not installed: no picture is drawn");
    SUCCEED("nothing to draw with");
  }
  return has;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

const double no_number = std::numeric_limits<double>::quiet_NaN();

/// Of 8 epochs, of which every second has a validation; the fifth is the best.
History history_of(const std::vector<std::string>& metrics) {
  History history;
  elman::train::Event event{.metrics = metrics};
  for (int epoch = 1; epoch <= 8; ++epoch) {
    const std::array<double, 1> training{1 - 1.0 / epoch}, validation{0.9 - 1.0 / epoch};
    if (epoch % 2 == 1) {
      event.moment = elman::train::Moment::validation;
      event.validation = {0.2 + 1.0 / epoch, validation};
      event.is_best = epoch == 5;
      history(event);
    }
    event.moment = elman::train::Moment::epoch;
    event.epoch = epoch;
    event.training = {1.0 / epoch, training};
    history(event);
  }
  return history;
}

void add_all(Picture& picture) {
  picture.curves(history_of({"accuracy"}));
  picture.confusion(Eigen::Matrix3i{{90, 10, 0}, {5, 5, 0}, {0, 0, 0}},
                    {"größer", "it's 100 %d_{a}^2", "$(x) `y`\n\"z\""});
  picture.units(Eigen::VectorXf::LinSpaced(5, -1, 1) * Eigen::RowVectorXf::LinSpaced(4, 1, -1), {"w", "ö", "r", "'"},
                "units of \"wör'\"");
  Forecast forecast{.baseline_name = "the season's mean", .begin = 20};
  for (int k = 0; k < 60; ++k) {
    forecast.truth.push_back(std::sin(0.3 * k));
    forecast.one_step.push_back(std::sin(0.3 * k) + 0.05);
    forecast.many_steps.push_back(k < 20 ? no_number : std::sin(0.29 * k));
    forecast.baseline.push_back(k < 20 ? no_number : 0.0);
  }
  picture.forecast(forecast);
}

}  // namespace

TEST_CASE("a history has a row an epoch, with what there was of validation, and goes into a checkpoint") {
  History history = history_of({"accuracy"});
  CHECK(history.names == std::vector<std::string>{"loss", "accuracy"});
  REQUIRE(history.rows.size() == 8 * 5);
  CHECK(history.best == 5);
  CHECK(history.rows[20] == 5);
  CHECK(history.rows[21] == 0.2);
  CHECK(history.rows[22] == 0.8);
  CHECK(history.rows[23] == 0.4);
  CHECK(history.rows[24] == 0.9 - 0.2);
  CHECK(std::isnan(history.rows[8]));
  std::vector<std::string> parts;
  history.keep([&](const char* name, auto&) { parts.emplace_back(name); });
  CHECK(parts == std::vector<std::string>{"names", "rows", "best"});
}

TEST_CASE("texts of others mean nothing to gnuplot") {
  CHECK(quoted_for_gnuplot("it's") == "'it''s'");
  CHECK(quoted_for_gnuplot("a\nb\x7f") == "'a b '");
  CHECK(tic_label("100 %") == "'100 %%'");
  CHECK(number_for_gnuplot(no_number) == "NaN");
  CHECK(number_for_gnuplot(0.1) == "0.1");
}

TEST_CASE("a picture that cannot be drawn is found before any work") {
  const Folder folder("plot");
  const std::string here = folder.path.string();
  for (const std::string name : {"run.gif", "run", "run.png.txt", "run.PNG", ".png"}) {
    CHECK(message([&] { check_picture(here + "/" + name); }) ==
          here + "/" + name + ": expected the name of a picture, which ends in .png or .svg");
  }
  CHECK(message([&] { check_picture(here + "/absent/run.png"); }) ==
        here + "/absent/run.png: cannot be written: there is no folder " + here + "/absent");
  const std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
#ifndef _WIN32
  ::setenv("PATH", here.c_str(), 1);
  CHECK(message([&] { check_picture(here + "/run.svg"); }) ==
        here + "/run.svg: gnuplot, which draws it, is not installed (Debian, Ubuntu: apt-get install gnuplot-nox)");
  ::setenv("PATH", path.c_str(), 1);
#endif
  CHECK(fs::is_empty(folder.path));
  if (!has_gnuplot()) return;
  check_picture(here + "/run.svg");
  check_picture(here + "/run.png");
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("pictures are drawn, whatever their files are called and whatever texts stand in them") {
  if (!has_gnuplot()) return;
  const Folder folder("plot");
  std::string first;
  for (const std::string name :
       {"run", "a b", "it's", "größer", "$(touch x)", "`touch x`; touch y", "\"", "a\nb", "-x"}) {
    CAPTURE(name);
    const auto path = folder.path / (name + ".svg");
    Picture picture(path.string());
    add_all(picture);
    picture.write();
    const std::string svg = content(path);
    CHECK(svg.find("<svg") < 200);
    CHECK(svg.find("</svg>") != svg.npos);
    if (first.empty()) first = svg;
    CHECK((svg == first));  // the same numbers, the same bytes
  }
  for (const std::string text :
       {"größer", "it's 100 %d_{a}^2", "$(x) `y` ", "units of ", "accuracy", "best epoch 5", "training", "validation",
        "the season's mean", "many steps ahead", "one step ahead", "predicted", ">90<", ">10<"}) {
    CAPTURE(text);
    std::string escaped;
    for (const char c : text) escaped += c == '\'' ? std::string("&apos;") : std::string(1, c);
    CHECK((first.find(text) != first.npos || first.find(escaped) != first.npos));
  }
  CHECK(count_of(first, "best epoch 5") == 2);
  CHECK(static_cast<int>(std::distance(fs::directory_iterator(folder.path), {})) == 9);

  const auto path = folder.path / "run.png";
  Picture picture(path.string(), {.columns = 1, .width = 300, .height = 200});
  add_all(picture);
  picture.write();
  const std::string png = content(path);
  CHECK(png.starts_with("\x89PNG\r\n\x1a\n"));
  const auto number_at = [&](std::size_t k) {
    return 256 * static_cast<unsigned char>(png[k + 2]) + static_cast<unsigned char>(png[k + 3]);
  };
  CHECK(number_at(16) == 300);
  CHECK(number_at(20) == 6 * 200);
}

TEST_CASE("a picture that fails leaves the file as it was and says what gnuplot says") {
  if (!has_gnuplot()) return;
  const Folder folder("plot");
  const std::string path = folder.write("run.svg", "old");
  const std::string said = message([&] { draw(path, 100, 100, "plot nonsense(\n"); });
  CHECK(said.starts_with(path + ": gnuplot has failed: "));
  CHECK(said.find("nonsense") != said.npos);
  CHECK(message([&] { draw(path, 100, 100, ""); }).starts_with(path + ": gnuplot has "));
  CHECK(content(path) == "old");
  CHECK(static_cast<int>(std::distance(fs::directory_iterator(folder.path), {})) == 1);
}

TEST_CASE("nothing is left beside a file that cannot be replaced") {
  if (!has_gnuplot()) return;
  const Folder folder("plot");
  const std::string path = (folder.path / "run.svg").string();
  fs::create_directory(path);
  CHECK(message([&] { draw(path, 100, 100, "plot x\n"); }).starts_with(path + ": "));
  CHECK(static_cast<int>(std::distance(fs::directory_iterator(folder.path), {})) == 1);
}

TEST_CASE("a picture of an epoch, of none, and of a training without validation") {
  if (!has_gnuplot()) return;
  const Folder folder("plot");
  const std::string path = (folder.path / "run.svg").string();
  History one = history_of({});
  one.rows.resize(3);
  one.rows[2] = no_number;
  one.best = 0;
  Picture picture(path);
  picture.curves(one);
  picture.forecast({.truth = {1, 2, 3}});
  picture.write();
  CHECK(content(path).find(">training<") != std::string::npos);
  CHECK(content(path).find("validation") == std::string::npos);
  CHECK(content(path).find("best") == std::string::npos);
  one.rows.clear();
  Picture none(path);
  none.curves(one);
  none.write();
}

TEST_CASE("a picture over updates, and of what comes back to each step") {
  if (!has_gnuplot()) return;
  const Folder folder("plot");
  const std::string path = (folder.path / "run.svg").string();
  Picture picture(path, {.columns = 3});
  picture.curves(history_of({}), 50);
  picture.gradients({0, 1e-6, 1e-3, no_number}, {1, 0.5, 1, 2});
  picture.write();
  const std::string svg = content(path);
  for (const char* text : {">update<", ">best update 250<", ">before<", ">after the training<", ">1e-06<"}) {
    INFO(text);
    CHECK(svg.find(text) != std::string::npos);
  }
  CHECK(svg.find("epoch") == std::string::npos);
}
