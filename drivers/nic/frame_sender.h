// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <span>

#include "base/bytes.h"
#include "drivers/nic/nic_device.h"
#include "drivers/nic/queue_counts.h"

namespace penstock {

// Frames on their way to a hardware queue: a burst is gathered, and what the device does not take stays and
// is offered again. One thread; `shared` is locked where several send through one hardware queue.
class FrameSender {
 public:
  static constexpr size_t kFrames = 64;

  FrameSender(NicDevice& device, uint16_t queue, std::mutex* shared, QueueCounts& counts)
      : device_(device), queue_(queue), shared_(shared), counts_(counts) {}
  ~FrameSender();
  FrameSender(const FrameSender&) = delete;
  FrameSender& operator=(const FrameSender&) = delete;

  // An empty frame, to be given back by add(), or freed. Null: there is no room, or no buffer, now.
  rte_mbuf* begin();
  // `payload_bytes`: of UDP, for the counts; none: a frame of the stack's own.
  void add(rte_mbuf* frame, uint32_t payload_bytes);
  // Of the stack: dropped and counted where there is no room.
  void add_own(Bytes frame);
  // Whether the device took everything.
  bool flush();
  // What the device has not taken.
  void drop();
  bool empty() const { return first_ == last_; }

 private:
  static constexpr uint16_t kFrameBytesMin = 60;  // Ethernet's, without FCS

  std::unique_lock<std::mutex> lock_queue() const;
  void count_sent(size_t frames);
  size_t offer(std::span<rte_mbuf*> burst);

  NicDevice& device_;
  const uint16_t queue_;
  std::mutex* const shared_;
  QueueCounts& counts_;
  // first_..last_ wait.
  std::array<rte_mbuf*, kFrames> frames_{};
  std::array<uint32_t, kFrames> payloads_{};
  size_t first_ = 0;
  size_t last_ = 0;
};

}  // namespace penstock
