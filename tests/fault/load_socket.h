// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "ingest/owned_fd.h"
#include "port/packet_queue.h"

namespace penstock {

// What the sockets of one thread take packets in, and write them to: they do so one after the other.
struct LoadBuffers {
  static constexpr size_t kPackets = 32;
  static constexpr size_t kPacketBytes = PacketQueue::kTrainBytes;

  std::vector<uint8_t> incoming = std::vector<uint8_t>(kPackets * kPacketBytes);
  std::vector<uint8_t> outgoing = std::vector<uint8_t>(PacketQueue::kTrainBytes);
};

// The socket of one of many clients in a thread: they wait together, so wait() only says until when. Used by
// one thread, which is its QuicClient's.
class LoadSocket : public PacketQueue {
 public:
  using Clock = std::chrono::steady_clock;

  // `buffers` outlives it.
  static Result<std::unique_ptr<LoadSocket>> open(const NetAddress& server, uint32_t packet_bytes,
                                                  LoadBuffers& buffers);

  int descriptor() const { return socket_.get(); }
  // While a connection is made, its client is the only one: wait() waits.
  void wait_itself(bool itself) { waits_itself_ = itself; }
  // Until when its client has nothing to do unless packets come; nothing: it was not asked to wait.
  void forget_due() { due_ = Clock::time_point::min(); }
  Clock::time_point due() const { return due_; }

  Result<size_t> receive(std::span<PacketTrain> into) override;
  MutableBytes reserve() override { return buffers_.outgoing; }
  void send(const PacketTrain& train) override;
  void flush() override {}
  void wait(Clock::time_point deadline) override;
  void wake() override {}
  uint32_t packet_bytes_max(const NetAddress&) const override { return packet_bytes_; }
  NetAddress local_address() const override { return local_; }
  PacketCounters counters() const override { return counters_; }

 private:
  LoadSocket(OwnedFd socket, NetAddress local, NetAddress server, uint32_t packet_bytes, LoadBuffers& buffers)
      : socket_(std::move(socket)),
        local_(local),
        server_(server),
        packet_bytes_(packet_bytes),
        buffers_(buffers) {}

  const OwnedFd socket_;
  const NetAddress local_;
  const NetAddress server_;
  const uint32_t packet_bytes_;
  LoadBuffers& buffers_;
  bool waits_itself_ = true;
  Clock::time_point due_ = Clock::time_point::min();
  PacketCounters counters_{};
};

}  // namespace penstock
