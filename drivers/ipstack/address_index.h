// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/ipstack/ip_address.h"

namespace penstock {

// Who does not know the seed cannot choose addresses that go together.
uint64_t address_hash(const IpAddress& address, uint64_t seed);

// Addresses to slots of a table of fixed size. Who chooses addresses cannot choose which of them are found
// slowly: the seed is the process's secret. Its owner's thread; it allocates when it is made.
class AddressIndex {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  AddressIndex(size_t slots, uint64_t seed);

  size_t find(const IpAddress& address) const;  // kNone: not there
  // Neither the address is there, nor is the slot taken.
  void insert(const IpAddress& address, size_t slot);
  void erase(size_t slot);

 private:
  size_t bucket_of(const IpAddress& address) const;

  uint64_t seed_;
  std::vector<uint32_t> heads_;  // of chains of slots, one more than each; 0: the end
  std::vector<uint32_t> next_;
  std::vector<IpAddress> addresses_;
};

}  // namespace penstock
