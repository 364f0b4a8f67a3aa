// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/packet_receiver.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace penstock {

PacketReceiver::PacketReceiver(size_t worker, NicDevice& device, PacketSpread* spread, FrameIntake& intake,
                               QueueCounts& counts)
    : worker_(worker), device_(device), spread_(spread), intake_(intake), counts_(counts) {
  const size_t most = NicDevice::kBurst * (size_t{device.rx_queues()} + 1);
  ready_.reserve(most);
  given_.reserve(most);
  if (spread != nullptr) to_tell_.resize(spread->workers());
}

PacketReceiver::~PacketReceiver() {
  rte_pktmbuf_free_bulk(given_.data(), static_cast<unsigned>(given_.size()));
  for (size_t i = next_; i < ready_.size(); ++i) rte_pktmbuf_free(ready_[i].frame);
}

bool PacketReceiver::poll(uint64_t now_ns) {
  if (has_packets()) return true;
  ready_.clear();
  next_ = 0;
  if (spread_ == nullptr) {
    poll_own(now_ns);
  } else if (const std::unique_lock lock(spread_->polling(), std::try_to_lock); lock.owns_lock()) {
    // What others handed over is older than what the device has now.
    take_handed_over();
    poll_for_all(now_ns);
  } else {
    take_handed_over();
  }
  return has_packets();
}

void PacketReceiver::poll_own(uint64_t now_ns) {
  std::array<rte_mbuf*, NicDevice::kBurst> frames{};
  const size_t came = device_.receive(static_cast<uint16_t>(worker_), frames);
  for (size_t i = 0; i < came; ++i) {
    if (const auto packet = intake_.take(frames[i], now_ns)) ready_.push_back(*packet);
  }
}

void PacketReceiver::poll_for_all(uint64_t now_ns) {
  std::array<rte_mbuf*, NicDevice::kBurst> frames{};
  for (uint16_t queue = 0; queue < device_.rx_queues(); ++queue) {
    const size_t came = device_.receive(queue, frames);
    for (size_t i = 0; i < came; ++i) {
      const auto packet = intake_.take(frames[i], now_ns);
      if (!packet) continue;
      const size_t worker = spread_->worker_for(*packet);
      if (worker == worker_) {
        ready_.push_back(*packet);
      } else if (spread_->hand_over(worker, *packet)) {
        QueueCounts::add(counts_.steered);
        to_tell_[worker] = true;
      } else {
        QueueCounts::add(counts_.queue_full);
        rte_pktmbuf_free(packet->frame);
      }
    }
  }
  for (size_t worker = 0; worker < to_tell_.size(); ++worker) {
    if (!to_tell_[worker]) continue;
    to_tell_[worker] = false;
    spread_->tell(worker);
  }
}

void PacketReceiver::take_handed_over() {
  std::array<ArrivedPacket, NicDevice::kBurst> packets;
  const size_t came = spread_->take(worker_, packets);
  ready_.insert(ready_.end(), packets.begin(), packets.begin() + came);
}

size_t PacketReceiver::receive(std::span<PacketTrain> into) {
  rte_pktmbuf_free_bulk(given_.data(), static_cast<unsigned>(given_.size()));
  given_.clear();
  const size_t trains = std::min(into.size(), ready_.size() - next_);
  for (size_t i = 0; i < trains; ++i) {
    const ArrivedPacket& packet = ready_[next_++];
    into[i] = {packet.payload, static_cast<uint32_t>(packet.payload.size()), packet.ecn, packet.path};
    given_.push_back(packet.frame);
    QueueCounts::add(counts_.bytes_in, packet.payload.size());
  }
  QueueCounts::add(counts_.packets_in, trains);
  return trains;
}

}  // namespace penstock
