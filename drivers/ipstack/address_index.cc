// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/address_index.h"

#include <bit>

#include "base/bytes.h"
#include "base/check.h"

namespace penstock {
namespace {

// The product's halves, folded: each bit depends on all of both.
uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

uint64_t address_hash(const IpAddress& address, uint64_t seed) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  const auto low = load_le<uint64_t>(address.bytes.data());
  const auto high = load_le<uint64_t>(address.bytes.data() + 8);
  return mix(mix(low ^ seed, kOdd ^ std::rotl(seed, 32)) ^ high, seed | 1);
}

AddressIndex::AddressIndex(size_t slots, uint64_t seed)
    : seed_(seed), heads_(std::bit_ceil(slots)), next_(slots), addresses_(slots) {}

size_t AddressIndex::bucket_of(const IpAddress& address) const {
  return address_hash(address, seed_) & (heads_.size() - 1);
}

size_t AddressIndex::find(const IpAddress& address) const {
  for (uint32_t at = heads_[bucket_of(address)]; at != 0; at = next_[at - 1])
    if (addresses_[at - 1] == address) return at - 1;
  return kNone;
}

void AddressIndex::insert(const IpAddress& address, size_t slot) {
  uint32_t& head = heads_[bucket_of(address)];
  addresses_[slot] = address;
  next_[slot] = head;
  head = static_cast<uint32_t>(slot + 1);
}

void AddressIndex::erase(size_t slot) {
  uint32_t* link = &heads_[bucket_of(addresses_[slot])];
  while (*link != slot + 1) {
    PENSTOCK_CHECK(*link != 0);
    link = &next_[*link - 1];
  }
  *link = next_[slot];
}

}  // namespace penstock
