// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp3/nghttp3.h>
#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "port/packet_queue.h"
#include "quic/connection_id.h"
#include "quic/h3_stream.h"
#include "quic/tls_session.h"

namespace penstock {

struct QuicConnEnd {
  void operator()(ngtcp2_conn* connection) const { ngtcp2_conn_del(connection); }
};
struct H3ConnEnd {
  void operator()(nghttp3_conn* connection) const { nghttp3_conn_del(connection); }
};

// What a port knows of the way to a peer when a connection begins (PacketQueue).
struct PathTakes {
  uint32_t packet_bytes_max = 0;
  bool whole_way_known = false;

  static PathTakes of(const PacketQueue& queue, const NetAddress& remote) {
    return {queue.packet_bytes_max(remote), queue.knows_whole_way(remote)};
  }
};

// One end of a QUIC connection that speaks HTTP/3: packets in, packets out, timers, flow control, the way it
// ends. A server's and a client's end are derived from it and own the streams. Used by one thread; `now` is
// nanoseconds of the steady clock.
class QuicLink {
 public:
  // How much of what could be sent was.
  enum class Wrote : uint8_t { all, more, no_room };

  virtual ~QuicLink();
  QuicLink(const QuicLink&) = delete;
  QuicLink& operator=(const QuicLink&) = delete;

  void read(Bytes packet, const NetPath& path, uint8_t ecn, uint64_t now);
  Wrote write(PacketQueue& queue, uint64_t now);
  void expire(uint64_t now);
  uint64_t expiry() const;

  // Ends the connection with an error of HTTP/3 (NGHTTP3_H3_NO_ERROR: none). What is under way is lost.
  void close(uint64_t h3_error, std::string_view reason);
  // GOAWAY: what is under way is finished, nothing new begins. The first call gives notice; the second, a
  // little later, is the last word.
  void announce_shutdown();

  bool open() const { return phase_ == Phase::open; }
  bool gone() const { return phase_ == Phase::gone; }
  bool ready() const { return h3_ != nullptr; }  // the handshake is done

 protected:
  enum class Phase : uint8_t { open, must_close, closing, draining, gone };

  QuicLink();

  // The callbacks of both ends; what is only a server's or a client's is added by them.
  static ngtcp2_callbacks shared_callbacks();
  static void shared_settings(ngtcp2_settings& settings, uint64_t now, PathTakes takes,
                              size_t acknowledge_after_bytes);
  // Takes what was made with `this` as user data.
  void take(ngtcp2_conn* connection, TlsSession tls);

  // A request stream begins: null refuses it. Of servers only.
  virtual H3Stream* begin_stream(int64_t id) = 0;
  // It is over: what is known of it goes.
  virtual void end_stream(int64_t id, uint64_t h3_error) = 0;
  // The peer gave up sending on it.
  virtual void peer_reset(int64_t id, uint64_t h3_error) = 0;
  // It was refused, because it is malformed.
  virtual void malformed(int64_t id) = 0;
  virtual void handshake_done() = 0;
  virtual void may_begin_streams() {}
  // Bytes of a stream came out of decryption, in order.
  virtual void decrypted(size_t) {}
  virtual void new_id(const ConnectionId&, uint8_t*) {}
  virtual void retire_id(const ConnectionId&) {}
  virtual ConnectionId make_id(size_t bytes, uint8_t* reset_token) = 0;
  virtual int check_peer(gnutls_session_t) { return 0; }
  // It has ended, whoever ended it and why; called once. The connection may not be written to any more.
  virtual void ended() = 0;

  // Credit for bytes of a body that were taken.
  void extend(int64_t stream, uint64_t stream_bytes, uint64_t connection_bytes);
  // Asked for here, done before the next packet is written: callbacks may not.
  void reset_later(int64_t stream, uint64_t h3_error);
  void stop_reading_later(int64_t stream, uint64_t h3_error);
  void resume(int64_t stream);
  // Pseudo-fields first. With a `body` H3Stream::next_body() gives it. False: the stream takes none any more.
  bool submit_response(int64_t stream, const std::vector<HttpField>& fields, bool body);
  bool submit_request(H3Stream& stream, const std::vector<HttpField>& fields, bool body);

  ngtcp2_conn* conn() const { return conn_.get(); }
  nghttp3_conn* h3() const { return h3_.get(); }
  gnutls_session_t tls() const { return tls_.get(); }
  Phase phase() const { return phase_; }
  const ngtcp2_connection_close_error& close_error() const { return close_error_; }
  int library_error() const { return library_error_; }
  bool was_stateless_reset() const { return stateless_reset_; }
  uint64_t now() const { return now_; }

  // With the handshake done: the streams of HTTP/3 itself.
  Status set_up_h3(bool server, size_t field_section_bytes, size_t streams_max);

 private:
  friend struct QuicCallbacks;  // of ngtcp2
  friend struct H3Callbacks;    // of nghttp3

  struct Request {
    int64_t stream;
    uint64_t h3_error;
    bool whole;  // both directions, or the reading one alone
  };

  int read_stream(int64_t stream, Bytes data, bool last);
  void failed(int library_error);
  void to_phase(Phase phase);
  void carry_out_requests();
  Wrote write_packets(PacketQueue& queue);
  size_t packet_bytes(const PacketQueue& queue);
  bool write_close(PacketQueue& queue);
  void resend_close(PacketQueue& queue);
  // 1: a packet was written; 0: none can be; -1: the connection failed.
  int write_one(class TrainWriter& train, size_t packet_bytes);

  ngtcp2_crypto_conn_ref reference_{};  // TLS finds the connection by it
  TlsSession tls_;
  std::unique_ptr<ngtcp2_conn, QuicConnEnd> conn_;
  std::unique_ptr<nghttp3_conn, H3ConnEnd> h3_;
  Phase phase_ = Phase::open;
  uint64_t now_ = 0;
  size_t path_takes_ = 0;  // as the queue said when it was last asked
  uint64_t ask_path_at_ = 0;
  uint64_t phase_ends_ = 0;
  int library_error_ = 0;
  bool stateless_reset_ = false;
  unsigned shutdowns_announced_ = 0;
  ngtcp2_connection_close_error close_error_{};
  std::string close_reason_;
  std::vector<uint8_t> close_packet_;
  NetPath close_path_{};
  uint32_t packets_while_closing_ = 0;
  uint32_t answered_while_closing_ = 0;
  uint64_t body_bytes_delivered_ = 0;  // in the present call of read_stream()
  std::vector<Request> requests_;
};

}  // namespace penstock
