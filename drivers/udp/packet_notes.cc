// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/packet_notes.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cstring>

#include "base/check.h"

namespace penstock {
namespace {

constexpr uint8_t kEcnMask = 3;

template <class Value>
Value value_of(cmsghdr* note) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(note), sizeof value);
  return value;
}

NetAddress ipv4_address(in_addr address) {
  sockaddr_in full{};
  full.sin_family = AF_INET;
  full.sin_addr = address;
  return {reinterpret_cast<const sockaddr*>(&full), sizeof full};
}

NetAddress ipv6_address(const in6_pktinfo& info) {
  sockaddr_in6 full{};
  full.sin6_family = AF_INET6;
  full.sin6_addr = info.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) full.sin6_scope_id = info.ipi6_ifindex;
  return {reinterpret_cast<const sockaddr*>(&full), sizeof full};
}

// An IPv4 address as an IPv6 socket has it.
bool is_mapped(const NetAddress& address) {
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_V4MAPPED(&reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr);
}

}  // namespace

ReceivedNotes read_notes(msghdr& message) {
  ReceivedNotes notes;
  for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note)) {
    if (note->cmsg_level == SOL_UDP && note->cmsg_type == UDP_GRO) {
      notes.segment_bytes = static_cast<uint32_t>(value_of<int>(note));
    } else if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SO_RXQ_OVFL) {
      notes.missed = value_of<uint32_t>(note);
    } else if (note->cmsg_level == IPPROTO_IP && note->cmsg_type == IP_TOS) {
      notes.ecn = value_of<uint8_t>(note) & kEcnMask;
    } else if (note->cmsg_level == IPPROTO_IPV6 && note->cmsg_type == IPV6_TCLASS) {
      notes.ecn = static_cast<uint8_t>(value_of<int>(note)) & kEcnMask;
    } else if (note->cmsg_level == IPPROTO_IP && note->cmsg_type == IP_PKTINFO) {
      // On an IPv6 socket both kinds come, and the other one is what its answers have to name.
      if (notes.local.empty()) notes.local = ipv4_address(value_of<in_pktinfo>(note).ipi_addr);
    } else if (note->cmsg_level == IPPROTO_IPV6 && note->cmsg_type == IPV6_PKTINFO) {
      notes.local = ipv6_address(value_of<in6_pktinfo>(note));
    }
  }
  return notes;
}

template <class Value>
void SendNotes::add(msghdr& message, int level, int type, const Value& value) {
  PENSTOCK_CHECK(used_ + CMSG_SPACE(sizeof value) <= bytes_.size());
  auto* note = reinterpret_cast<cmsghdr*>(bytes_.data() + used_);
  note->cmsg_level = level;
  note->cmsg_type = type;
  note->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(note), &value, sizeof value);
  used_ += CMSG_SPACE(sizeof value);
  message.msg_control = bytes_.data();
  message.msg_controllen = used_;
}

void SendNotes::write(msghdr& message, const NetPath& path, int family, uint32_t segment_bytes, uint8_t ecn) {
  used_ = 0;
  message.msg_control = nullptr;
  message.msg_controllen = 0;
  if (segment_bytes != 0) add(message, SOL_UDP, UDP_SEGMENT, static_cast<uint16_t>(segment_bytes));
  if (ecn != 0) {
    // An IPv4 packet takes its bits from the IPv4 note, from whichever socket it leaves.
    if (family == AF_INET || is_mapped(path.remote))
      add(message, IPPROTO_IP, IP_TOS, static_cast<int>(ecn));
    else
      add(message, IPPROTO_IPV6, IPV6_TCLASS, static_cast<int>(ecn));
  }
  const NetAddress& local = path.local;
  if (local.empty() || local.is_any()) return;
  if (family == AF_INET && local.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in*>(local.raw())->sin_addr;
    add(message, IPPROTO_IP, IP_PKTINFO, info);
  } else if (family == AF_INET6 && local.family() == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(local.raw());
    in6_pktinfo info{};
    info.ipi6_addr = address->sin6_addr;
    info.ipi6_ifindex = address->sin6_scope_id;
    add(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace penstock
