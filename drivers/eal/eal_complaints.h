// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// What DPDK complains of on this thread while this lives: the reasons of an error. Within another one of its
// thread it adds to that.
class EalComplaints {
 public:
  EalComplaints();
  ~EalComplaints();
  EalComplaints(const EalComplaints&) = delete;
  EalComplaints& operator=(const EalComplaints&) = delete;

  // The calling thread's; null: it keeps none now.
  static EalComplaints* present();

  // Prefixes and repetitions are left out; of many the first ones and the last one are kept.
  void add(std::string_view line);
  // Joined by "; ", and forgotten.
  std::string take();

 private:
  static constexpr size_t kLinesMax = 8;
  static constexpr size_t kLineBytesMax = 300;

  const bool outermost_;
  std::vector<std::string> lines_;
};

}  // namespace penstock
