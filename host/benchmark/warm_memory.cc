// SPDX-License-Identifier: Apache-2.0
#include "benchmark/warm_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace penstock {
namespace {

// A control group's figure; nothing where there is no limit ("max") or no group.
std::optional<uint64_t> group_bytes(const char* path) {
  std::ifstream file(path);
  uint64_t bytes = 0;
  return file >> bytes ? std::optional(bytes) : std::nullopt;
}

// What this process could have without others' memory being swapped out, or its control group's limit passed.
uint64_t available_bytes() {
  uint64_t available = 0;
  std::ifstream lines("/proc/meminfo");
  for (std::string word; lines >> word;) {
    if (word == "MemAvailable:" && lines >> available) available *= 1024;
  }
  const auto limit = group_bytes("/sys/fs/cgroup/memory.max");
  const auto used = group_bytes("/sys/fs/cgroup/memory.current");
  return limit && used ? std::min(available, *limit - std::min(*limit, *used)) : available;
}

}  // namespace

void warm_memory(uint64_t bytes) {
  bytes = std::min(bytes, available_bytes() / 2);
  if (bytes == 0) return;
  void* memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory != MAP_FAILED) munmap(memory, bytes);
}

}  // namespace penstock
