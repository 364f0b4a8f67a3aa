// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/path_mtu_table.h"

#include <algorithm>

namespace penstock {

PathMtuTable::PathMtuTable(uint64_t seed) : entries_(kSlots), index_(kSlots, seed) {}

uint32_t PathMtuTable::find(const IpAddress& remote, uint32_t mtu) const {
  const size_t slot = used_ == 0 ? AddressIndex::kNone : index_.find(remote);
  return slot == AddressIndex::kNone ? mtu : std::min(mtu, entries_[slot].mtu);
}

bool PathMtuTable::lower(const IpAddress& remote, uint32_t mtu, uint64_t now_ns) {
  mtu = std::max(mtu, remote.is_ipv6 ? kLeastIpv6 : kLeastIpv4);
  size_t slot = index_.find(remote);
  if (slot == AddressIndex::kNone) {
    slot = slot_for_another();
    entries_[slot].remote = remote;
    index_.insert(remote, slot);
    ++used_;
  } else if (mtu > entries_[slot].mtu) {
    return false;
  }
  Entry& entry = entries_[slot];
  const bool changed = entry.mtu != mtu;
  entry.mtu = mtu;
  entry.due_ns = now_ns + kLifetimeNs;
  due_ns_ = std::min(due_ns_, entry.due_ns);
  if (changed) ++changes_;
  return changed;
}

size_t PathMtuTable::slot_for_another() {
  const auto free = std::ranges::find(entries_, 0U, &Entry::mtu);
  if (free != entries_.end()) return static_cast<size_t>(free - entries_.begin());
  const auto oldest = std::ranges::min_element(entries_, {}, &Entry::due_ns);
  const auto slot = static_cast<size_t>(oldest - entries_.begin());
  release(slot);
  return slot;
}

void PathMtuTable::release(size_t slot) {
  index_.erase(slot);
  entries_[slot] = {};
  --used_;
  ++changes_;
}

void PathMtuTable::expire(uint64_t now_ns) {
  if (now_ns < due_ns_) return;
  due_ns_ = UINT64_MAX;
  for (size_t slot = 0; slot < entries_.size(); ++slot) {
    if (entries_[slot].mtu == 0) continue;
    if (entries_[slot].due_ns <= now_ns)
      release(slot);
    else
      due_ns_ = std::min(due_ns_, entries_[slot].due_ns);
  }
}

}  // namespace penstock
