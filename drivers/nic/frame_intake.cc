// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/frame_intake.h"

#include <rte_mbuf.h>

namespace penstock {
namespace {

using Verdict = FrameChecks::Verdict;

Verdict verdict(uint64_t flags, uint64_t mask, uint64_t good, uint64_t bad) {
  if ((flags & mask) == good) return Verdict::good;
  return (flags & mask) == bad ? Verdict::bad : Verdict::unknown;
}

FrameChecks checks_of(const rte_mbuf& frame) {
  return {.ip_header = verdict(frame.ol_flags, RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD,
                               RTE_MBUF_F_RX_IP_CKSUM_BAD),
          .udp = verdict(frame.ol_flags, RTE_MBUF_F_RX_L4_CKSUM_MASK, RTE_MBUF_F_RX_L4_CKSUM_GOOD,
                         RTE_MBUF_F_RX_L4_CKSUM_BAD)};
}

}  // namespace

std::optional<ArrivedPacket> FrameIntake::take(rte_mbuf* frame, uint64_t now_ns) {
  if (frame->nb_segs > 1 && rte_pktmbuf_linearize(frame) != 0) {
    QueueCounts::add(counts_.dropped[static_cast<size_t>(FrameDrop::truncated)]);
    rte_pktmbuf_free(frame);
    return {};
  }
  const MutableBytes bytes{rte_pktmbuf_mtod(frame, uint8_t*), frame->data_len};
  const FrameArrival arrival = stack_.receive(bytes, checks_of(*frame), now_ns, answer_);
  switch (arrival.kind) {
    case FrameArrival::Kind::datagram:
      if (!arrival.payload.empty()) return ArrivedPacket{frame, arrival.payload, arrival.path, arrival.ecn};
      QueueCounts::add(
          counts_.dropped[static_cast<size_t>(FrameDrop::truncated)]);  // QUIC has no empty packets
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
