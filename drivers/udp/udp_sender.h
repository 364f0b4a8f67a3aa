// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "drivers/udp/packet_notes.h"
#include "drivers/udp/udp_socket.h"
#include "memory/slab.h"
#include "port/packet_queue.h"

namespace penstock {

// The sending half of a UdpQueue: trains wait in fixed buffers until sendmmsg takes them. What the kernel
// refuses for good is counted and dropped; while its buffer is full trains stay, and room is none. The
// queue's thread.
class UdpSender {
 public:
  static Result<UdpSender> create(bool segmentation_offload);

  MutableBytes reserve(const UdpSocket& socket, PacketCounters& counters);
  void send(const UdpSocket& socket, const PacketTrain& train, PacketCounters& counters);
  void flush(const UdpSocket& socket, PacketCounters& counters);
  // Trains that the kernel did not take yet.
  bool waiting() const { return first_ != last_; }

 private:
  static constexpr size_t kTrains = 16;
  static constexpr size_t kSegmentsMax = 64;  // that the kernel cuts a train into
  static constexpr size_t kTrainBytes = PacketQueue::kTrainBytes;
  static constexpr size_t kBufferBytes = size_t{64} << 10;

  struct Train {
    PacketTrain train{};
    SendNotes notes{};
    iovec piece{};
  };

  UdpSender(Slab buffers, bool segmentation_offload);

  MutableBytes buffer(size_t index) { return buffers_.bytes().subspan(index * kBufferBytes, kTrainBytes); }
  bool needs_cut(const PacketTrain& train) const;
  void address(Train& train, mmsghdr& message, const UdpSocket& socket) const;
  bool send_cut(Train& train, const UdpSocket& socket, PacketCounters& counters);
  bool refused(Train& train, const UdpSocket& socket, int error, PacketCounters& counters);

  Slab buffers_;
  bool segmentation_offload_;
  std::vector<Train> trains_;
  std::vector<mmsghdr> messages_;
  // Trains first_..last_ wait; last_'s buffer is the one that reserve() gives.
  size_t first_ = 0;
  size_t last_ = 0;
};

}  // namespace penstock
