// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/frame_intake.h"

#include <rte_ether.h>
#include <rte_mbuf.h>

#include <cstring>

#include "drivers/ipstack/big_endian.h"

namespace penstock {
namespace {

using Verdict = FrameChecks::Verdict;

// "None": the packet came from this machine, say, and never had a sum; what it would protect is whole.
Verdict verdict(uint64_t flags, uint64_t good, uint64_t none) {
  return flags == good || flags == none ? Verdict::good : Verdict::unknown;
}

FrameChecks checks_of(const rte_mbuf& frame) {
  return {.ip_header = verdict(frame.ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD,
                               RTE_MBUF_F_RX_IP_CKSUM_NONE),
          .udp = verdict(frame.ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK, RTE_MBUF_F_RX_L4_CKSUM_GOOD,
                         RTE_MBUF_F_RX_L4_CKSUM_NONE)};
}

// A NIC, or the host of a virtual one, may take tags off whether it is asked to or not. False: no room.
bool put_tag_back(rte_mbuf& frame) {
  if ((frame.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0) return true;
  constexpr size_t kAddresses = 2 * RTE_ETHER_ADDR_LEN;
  if (frame.data_len < kAddresses) return true;
  auto* const to = reinterpret_cast<uint8_t*>(rte_pktmbuf_prepend(&frame, RTE_VLAN_HLEN));
  if (to == nullptr) return false;
  std::memmove(to, to + RTE_VLAN_HLEN, kAddresses);
  store_be16(to + kAddresses, RTE_ETHER_TYPE_VLAN);
  store_be16(to + kAddresses + 2, frame.vlan_tci);
  frame.ol_flags &= ~RTE_MBUF_F_RX_VLAN_STRIPPED;
  return true;
}

// Of a frame that its sender put together of several pieces memif's driver tells a length that its buffer
// does not have.
bool fits_its_buffer(const rte_mbuf& frame) {
  return uint32_t{frame.data_off} + frame.data_len <= frame.buf_len;
}

}  // namespace

std::optional<ArrivedPacket> FrameIntake::take(rte_mbuf* frame, uint64_t now_ns) {
  if (!fits_its_buffer(*frame) || (frame->nb_segs > 1 && rte_pktmbuf_linearize(frame) != 0) ||
      !put_tag_back(*frame)) {
    QueueCounts::add(counts_.dropped[static_cast<size_t>(FrameDrop::scattered)]);
    rte_pktmbuf_free(frame);
    return {};
  }
  const MutableBytes bytes{rte_pktmbuf_mtod(frame, uint8_t*), frame->data_len};
  const FrameArrival arrival = stack_.receive(bytes, checks_of(*frame), now_ns, answer_);
  switch (arrival.kind) {
    case FrameArrival::Kind::datagram:
      if (!arrival.payload.empty()) return ArrivedPacket{frame, arrival.payload, arrival.path, arrival.ecn};
      QueueCounts::add(counts_.dropped[static_cast<size_t>(FrameDrop::empty)]);  // QUIC has no such packets
      break;
    case FrameArrival::Kind::answered:
      answers_.add_own(Bytes(answer_).first(arrival.answer_bytes));
      break;
    case FrameArrival::Kind::taken:
      break;
    case FrameArrival::Kind::dropped:
      QueueCounts::add(counts_.dropped[static_cast<size_t>(arrival.drop)]);
      break;
  }
  rte_pktmbuf_free(frame);
  return {};
}

void FrameIntake::send_own(uint64_t now_ns) {
  while (const size_t bytes = stack_.next_frame(now_ns, answer_))
    answers_.add_own(Bytes(answer_).first(bytes));
}

}  // namespace penstock
