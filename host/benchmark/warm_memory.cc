// SPDX-License-Identifier: Apache-2.0
#include "benchmark/warm_memory.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>

#include <algorithm>

namespace penstock {

void warm_memory(uint64_t bytes) {
  struct sysinfo machine {};
  if (sysinfo(&machine) != 0) return;
  bytes = std::min(bytes, uint64_t{machine.freeram} * machine.mem_unit / 2);
  if (bytes == 0) return;
  void* memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory != MAP_FAILED) munmap(memory, bytes);
}

}  // namespace penstock
