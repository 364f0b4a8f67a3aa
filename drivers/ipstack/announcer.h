// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/link_end.h"
#include "drivers/ipstack/own_addresses.h"

namespace penstock {

// What a port says unasked: that its addresses are at its station (RFC 5227, section 2.3; RFC 4861, section
// 7.2.6), twice from when it begins and when its link comes up; and which groups it is in (RFC 3810), that
// switches which look for it pass on what is for them: twice then, every 125 seconds, and when routers ask.
// Not thread-safe; the addresses outlive it.
class Announcer {
 public:
  static constexpr uint64_t kSecond = 1'000'000'000;
  static constexpr unsigned kTimes = 2;
  static constexpr uint64_t kBetweenNs = 2 * kSecond;
  static constexpr uint64_t kReportNs = 125 * kSecond;
  static constexpr uint64_t kNever = UINT64_MAX;
  static constexpr size_t kFrameBytes = 128;  // of one frame at most

  // One that is `silent` says nothing, ever.
  Announcer(const OwnAddresses& own, const LinkEnd& link, bool silent);

  void begin(uint64_t now_ns);
  // A router asks for the groups. It has its answer within a second, and so has whoever asks in that time.
  void asked(uint64_t now_ns);

  // The length of what is to be sent now; 0: nothing. `into` has kFrameBytes.
  size_t next_frame(uint64_t now_ns, MutableBytes into);
  uint64_t due_ns() const { return silent_ ? kNever : std::min(address_due_ns_, group_due_ns_); }

 private:
  static constexpr size_t kGroupsPerFrame = 2;

  size_t next_address(uint64_t now_ns, MutableBytes into);
  size_t next_groups(uint64_t now_ns, MutableBytes into);

  const OwnAddresses& own_;
  const LinkEnd link_;
  std::vector<IpAddress> groups_;
  const bool silent_;
  uint64_t address_due_ns_ = 0;
  uint64_t group_due_ns_ = 0;
  size_t address_at_ = 0;
  size_t group_at_ = 0;
  unsigned address_times_ = kTimes;
  unsigned joins_ = kTimes;  // what is said as news
};

}  // namespace penstock
