// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/bytes.h"
#include "port/packet_queue.h"
#include "quic/server_connection.h"
#include "quic/worker_share.h"

namespace penstock {

// What a worker does with packets that belong to no connection: answers them without keeping anything, drops
// them, or finds that a connection may begin. The worker's, in its thread.
class QuicDoor {
 public:
  QuicDoor(WorkerShare& share, PacketQueue& queue) : share_(share), queue_(queue) {}

  // A packet with a long header. What is returned points into it.
  std::optional<ClientHello> knock(Bytes packet, const NetPath& path, uint64_t now);
  // A packet whose long header names a version that we do not speak.
  void negotiate(const ngtcp2_version_cid& header, Bytes packet, const NetPath& path, uint64_t now);
  // A packet of a connection that was ours: its client may give it up.
  void reset(const ConnectionId& id, Bytes packet, const NetPath& path, uint64_t now);
  // No connection is taken on.
  void refuse(const ClientHello& hello, uint64_t now);

 private:
  void retry(const ngtcp2_pkt_hd& header, const NetPath& path, uint64_t now);
  // Empty: no answer now.
  MutableBytes answer_room(uint64_t now);
  void send(MutableBytes room, ngtcp2_ssize bytes, const NetPath& path, QuicCount count);

  WorkerShare& share_;
  PacketQueue& queue_;
  uint64_t second_begins_ = 0;
  size_t answers_in_second_ = 0;
};

}  // namespace penstock
