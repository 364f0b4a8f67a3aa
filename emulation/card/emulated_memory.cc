// SPDX-License-Identifier: Apache-2.0
#include "emulation/card/emulated_memory.h"

#include <cstring>

namespace penstock {

Result<std::unique_ptr<EmulatedMemory>> EmulatedMemory::allocate(MemoryBank& bank, size_t bytes) {
  PENSTOCK_TRY_ASSIGN(BankRoom room, BankRoom::take(bank, bytes));
  PENSTOCK_TRY_ASSIGN(Slab device, Slab::map(bytes));
  PENSTOCK_TRY_ASSIGN(Slab own, Slab::map(bytes));
  const MutableBytes host = own.bytes();
  return std::unique_ptr<EmulatedMemory>(
      new EmulatedMemory(std::move(room), std::move(device), std::move(own), host));
}

Result<std::unique_ptr<EmulatedMemory>> EmulatedMemory::mirror(MemoryBank& bank, Bytes host) {
  PENSTOCK_TRY_ASSIGN(BankRoom room, BankRoom::take(bank, host.size()));
  PENSTOCK_TRY_ASSIGN(Slab device, Slab::map(host.size()));
  // Only sync_to_host writes there, and refuses.
  const MutableBytes side(const_cast<uint8_t*>(host.data()), host.size());
  return std::unique_ptr<EmulatedMemory>(new EmulatedMemory(std::move(room), std::move(device), {}, side));
}

bool EmulatedMemory::sync_to_card(size_t offset, size_t bytes) noexcept {
  if (!holds(offset, bytes)) return false;
  std::memcpy(device_.bytes().data() + offset, host_.data() + offset, bytes);
  return true;
}

bool EmulatedMemory::sync_to_host(size_t offset, size_t bytes) noexcept {
  if (!own_ || !holds(offset, bytes)) return false;
  std::memcpy(host_.data() + offset, device_.bytes().data() + offset, bytes);
  return true;
}

}  // namespace penstock
