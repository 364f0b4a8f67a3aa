// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/ipstack/address_index.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/slot_lists.h"

namespace penstock {

// What routers said of paths that take less than the port's own network (RFC 1191, 8201), for some minutes
// each. Of fixed size: when it is full, what would be forgotten next makes room. Not thread-safe; it
// allocates when it is made.
class PathMtuTable {
 public:
  static constexpr size_t kSlots = 1024;
  static constexpr uint64_t kLifetimeNs = 600'000'000'000;  // RFC 8201, section 4: ten minutes
  static constexpr uint32_t kLeastIpv6 = 1280;              // RFC 8200, section 5
  static constexpr uint32_t kLeastIpv4 = 1228;              // a payload of 1,200 bytes, as QUIC needs

  explicit PathMtuTable(uint64_t seed);

  // Of a path that takes `mtu` otherwise.
  uint32_t find(const IpAddress& remote, uint32_t mtu) const;
  // A router on the way to `remote` takes packets of `mtu` bytes at most. It never raises what is known, nor
  // goes below the least. Returns whether it changed anything.
  bool lower(const IpAddress& remote, uint32_t mtu, uint64_t now_ns);
  // Forgets what is too old.
  void expire(uint64_t now_ns);
  uint64_t due_ns() const;  // nothing is too old before

  size_t size() const { return used_; }

 private:
  struct Entry {
    IpAddress remote{};
    uint32_t mtu = 0;  // 0: free
    uint64_t due_ns = UINT64_MAX;
  };

  enum List : uint8_t { free, in_use, kLists };  // what is in use: by when it is forgotten

  size_t slot_for_another();
  void release(size_t slot);

  std::vector<Entry> entries_;
  SlotLists lists_;
  AddressIndex index_;
  size_t used_ = 0;
};

}  // namespace penstock
