// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "offload/job.h"

namespace penstock {

// What a device can do; read from the device at open, fixed from then on.
struct Capabilities {
  std::string kind;     // "software", "card", "xrt"
  std::string name;     // for people
  std::string address;  // where it is, as its tools name it: a card's bus, device and function; may be empty
  std::vector<Operation> operations;
  std::vector<CodecId> codecs;  // for encode; decode takes the same
  std::vector<HashId> hashes;
  uint32_t input_bytes_max = 0;     // of one job
  uint32_t chunks_max = 0;          // of one job
  uint32_t input_alignment = 1;     // bytes, of Job::input's start
  uint32_t units = 1;               // jobs that it works on at the same time
  uint32_t queue_depth = 1;         // jobs that a queue pair accepts at the most
  bool shares_host_memory = false;  // false: input and output are copied (counted)
  bool emulated = false;            // the CPU plays it: its figures are no device's
  bool is_cpu = false;  // works in the poller's thread on host memory: its digests count as the host's own

  bool offers(Operation operation) const noexcept { return lists(operations, operation); }
  bool offers(CodecId codec) const noexcept { return lists(codecs, codec); }
  bool offers(HashId hash) const noexcept { return lists(hashes, hash); }

 private:
  template <class Item>
  static bool lists(const std::vector<Item>& items, Item item) noexcept {
    return std::ranges::find(items, item) != items.end();
  }
};

}  // namespace penstock
