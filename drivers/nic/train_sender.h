// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "drivers/nic/frame_sender.h"
#include "drivers/nic/way_cache.h"
#include "memory/slab.h"
#include "port/packet_queue.h"

namespace penstock {

// The sending half of a DpdkQueue: trains are written to fixed buffers, and cut into frames as soon as the
// way to their receiver is known and the device takes them. The queue's thread.
class TrainSender {
 public:
  static Result<Slab> map_buffers() { return Slab::map(kTrains * kBufferBytes); }
  TrainSender(Slab buffers, IpStack& stack, FrameSender& frames, SendOffloads offloads, QueueCounts& counts);

  MutableBytes reserve(uint64_t now_ns);
  void send(const PacketTrain& train, uint64_t now_ns);
  void flush(uint64_t now_ns);
  // Called now and then. What the device has not taken when the link was down for a second is dropped, and
  // what is sent from then on: it would be old when there is one.
  void see_link(bool up, uint64_t now_ns);
  // Nothing waits for the device.
  bool empty() const { return waiting_.empty() && frames_.empty(); }
  // reserve() had nothing to give, and has something now.
  bool has_room_again();

 private:
  static constexpr size_t kTrains = 16;
  // Trains that wait for their way: of a neighbour the newest (RFC 4861, section 7.2.2), of a gateway all.
  static constexpr size_t kHeldMax = 8;
  static constexpr uint64_t kHeldNsMax = 1'000'000'000;
  static constexpr uint64_t kLinklessNsMax = 1'000'000'000;
  static constexpr size_t kBufferBytes = size_t{64} << 10;
  static constexpr size_t kNone = SIZE_MAX;

  struct Train {
    size_t buffer = 0;
    PacketTrain packets{};  // what of it is not cut yet
    uint64_t since_ns = 0;
    IpStack::Hop hop{};  // of one that is held
  };
  enum class Cut : uint8_t { done, stuck, no_way_yet };

  MutableBytes buffer(size_t index) {
    return buffers_.bytes().subspan(index * kBufferBytes, PacketQueue::kTrainBytes);
  }
  Cut cut(Train& train, uint64_t now_ns);
  bool write_frame(const FrameHead& head, const PacketTrain& packets, Bytes payload);
  void hold(Train train);
  void hold_out(const std::deque<Train>::iterator& train);
  void refuse(const Train& train);
  void retry_held(uint64_t now_ns);
  void end(const Train& train) { free_.push_back(train.buffer); }

  Slab buffers_;
  IpStack& stack_;
  FrameSender& frames_;
  const SendOffloads offloads_;
  QueueCounts& counts_;
  WayCache ways_;
  std::vector<size_t> free_;
  size_t reserved_ = kNone;
  std::deque<Train> waiting_;  // for the device
  std::deque<Train> held_;     // for their ways; the oldest first
  uint64_t held_generation_ = 0;
  uint64_t held_retry_ns_ = 0;
  std::optional<uint64_t> no_link_since_ns_{};
  uint16_t id_ = 0;  // IPv4's
  bool was_full_ = false;
};

}  // namespace penstock
