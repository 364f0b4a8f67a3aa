// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <vector>

#include "quic/quic_link.h"
#include "quic/trusted_servers.h"

namespace penstock {

// A client's end of a connection that has no HTTP/3 of its own: it writes any bytes to any streams, and
// forgets what comes. One thread's; the queue outlives it, and is its alone.
class RawQuic : public QuicLink {
 public:
  using Clock = std::chrono::steady_clock;

  // Trusts anyone. failed: no handshake.
  static Result<std::unique_ptr<RawQuic>> connect(PacketQueue& queue, const NetAddress& server);

  // Negative: the server allows none.
  int64_t begin_stream_to(bool one_way);
  // Gives up where flow control, or the end of the connection, is in its way.
  void write_stream(int64_t stream, std::vector<uint8_t> bytes, bool last);
  void reset_stream(int64_t stream, uint64_t error);
  // Receives and sends until `deadline`, or the end of the connection.
  void poll_until(Clock::time_point deadline);
  void say_goodbye();
  // The server ended it, or refused it.
  bool was_ended() const { return ended_; }

 protected:
  H3Stream* begin_stream(int64_t) override { return nullptr; }
  void end_stream(int64_t, uint64_t) override {}
  void peer_reset(int64_t, uint64_t) override {}
  void malformed(int64_t) override {}
  void handshake_done() override { handshake_done_ = true; }
  ConnectionId make_id(size_t bytes, uint8_t* reset_token) override;
  void ended() override { ended_ = true; }

 private:
  RawQuic(PacketQueue& queue, NetPath path, TrustedServers trusted)
      : queue_(queue), path_(path), trusted_(std::move(trusted)) {}
  Status set_up();
  void poll(Clock::time_point deadline);

  PacketQueue& queue_;
  const NetPath path_;
  TrustedServers trusted_;
  bool handshake_done_ = false;
  bool ended_ = false;
  std::list<std::vector<uint8_t>> sent_;  // QUIC refers to it until it is acknowledged
};

}  // namespace penstock
