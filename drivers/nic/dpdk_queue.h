// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

#include "drivers/eal/eal_place.h"
#include "drivers/ipstack/ip_stack.h"
#include "drivers/nic/nic_device.h"
#include "drivers/nic/packet_receiver.h"
#include "drivers/nic/poll_wait.h"
#include "drivers/nic/train_sender.h"
#include "port/packet_queue.h"

namespace penstock {

// What the queues of a port share. Any thread.
struct PortShared {
  size_t workers = 1;
  std::unique_ptr<NicDevice> device;
  std::unique_ptr<IpStack> stack;
  std::unique_ptr<PacketSpread> spread;  // null: the device does it
  std::deque<std::mutex> sending;        // of each hardware queue
  std::mutex timing;                     // who asks the stack for frames of its own
  std::atomic<uint64_t> links_told{0};   // of those that were found: which the stack knows of
  NetAddress local{};
};

// A worker's share of a DpdkPort. Frames are polled for; received packets are not copied, sent ones once.
// Used by one thread, but for wake() and counts().
class DpdkQueue : public PacketQueue {
 public:
  static Result<std::unique_ptr<DpdkQueue>> create(size_t number);
  // Sends what is waiting. If the thread that it was adopted by ends it, that may run again where it might
  // before.
  ~DpdkQueue() override;
  // The second step: when all of them are there. `shared` outlives it.
  Status attach(PortShared& shared);

  void adopt_thread() override;
  Result<size_t> receive(std::span<PacketTrain> into) override;
  MutableBytes reserve() override;
  void send(const PacketTrain& train) override;
  void flush() override;
  void wait(std::chrono::steady_clock::time_point deadline) override;
  void wake() override { wait_->wake(); }
  uint32_t packet_bytes_max(const NetAddress& remote) const override;
  // Of neighbours alone: behind a gateway networks may follow that take less than the port's own.
  bool knows_whole_way(const NetAddress& remote) const override;
  NetAddress local_address() const override { return shared_->local; }
  Status check_way(const NetAddress& remote) const override;
  NetAddress local_address_to(const NetAddress& remote) const override;
  PacketCounters counters() const override;

  const QueueCounts& counts() const { return counts_; }
  PollWait& waiting() { return *wait_; }

 private:
  DpdkQueue(size_t number, std::unique_ptr<PollWait> wait) : number_(number), wait_(std::move(wait)) {}

  bool poll(uint64_t now_ns);

  const size_t number_;
  const std::unique_ptr<PollWait> wait_;
  PortShared* shared_ = nullptr;
  QueueCounts counts_{};
  // In the order in which they need each other.
  std::unique_ptr<FrameSender> frames_;
  std::unique_ptr<FrameIntake> intake_;
  std::unique_ptr<PacketReceiver> receiver_;
  std::unique_ptr<TrainSender> trains_;
  EalPlace place_;
};

}  // namespace penstock
