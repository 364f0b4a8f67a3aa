// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "drivers/udp/udp_receiver.h"
#include "drivers/udp/udp_sender.h"
#include "drivers/udp/udp_socket.h"
#include "port/packet_queue.h"

namespace penstock {

// One UDP socket as a queue of packets. Buffers are taken when it is opened. Owned by a UdpPort; used by one
// thread, but for wake().
class UdpQueue : public PacketQueue {
 public:
  static Result<std::unique_ptr<UdpQueue>> open(const UdpOptions& options, const NetAddress& local,
                                                bool shared);
  ~UdpQueue() override;
  UdpQueue(const UdpQueue&) = delete;
  UdpQueue& operator=(const UdpQueue&) = delete;

  Result<size_t> receive(std::span<PacketTrain> into) override;
  MutableBytes reserve() override;
  void send(const PacketTrain& train) override;
  void flush() override;
  void wait(std::chrono::steady_clock::time_point deadline) override;
  void wake() override;
  uint32_t packet_bytes_max(const NetAddress& remote) const override;
  NetAddress local_address() const override { return socket_.local(); }
  PacketCounters counters() const override { return counters_; }

 private:
  UdpQueue(UdpSocket socket, UdpReceiver receiver, UdpSender sender, int waker, const UdpOptions& options);

  UdpSocket socket_;
  UdpReceiver receiver_;
  UdpSender sender_;
  const int waker_;  // an eventfd
  const uint32_t packet_bytes_cap_;
  const bool jumbo_frames_;
  PacketCounters counters_{};
};

}  // namespace penstock
