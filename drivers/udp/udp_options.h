// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "port/net_address.h"
#include "port/packet_queue.h"

namespace penstock {

// How a port over kernel UDP sockets is opened.
struct UdpOptions {
  // Where packets are received. "::" takes IPv4 as well; port 0: the system chooses one.
  NetAddress local{};
  // With an address the sockets talk to that one alone, and a refusal by its system is heard: a client's.
  NetAddress remote{};
  size_t queues = 1;
  // Asked of the kernel for each socket. It grants what net.core.rmem_max and wmem_max allow, or all of it to
  // a process with CAP_NET_ADMIN.
  size_t receive_buffer_bytes = size_t{8} << 20;
  size_t send_buffer_bytes = size_t{4} << 20;
  // Packets larger than those of Ethernet are sent within the machine, up to this many bytes of payload: the
  // cost of a packet hardly grows with its size.
  uint32_t packet_bytes_max = PacketQueue::kTrainBytes / 2;
  // ... and to other machines, as large as the first hop takes: every hop to every client has to take as
  // much.
  bool jumbo_frames = false;
  // Trains cut and joined by the kernel. Off where it refuses; off from the start only for tests.
  bool segmentation_offload = true;
  bool receive_offload = true;
};

}  // namespace penstock
