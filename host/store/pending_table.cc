// SPDX-License-Identifier: Apache-2.0
#include "store/pending_table.h"

#include "base/check.h"

namespace penstock {

size_t PendingTable::probe(const Digest& digest) const {
  const size_t mask = slots_.size() - 1;
  size_t at = DigestHash()(digest) & mask;
  while (slots_[at].state != kFree && slots_[at].digest != digest) at = (at + 1) & mask;
  return at;
}

const PendingTable::Slot* PendingTable::find(const Digest& digest) const {
  const Slot& slot = slots_[probe(digest)];
  return slot.state == kFree ? nullptr : &slot;
}

PendingTable::Slot* PendingTable::find(const Digest& digest) {
  return const_cast<Slot*>(std::as_const(*this).find(digest));
}

PendingTable::Slot& PendingTable::claim(const Digest& digest) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  Slot& slot = slots_[probe(digest)];
  PENSTOCK_CHECK(slot.state == kFree);
  slot.digest = digest;
  slot.state = kClaimed;
  ++size_;
  return slot;
}

void PendingTable::place(Slot& slot, const Placement& placement) {
  if (!slot.placed()) ++placed_;
  slot.placement = placement;
  slot.state = kPlaced;
}

void PendingTable::for_each(const std::function<void(const Slot&)>& visit) const {
  for (const Slot& slot : slots_) {
    if (slot.state != kFree) visit(slot);
  }
}

void PendingTable::clear() {
  for (Slot& slot : slots_) slot.state = kFree;
  size_ = placed_ = 0;
}

void PendingTable::grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.state != kFree) slots_[probe(slot.digest)] = slot;
  }
}

}  // namespace penstock
