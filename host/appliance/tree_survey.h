// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace penstock {

// Adds up the sizes of the files under some paths in a thread of its own, so that a display can tell what is
// left to do while a put has already begun. What it cannot read counts as nothing. Destroyed, it stops.
class TreeSurvey {
 public:
  explicit TreeSurvey(std::vector<std::string> paths);
  ~TreeSurvey();

  // The sum in bytes, once it is known. Any thread.
  std::optional<uint64_t> total_bytes() const;

 private:
  void walk();
  void add(const std::string& path);

  const std::vector<std::string> paths_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<bool> finished_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace penstock
