// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/way_cache.h"

#include "drivers/nic/flow_hash.h"

namespace penstock {

IpStack::Way WayCache::find(const NetPath& path, uint64_t now_ns, const FrameHead*& head,
                            IpStack::Asking asking) {
  Entry& entry = entries_[flow_hash(path) % kEntries];
  const uint64_t generation = stack_.generation();
  if (!entry.known || entry.generation != generation || !(entry.path == path)) {
    entry.known = false;
    const IpStack::Way way = stack_.find_way(path, now_ns, entry.head, asking);
    if (way != IpStack::Way::ready) return way;
    entry.path = path;
    entry.generation = generation;
    entry.known = true;
  }
  head = &entry.head;
  return IpStack::Way::ready;
}

}  // namespace penstock
