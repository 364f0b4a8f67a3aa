// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "drivers/udp/udp_socket.h"
#include "memory/slab.h"
#include "port/packet_queue.h"

namespace penstock {

// The receiving half of a UdpQueue: fixed buffers that recvmmsg fills, one train each. The queue's thread.
class UdpReceiver {
 public:
  static Result<UdpReceiver> create();

  Result<size_t> receive(const UdpSocket& socket, std::span<PacketTrain> into, PacketCounters& counters);

 private:
  static constexpr size_t kTrains = 32;
  static constexpr size_t kTrainBytes = size_t{64} << 10;
  static constexpr size_t kNoteBytes = 256;

  struct Notes {
    alignas(cmsghdr) std::array<uint8_t, kNoteBytes> bytes;
  };

  explicit UdpReceiver(Slab buffers);

  bool take(size_t index, const UdpSocket& socket, PacketTrain& train, PacketCounters& counters);

  Slab buffers_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> pieces_;
  std::vector<NetAddress> senders_;
  std::vector<Notes> notes_;
};

}  // namespace penstock
