// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/train_sender.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "drivers/ipstack/ip_packet.h"

namespace penstock {
namespace {

constexpr uint64_t kHeldRetryNs = 10'000'000;

uint64_t packets_of(const PacketTrain& train) {
  return (train.bytes.size() + train.segment_bytes - 1) / train.segment_bytes;
}

void ask_offloads(rte_mbuf& frame, const FrameHead& head, SendOffloads offloads) {
  if (!offloads.ip_checksum && !offloads.udp_checksum) return;
  frame.l2_len = head.ethernet_bytes() & 0x7F;
  frame.l3_len = (head.bytes() - head.ethernet_bytes() - kUdpBytes) & 0x1FF;
  frame.ol_flags |= head.is_ipv6() ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
  if (offloads.ip_checksum && !head.is_ipv6()) frame.ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
  if (offloads.udp_checksum) frame.ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM;
}

}  // namespace

TrainSender::TrainSender(Slab buffers, IpStack& stack, FrameSender& frames, SendOffloads offloads,
                         QueueCounts& counts)
    : buffers_(std::move(buffers)),
      stack_(stack),
      frames_(frames),
      offloads_(offloads),
      counts_(counts),
      ways_(stack) {
  for (size_t i = kTrains; i-- > 0;) free_.push_back(i);
}

MutableBytes TrainSender::reserve(uint64_t now_ns) {
  if (reserved_ != kNone) return buffer(reserved_);
  if (free_.empty()) flush(now_ns);
  if (free_.empty()) {
    was_full_ = true;
    return {};
  }
  reserved_ = free_.back();
  free_.pop_back();
  return buffer(reserved_);
}

void TrainSender::send(const PacketTrain& train, uint64_t now_ns) {
  PENSTOCK_CHECK(reserved_ != kNone && !train.bytes.empty() &&
                 train.bytes.size() <= PacketQueue::kTrainBytes);
  PENSTOCK_CHECK(train.segment_bytes != 0);
  Train next{std::exchange(reserved_, kNone), train, now_ns};
  next.packets.bytes = buffer(next.buffer).first(train.bytes.size());
  // Trains of a path keep their order.
  if (!held_.empty()) retry_held(now_ns);
  if (waiting_.empty()) {
    switch (cut(next, now_ns)) {
      case Cut::done:
        return end(next);
      case Cut::no_way_yet:
        return hold(next);
      case Cut::stuck:
        break;
    }
  }
  waiting_.push_back(next);
}

void TrainSender::flush(uint64_t now_ns) {
  if (!held_.empty()) retry_held(now_ns);
  while (!waiting_.empty()) {
    const Cut now = cut(waiting_.front(), now_ns);
    if (now == Cut::stuck) break;
    const Train front = waiting_.front();
    waiting_.pop_front();
    if (now == Cut::done)
      end(front);
    else
      hold(front);
  }
  frames_.flush();
}

bool TrainSender::has_room_again() {
  return was_full_ && !free_.empty() && std::exchange(was_full_, false);
}

TrainSender::Cut TrainSender::cut(Train& train, uint64_t now_ns) {
  const FrameHead* head = nullptr;
  const bool passing = train.packets.passing;
  const IpStack::Asking asking = passing ? IpStack::Asking::sparingly : IpStack::Asking::at_once;
  const IpStack::Way way = ways_.find(train.packets.path, now_ns, head, asking);
  if (way == IpStack::Way::resolving && !passing) return Cut::no_way_yet;
  if (way != IpStack::Way::ready) {
    refuse(train);
    return Cut::done;
  }
  // None overtakes those that the device did not take.
  if (!waiting_.empty() && &train != &waiting_.front()) return Cut::stuck;
  MutableBytes& left = train.packets.bytes;
  while (!left.empty()) {
    const Bytes payload = left.first(std::min<size_t>(train.packets.segment_bytes, left.size()));
    if (payload.size() > head->payload_max()) {
      QueueCounts::add(counts_.send_refused);
    } else if (!write_frame(*head, train.packets, payload)) {
      return Cut::stuck;
    }
    left = left.subspan(payload.size());
  }
  return Cut::done;
}

// False: there is no room for it now.
bool TrainSender::write_frame(const FrameHead& head, const PacketTrain& packets, Bytes payload) {
  rte_mbuf* const frame = frames_.begin();
  if (frame == nullptr) return false;
  const size_t bytes = head.bytes() + payload.size();
  auto* const to = reinterpret_cast<uint8_t*>(rte_pktmbuf_append(frame, static_cast<uint16_t>(bytes)));
  if (to == nullptr) {
    rte_pktmbuf_free(frame);
    QueueCounts::add(counts_.send_refused);
    return true;
  }
  head.write({to, bytes}, payload, packets.ecn, id_++, offloads_);
  ask_offloads(*frame, head, offloads_);
  QueueCounts::add(counts_.bytes_copied, payload.size());
  frames_.add(frame, static_cast<uint32_t>(payload.size()));
  return true;
}

void TrainSender::refuse(const Train& train) {
  QueueCounts::add(counts_.send_refused, packets_of(train.packets));
}

void TrainSender::hold_out(const std::deque<Train>::iterator& train) {
  QueueCounts::add(counts_.held_out, packets_of(train->packets));
  end(*train);
  held_.erase(train);
}

// Anybody can have the port look for neighbours that are not there, but not for gateways.
void TrainSender::hold(Train train) {
  train.hop = stack_.first_hop(train.packets.path.remote).value_or(IpStack::Hop{});
  const auto same = std::ranges::find_if(held_, [&](const Train& each) {
    return !each.hop.gateway && each.hop.neighbour == train.hop.neighbour;
  });
  if (same != held_.end()) {
    hold_out(same);
  } else if (held_.size() == kHeldMax) {
    const auto least = std::ranges::find(held_, false, [](const Train& each) { return each.hop.gateway; });
    hold_out(least == held_.end() ? held_.begin() : least);
  }
  held_.push_back(train);
  counts_.trains_held.store(held_.size(), std::memory_order_relaxed);
}

void TrainSender::see_link(bool up, uint64_t now_ns) {
  if (up) return no_link_since_ns_.reset();
  if (!no_link_since_ns_) no_link_since_ns_ = now_ns;
  if (now_ns - *no_link_since_ns_ < kLinklessNsMax) return;
  for (const Train& train : waiting_) {
    refuse(train);
    end(train);
  }
  waiting_.clear();
  frames_.drop();
}

void TrainSender::retry_held(uint64_t now_ns) {
  const uint64_t generation = stack_.generation();
  if (generation == held_generation_ && now_ns < held_retry_ns_) return;
  held_generation_ = generation;
  held_retry_ns_ = now_ns + kHeldRetryNs;
  for (auto train = held_.begin(); train != held_.end();) {
    const Cut now = cut(*train, now_ns);
    const bool too_long = now == Cut::no_way_yet && now_ns - train->since_ns > kHeldNsMax;
    if (now == Cut::no_way_yet && !too_long) {
      ++train;
      continue;
    }
    if (too_long) refuse(*train);
    // The device is full: they go on as all others.
    if (now == Cut::stuck)
      waiting_.push_back(*train);
    else
      end(*train);
    train = held_.erase(train);
  }
  counts_.trains_held.store(held_.size(), std::memory_order_relaxed);
}

}  // namespace penstock
