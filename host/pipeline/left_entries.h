// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"

namespace penstock {

// What a restore has to leave as it stands, of one sort: the first few are told of, all are counted. One
// thread.
class LeftEntries {
 public:
  using Told = std::function<void(const std::string& path, const Error&)>;
  // `what` is said of each, as "not removed", before the error's reason.
  LeftEntries(std::string what, Told told) : what_(std::move(what)), told_(std::move(told)) {}

  void add(const std::string& path, const Error& error);
  // Tells how many more there were.
  void end();
  uint64_t count() const { return count_; }

  static constexpr uint64_t kTold = 16;

 private:
  std::string what_;
  Told told_;
  uint64_t count_ = 0;
};

}  // namespace penstock
