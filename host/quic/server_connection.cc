// SPDX-License-Identifier: Apache-2.0
#include "quic/server_connection.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr uint64_t kCriticalStreams = 3;                // of HTTP/3 and QPACK
constexpr uint64_t kUniStreams = kCriticalStreams + 5;  // some clients open ones that mean nothing
constexpr size_t kIdsPerConnection = 4;

uint64_t nanoseconds(std::chrono::milliseconds time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time).count());
}

}  // namespace

ServerConnection::ServerConnection(WorkerShare& share, const ClientHello& hello)
    : share_(share), source_(hello.path.remote), window_(share.limits.window_bytes_first) {
  peer_.address = source_.text();
  peer_.loopback = source_.is_loopback();
  peer_.encrypted = true;
  ++share_.handshakes;
  share_.counters.add(QuicCount::handshakes_begun);
}

ServerConnection::~ServerConnection() {
  if (phase() == Phase::open) ServerConnection::ended();
  for (const ConnectionId& id : ids_) share_.ids.erase(id);
}

Result<std::unique_ptr<ServerConnection>> ServerConnection::accept(
    const ClientHello& hello, WorkerShare& share, gnutls_certificate_credentials_t credentials,
    uint64_t now) {
  std::unique_ptr<ServerConnection> connection(new ServerConnection(share, hello));
  PENSTOCK_TRY(connection->set_up(hello, credentials, now));
  return connection;
}

Status ServerConnection::set_up(const ClientHello& hello, gnutls_certificate_credentials_t credentials,
                                uint64_t now) {
  const QuicLimits& limits = share_.limits;
  PENSTOCK_TRY_ASSIGN(TlsSession tls, server_session(credentials));
  ngtcp2_callbacks calls = shared_callbacks();
  calls.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
  ngtcp2_settings settings;
  shared_settings(settings, now, hello.takes, limits.acknowledge_after_bytes);
  settings.handshake_timeout = nanoseconds(limits.handshake_timeout);
  settings.token = {const_cast<uint8_t*>(hello.token.data()), hello.token.size()};
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_remote = limits.window_bytes_first;
  params.initial_max_stream_data_uni = limits.field_section_bytes;
  params.initial_max_data = limits.window_bytes_first;
  params.initial_max_streams_bidi = limits.streams_per_connection;
  params.initial_max_streams_uni = kUniStreams;
  params.max_idle_timeout = nanoseconds(limits.idle_timeout);
  params.max_udp_payload_size = share_.packet_bytes_max;
  params.active_connection_id_limit = kIdsPerConnection;
  params.original_dcid = hello.original_id.raw();
  if (hello.retried) {
    params.retry_scid = hello.first_id.raw();
    params.retry_scid_present = 1;
  }
  params.stateless_reset_token_present = 1;
  const ConnectionId own = make_id(ServerSecret::kConnectionIdBytes, params.stateless_reset_token);
  const ngtcp2_cid own_raw = own.raw();
  const ngtcp2_cid client_raw = hello.client_id.raw();
  ngtcp2_path path{};
  path.local = {const_cast<sockaddr*>(hello.path.local.raw()), hello.path.local.raw_bytes()};
  path.remote = {const_cast<sockaddr*>(hello.path.remote.raw()), hello.path.remote.raw_bytes()};
  ngtcp2_conn* made = nullptr;
  const int code = ngtcp2_conn_server_new(&made, &client_raw, &own_raw, &path, hello.version, &calls,
                                          &settings, &params, nullptr, static_cast<QuicLink*>(this));
  if (code != 0) return fail(Errc::failed, source_.text(), ngtcp2_strerror(code));
  take(made, std::move(tls));
  // It uses this one until it has seen ours. It stays to the end: a packet that comes late, or again, would
  // begin a connection that nobody is at.
  know(hello.first_id);
  return {};
}

void ServerConnection::know(const ConnectionId& id) {
  if (share_.ids.emplace(id, this).second) ids_.push_back(id);
}

ConnectionId ServerConnection::make_id(size_t bytes, uint8_t* reset_token) {
  PENSTOCK_CHECK(bytes == ServerSecret::kConnectionIdBytes);
  const ConnectionId id = share_.secret.new_id(share_.number);
  share_.secret.reset_token(
      id, std::span<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN>(reset_token, NGTCP2_STATELESS_RESET_TOKENLEN));
  know(id);
  return id;
}

void ServerConnection::retire_id(const ConnectionId& id) {
  const auto at = std::find(ids_.begin(), ids_.end(), id);
  if (at == ids_.end()) return;
  ids_.erase(at);
  share_.ids.erase(id);
}

void ServerConnection::handshake_done() {
  handshaking_ = false;
  --share_.handshakes;
  share_.counters.add(QuicCount::connections);
  if (peer_certificate_current(tls())) peer_.certificate = peer_fingerprint(tls());
  if (!set_up_h3(true, share_.limits.field_section_bytes, share_.limits.streams_per_connection))
    close(NGHTTP3_H3_GENERAL_PROTOCOL_ERROR, "too few streams");
}

H3Stream* ServerConnection::begin_stream(int64_t id) {
  auto stream = std::make_unique<ServerStream>(*this, share_, id, now());
  H3Stream* begun = stream.get();
  streams_.emplace(id, std::move(stream));
  return begun;
}

void ServerConnection::end_stream(int64_t id, uint64_t) {
  streams_.erase(id);
}

void ServerConnection::peer_reset(int64_t id, uint64_t) {
  const auto at = streams_.find(id);
  if (at == streams_.end()) return;
  at->second->give_up();
  reset_later(id, NGHTTP3_H3_REQUEST_CANCELLED);
}

void ServerConnection::malformed(int64_t id) {
  share_.counters.add(QuicCount::requests_refused);
  if (const auto at = streams_.find(id); at != streams_.end()) at->second->give_up();
}

void ServerConnection::credit_and_grow(int64_t stream, size_t bytes, size_t& stream_window) {
  const size_t wanted = std::min(bytes, share_.limits.window_bytes_max - window_);
  const size_t growth = share_.windows.take(wanted);
  window_ += growth;
  window_granted_ += growth;
  // The connection's window bounds what is kept: each of its streams may fill it, those that begin late too.
  const size_t stream_growth = std::min(bytes, window_ - stream_window);
  stream_window += stream_growth;
  extend(stream, bytes + stream_growth, bytes + growth);
}

void ServerConnection::release(size_t dropped, size_t taken) {
  PENSTOCK_CHECK(dropped + taken <= held_);
  held_ -= dropped + taken;
  extend(-1, 0, dropped);
}

void ServerConnection::answer(int64_t stream, const std::vector<HttpField>& fields, bool body) {
  if (open()) submit_response(stream, fields, body);
}

void ServerConnection::refuse_body(int64_t stream) {
  stop_reading_later(stream, NGHTTP3_H3_NO_ERROR);
}

void ServerConnection::sweep(uint64_t now) {
  if (share_.limits.progress_bytes_min == 0 || !open()) return;
  for (const auto& [id, stream] : streams_) {
    if (!stream->too_slow(now)) continue;
    share_.counters.add(QuicCount::requests_too_slow);
    stream->give_up();
    reset_later(id, NGHTTP3_H3_EXCESSIVE_LOAD);
  }
}

void ServerConnection::ended() {
  if (handshaking_) {
    --share_.handshakes;
    share_.counters.add(library_error() == NGTCP2_ERR_HANDSHAKE_TIMEOUT ? QuicCount::handshakes_timed_out
                                                                        : QuicCount::handshakes_failed);
  } else {
    share_.counters.add(QuicCount::connections_ended);
  }
  handshaking_ = false;
  for (const auto& [id, stream] : streams_) stream->give_up();
  share_.windows.give_back(window_granted_);
  window_granted_ = 0;
}

}  // namespace penstock
