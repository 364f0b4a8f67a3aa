// SPDX-License-Identifier: Apache-2.0
#include "port/packet_queue.h"

namespace penstock {

NetAddress PacketQueue::local_address_to(const NetAddress&) const {
  return local_address();
}

Status PacketQueue::check_way(const NetAddress&) const {
  return {};
}

bool PacketQueue::knows_whole_way(const NetAddress& remote) const {
  return packet_bytes_max(remote) > kEthernetBytes;
}

PacketCounters& PacketCounters::operator+=(const PacketCounters& other) {
  packets_in += other.packets_in;
  bytes_in += other.bytes_in;
  packets_out += other.packets_out;
  bytes_out += other.bytes_out;
  packets_cut += other.packets_cut;
  send_refused += other.send_refused;
  if (missed && other.missed)
    *missed += *other.missed;
  else
    missed.reset();
  return *this;
}

}  // namespace penstock
