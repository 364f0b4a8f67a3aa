// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "drivers/ipstack/frame_drop.h"
#include "drivers/ipstack/frame_head.h"
#include "drivers/ipstack/ip_address.h"
#include "drivers/ipstack/ip_config.h"
#include "port/packet_queue.h"

namespace penstock {

// What a NIC found out about a frame that it received. All else is checked here, what it takes for wrong too:
// that is rare, and NICs err (of options, of padding, of packets without a sum).
struct FrameChecks {
  enum class Verdict : uint8_t { unknown, good };
  Verdict ip_header = Verdict::unknown;
  Verdict udp = Verdict::unknown;
};

// What became of a frame.
struct FrameArrival {
  enum class Kind : uint8_t {
    datagram,  // a UDP packet for the port: payload, path, ecn
    answered,  // a frame is to be sent: the first answer_bytes of `answer`
    taken,     // the stack learnt something, or needs to do nothing
    dropped    // because of `drop`
  };
  Kind kind = Kind::dropped;
  FrameDrop drop = FrameDrop::truncated;
  uint8_t ecn = 0;
  size_t answer_bytes = 0;
  MutableBytes payload{};  // within the frame
  NetPath path{};
};

// Ethernet (802.1Q), ARP (RFC 826), IPv4 (RFC 791), IPv6 (RFC 8200), NDP (RFC 4861), ICMP echo and "too big"
// (RFC 792, 1191, 4443, 8201), MLD (RFC 3810), UDP (RFC 768) for a port that speaks UDP alone: frames to
// datagrams and back. Neither fragments nor options of IPv6; routes are static. It owns no frames and no
// threads and knows no clock: whoever drives a NIC calls it. Any thread; what carries data takes no lock.
class IpStack {
 public:
  // A frame that the stack sends of itself is no longer.
  static constexpr size_t kOwnFrameBytes = 128;

  // usage: no address, a gateway on no network of the port's, a VLAN or MTU out of bounds (IPv6 needs 1,280).
  static Result<std::unique_ptr<IpStack>> create(const IpConfig& config);
  ~IpStack();

  const IpConfig& config() const;
  // The stations of the multicast groups that it is to hear beside its own.
  std::span<const MacAddress> group_macs() const;

  // Looks at a frame as it came from the wire, without its FCS. `answer`: room for what it may call for:
  // kOwnFrameBytes, or as much as the frame has for an echo to be answered. Without room there is no answer.
  FrameArrival receive(MutableBytes frame, FrameChecks checks, uint64_t now_ns, MutableBytes answer);

  enum class Way : uint8_t {
    ready,       // `head` is filled
    resolving,   // the neighbour is being asked for: try again when generation() has changed
    unreachable  // no route, or the neighbour did not answer, as of now
  };
  // Of a neighbour that is not known: asked for at once, or, for whoever answers anybody, only so often.
  enum class Asking : uint8_t { at_once, sparingly };
  // How packets of a path are sent. An empty local address: the stack chooses.
  Way find_way(const NetPath& path, uint64_t now_ns, FrameHead& head, Asking asking = Asking::at_once);
  // Changes whenever a head that was found may be wrong, or a way that was not ready may be.
  uint64_t generation() const;

  // What the stack wants to send of itself: requests for neighbours, gateways' among them, probes of those
  // that are in use, and announcements. Called until it returns 0.
  size_t next_frame(uint64_t now_ns, MutableBytes into);
  // The link is there, or there again, perhaps at another switch: says who is where, and asks for the
  // gateways, and for whoever did not answer while it was not. When it begins the stack does so by itself.
  void link_came_up(uint64_t now_ns);
  // When next_frame() may have something, unless something happens before. UINT64_MAX: never.
  uint64_t next_due_ns() const;

  // The largest payload of a packet to `remote`, by the MTU and what routers said of the path (RFC 8899
  // leaves probing to QUIC). Of an unknown family: the smaller one. What is larger is sent nevertheless, up
  // to FrameHead::payload_max().
  uint32_t payload_max(const NetAddress& remote) const;
  // Whom packets to `remote` go to first.
  struct Hop {
    IpAddress neighbour{};
    bool gateway = false;  // and not `remote` itself
  };
  std::optional<Hop> first_hop(const NetAddress& remote) const;  // none: no route
  // Which of its addresses packets to `remote` come from; empty: no route.
  NetAddress source_for(const NetAddress& remote) const;

  // A gateway, or another neighbour, that does not answer: for messages and metrics.
  struct Counters {
    uint64_t neighbours_known = 0;
    uint64_t neighbours_silent = 0;  // asked in vain, now
    uint64_t path_mtu_lowered = 0;   // by routers, since it was made
    uint64_t answers_sent = 0;       // ARP, NDP, echo
    uint64_t requests_sent = 0;
    uint64_t neighbours_moved = 0;    // found at another station than before, gateways too
    uint64_t announcements_sent = 0;  // ARP, NDP, MLD
  };
  Counters counters() const;

 private:
  struct Parts;
  explicit IpStack(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace penstock
