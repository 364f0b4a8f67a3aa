// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/buffer_map.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "emulation/xrt_card/card_platform.h"

namespace penstock {
namespace {

std::string place(uint64_t address, uint64_t bytes) {
  return fmt::format("address {:#x}, {} bytes", address, bytes);
}

}  // namespace

Result<CardBank> bank_of(uint64_t address) {
  if (address / kPlatformBankBytes >= kPlatformBanks) {
    return fail(Errc::absent, fmt::format("address {:#x}", address), "it is in no memory bank");
  }
  return static_cast<CardBank>(address / kPlatformBankBytes);
}

Status BufferMap::allocate(uint64_t address, uint64_t bytes) {
  PENSTOCK_TRY_ASSIGN(const CardBank bank, bank_of(address));
  const uint64_t bank_end = platform_bank_base(bank) + kPlatformBankBytes;
  if (bytes == 0 || bytes > bank_end - address) {
    return fail(Errc::failed, place(address, bytes), "a buffer there would not lie in a memory bank");
  }
  const auto next = buffers_.lower_bound(address);
  const bool meets_next = next != buffers_.end() && next->first - address < bytes;
  const bool meets_previous =
      next != buffers_.begin() && address - std::prev(next)->first < std::prev(next)->second.bytes;
  if (meets_next || meets_previous) {
    return fail(Errc::failed, place(address, bytes), "a buffer there would lie over another one");
  }
  PENSTOCK_TRY_ASSIGN(Slab memory, Slab::map(bytes));
  buffers_.emplace(address, Buffer{std::move(memory), bytes});
  return {};
}

Status BufferMap::free(uint64_t address) {
  const auto found = buffers_.find(address);
  if (found == buffers_.end()) {
    return fail(Errc::absent, fmt::format("address {:#x}", address), "no buffer begins there");
  }
  freed_.push_back(std::move(found->second.memory));
  buffers_.erase(found);
  return {};
}

Result<MutableBytes> BufferMap::find(uint64_t address, uint64_t bytes) const {
  const auto behind = buffers_.upper_bound(address);
  if (behind != buffers_.begin()) {
    const auto& [begin, buffer] = *std::prev(behind);
    const uint64_t offset = address - begin;
    if (offset < buffer.bytes && bytes <= buffer.bytes - offset) {
      return buffer.memory.bytes().first(buffer.bytes).subspan(offset);
    }
  }
  return fail(Errc::absent, place(address, bytes), "that is in no buffer of the card");
}

}  // namespace penstock
