// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/ipstack/ip_stack.h"
#include "port/packet_queue.h"

namespace penstock {

// The heads of the paths that a queue sends to, until the stack says that they may be wrong. One thread.
class WayCache {
 public:
  explicit WayCache(IpStack& stack) : stack_(stack), entries_(kEntries) {}

  // As IpStack::find_way(). The head stays until the next call.
  IpStack::Way find(const NetPath& path, uint64_t now_ns, const FrameHead*& head,
                    IpStack::Asking asking = IpStack::Asking::at_once);

 private:
  static constexpr size_t kEntries = 512;

  struct Entry {
    NetPath path{};
    uint64_t generation = 0;
    bool known = false;
    FrameHead head{};
  };

  IpStack& stack_;
  std::vector<Entry> entries_;
};

}  // namespace penstock
