// SPDX-License-Identifier: MIT
//
// What every hidden unit does, letter by letter: a picture with a row a unit and a column a letter.
//
//   check_picture(path);                                     before the training
//   draw_units(path, net, tokens, letters_of("gegangen"), "gegangen");
#pragma once

#include <array>
#include <elman/elman.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plot.hpp"

namespace example {

/// h of the uppermost layer, a row a unit and a column a step, of one sequence: a matrix or a list of tokens.
template <class Net, class Sequence>
auto unit_states(const Net& net, const Sequence& sequence) {
  auto tape = net.tape();
  net.forward(elman::pack(std::array{sequence}), tape, elman::last_step, elman::no_noise);
  return elman::Matrix<typename Net::Scalar, elman::Dynamic, elman::Dynamic>(tape.h());
}

/// A name for each byte, which fits beside an axis: of what cannot be seen its number.
inline std::vector<std::string> letters_of(std::string_view bytes) {
  constexpr auto digits = "0123456789ABCDEF";
  std::vector<std::string> letters;
  for (const char byte : bytes) {
    const auto number = static_cast<unsigned char>(byte);
    const bool is_seen = number > 0x20 && number < 0x7f;
    letters.push_back(is_seen          ? std::string(1, byte)
                      : number == 0x20 ? "\u2423"  // an open box
                                       : std::string{digits[number >> 4], digits[number & 15]});
  }
  return letters;
}

/// Draws what the units do over a sequence whose steps have these names. Throws std::runtime_error, naming the file, if
/// that fails.
template <class Net, class Sequence>
void draw_units(const std::string& path, const Net& net, const Sequence& sequence,
                const std::vector<std::string>& letters, const std::string& title) {
  Picture picture(path);
  picture.units(unit_states(net, sequence), letters, title);
  picture.write();
}

}  // namespace example
