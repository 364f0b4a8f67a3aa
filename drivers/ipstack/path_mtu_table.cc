// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/path_mtu_table.h"

#include <algorithm>

namespace penstock {

PathMtuTable::PathMtuTable(uint64_t seed) : entries_(kSlots), lists_(kSlots, kLists), index_(kSlots, seed) {
  for (size_t slot = 0; slot < kSlots; ++slot) lists_.append(slot, free);
}

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
  lists_.append(slot, in_use);
  return changed;
}

size_t PathMtuTable::slot_for_another() {
  if (lists_.front(free) == SlotLists::kNone) release(lists_.front(in_use));
  return lists_.front(free);
}

void PathMtuTable::release(size_t slot) {
  index_.erase(slot);
  entries_[slot] = {};
  lists_.append(slot, free);
  --used_;
}

uint64_t PathMtuTable::due_ns() const {
  const size_t slot = lists_.front(in_use);
  return slot == SlotLists::kNone ? UINT64_MAX : entries_[slot].due_ns;
}

void PathMtuTable::expire(uint64_t now_ns) {
  while (due_ns() <= now_ns) release(lists_.front(in_use));
}

}  // namespace penstock
