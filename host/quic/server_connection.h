// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "http/http_message.h"
#include "quic/quic_link.h"
#include "quic/server_stream.h"
#include "quic/worker_share.h"

namespace penstock {

// What is known of a client before its connection is.
struct ClientHello {
  ConnectionId client_id{};    // how it wants to be addressed
  ConnectionId first_id{};     // how it addressed us in this packet
  ConnectionId original_id{};  // ... and in its very first, before a Retry
  bool retried = false;
  Bytes token{};
  uint32_t version = 0;
  NetPath path{};
  PathTakes takes{};  // packets that go to it
};

// A server's end of a connection. Owned by the worker, in its thread. Its connection ids stand in the
// worker's table for as long as it lives.
class ServerConnection : public QuicLink {
 public:
  static Result<std::unique_ptr<ServerConnection>> accept(const ClientHello& hello, WorkerShare& share,
                                                          gnutls_certificate_credentials_t credentials,
                                                          uint64_t now);
  ~ServerConnection() override;

  const HttpPeer& peer() const { return peer_; }
  const NetAddress& source() const { return source_; }
  size_t streams() const { return streams_.size(); }

  // Of its streams:
  // For bytes that were taken.
  void credit(int64_t stream, size_t bytes) { extend(stream, bytes, bytes); }
  // For bytes that were taken at once: `stream_window`, what that stream's client may send ahead, may grow. A
  // service that is behind already gets no faster by more that waits for it.
  void credit_and_grow(int64_t stream, size_t bytes, size_t& stream_window);
  // Bytes wait for the service; they were dropped, or were taken.
  void hold(size_t bytes) { held_ += bytes; }
  void release(size_t dropped, size_t taken = 0);
  // What its client may still send, on any stream.
  size_t window_left() const { return window_ - std::min(held_, window_); }
  void answer(int64_t stream, const std::vector<HttpField>& fields, bool body);
  void refuse_body(int64_t stream);
  void resume_body(int64_t stream) { resume(stream); }

  // Resets requests whose clients make no progress.
  void sweep(uint64_t now);

  // The worker's marks: its place among the timers, and whether it is to be written.
  static constexpr size_t kNoTimer = SIZE_MAX;
  size_t timer = kNoTimer;
  uint64_t timer_at = 0;
  bool dirty = false;

 protected:
  H3Stream* begin_stream(int64_t id) override;
  void end_stream(int64_t id, uint64_t h3_error) override;
  void peer_reset(int64_t id, uint64_t h3_error) override;
  void malformed(int64_t id) override;
  void handshake_done() override;
  void decrypted(size_t bytes) override { share_.counters.add(QuicCount::bytes_decrypted, bytes); }
  ConnectionId make_id(size_t bytes, uint8_t* reset_token) override;
  void retire_id(const ConnectionId& id) override;
  void ended() override;

 private:
  ServerConnection(WorkerShare& share, const ClientHello& hello);

  Status set_up(const ClientHello& hello, gnutls_certificate_credentials_t credentials, uint64_t now);
  void know(const ConnectionId& id);

  WorkerShare& share_;
  NetAddress source_;
  HttpPeer peer_{};
  std::vector<ConnectionId> ids_;
  std::unordered_map<int64_t, std::unique_ptr<ServerStream>> streams_;
  size_t window_;
  size_t window_granted_ = 0;  // of the budget
  size_t held_ = 0;
  bool handshaking_ = true;
};

}  // namespace penstock
