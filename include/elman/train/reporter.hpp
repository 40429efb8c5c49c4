// SPDX-License-Identifier: MIT
//
// Who is told what a training does: the callbacks, and the figures of metrics by their names.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "elman/check.hpp"
#include "elman/train/event.hpp"

namespace elman {
inline namespace ELMAN_ABI {
namespace detail {

class Reporter {
 public:
  /// Throws if one of them is there already.
  void add_names(const char* owner, std::initializer_list<std::string> added) {
    for (const std::string& name : added) {
      const bool is_new = name != "loss" && std::find(names.begin(), names.end(), name) == names.end();
      require_that(is_new, owner, ": there are two metrics of the name \"", name,
                   "\"; expected one; a loop's metrics are of its validations too");
      names.push_back(name);
    }
    for (auto* values : {&training, &validation}) {
      values->resize(names.size(), not_a_number());
    }
  }

  template <class Callback>
  void add(Callback&& callback) {
    if constexpr (std::is_lvalue_reference_v<Callback>) {
      callbacks_.push_back([&callback](train::Event& event) { callback(event); });
    } else {
      const auto kept = std::make_shared<Callback>(std::forward<Callback>(callback));
      callbacks_.push_back([kept](train::Event& event) { (*kept)(event); });
    }
  }

  bool has_callbacks() const { return !callbacks_.empty(); }

  /// Tells all, also if one of them stops the run. Returns whether it is to stop.
  bool tell(train::Event event) const {
    event.metrics = names;
    event.training.metrics = training;
    event.validation.metrics = validation;
    for (const auto& callback : callbacks_) callback(event);
    return event.stopped;
  }

  std::vector<std::string> names;  ///< of metrics: those of the training, then those of the validation alone
  std::vector<double> training;    ///< one a name
  std::vector<double> validation;  ///< of the last validation, one a name

 private:
  std::vector<std::function<void(train::Event&)>> callbacks_;
};

}  // namespace detail
}  // namespace ELMAN_ABI
}  // namespace elman
