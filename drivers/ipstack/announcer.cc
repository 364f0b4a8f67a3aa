// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/announcer.h"

#include <algorithm>

#include "drivers/ipstack/arp.h"
#include "drivers/ipstack/mld.h"
#include "drivers/ipstack/ndp.h"

namespace penstock {
namespace {

constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

}  // namespace

Announcer::Announcer(const OwnAddresses& own, const LinkEnd& link, bool silent)
    : own_(own), link_(link), silent_(silent) {
  for (const OwnAddress& each : own.all()) {
    const IpAddress group = each.address.solicited_node();
    if (each.address.is_ipv6 && std::ranges::find(groups_, group) == groups_.end()) groups_.push_back(group);
  }
  begin(0);
}

void Announcer::begin(uint64_t now_ns) {
  address_at_ = group_at_ = 0;
  address_times_ = joins_ = kTimes;
  address_due_ns_ = own_.all().empty() ? kNever : now_ns;
  group_due_ns_ = groups_.empty() ? kNever : now_ns;
}

void Announcer::asked(uint64_t now_ns) {
  if (!groups_.empty()) group_due_ns_ = std::min(group_due_ns_, now_ns + kSecond);
}

size_t Announcer::next_frame(uint64_t now_ns, MutableBytes into) {
  if (silent_) return 0;
  if (now_ns >= address_due_ns_) return next_address(now_ns, into);
  return now_ns >= group_due_ns_ ? next_groups(now_ns, into) : 0;
}

size_t Announcer::next_address(uint64_t now_ns, MutableBytes into) {
  const IpAddress& address = own_.all()[address_at_].address;
  if (++address_at_ == own_.all().size()) {
    address_at_ = 0;
    --address_times_;
    address_due_ns_ = address_times_ == 0 ? kNever : now_ns + kBetweenNs;
  }
  if (!address.is_ipv6) {
    return write_arp(into, link_, kBroadcast,
                     {.is_request = true,
                      .sender_mac = link_.mac,
                      .sender = address,
                      .target_mac = {},
                      .target = address});
  }
  const IpAddress all = IpAddress::all_nodes();
  return write_ndp(into, link_, all.group_mac(), address, all,
                   {.overrides = true, .target = address, .mac = link_.mac});
}

size_t Announcer::next_groups(uint64_t now_ns, MutableBytes into) {
  const auto groups = std::span(groups_).subspan(group_at_);
  const auto now = groups.first(std::min(groups.size(), kGroupsPerFrame));
  const bool news = joins_ != 0;
  group_at_ += now.size();
  if (group_at_ == groups_.size()) {
    group_at_ = 0;
    if (joins_ != 0) --joins_;
    group_due_ns_ = now_ns + (joins_ != 0 ? kBetweenNs : kReportNs);
  }
  return write_mld_report(into, link_, IpAddress::link_local_of(link_.mac), now, news);
}

}  // namespace penstock
