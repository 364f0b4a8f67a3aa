// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// What a process has at a moment, as /proc says it.
struct ProcessSample {
  uint64_t memory_kib = 0;    // resident, of no file: what it wrote
  uint64_t resident_kib = 0;  // with the pages of files, such as its code
  uint64_t descriptors = 0;
  uint64_t threads = 0;

  // All 0 where there is no such process.
  static ProcessSample of(pid_t process);
  std::string text() const;
};

// The processes that this one has started and which have that name (15 characters of it).
std::vector<pid_t> children_named(const std::string& name);

}  // namespace penstock
