// SPDX-License-Identifier: Apache-2.0
#include "quic/client_connection.h"

#include <gnutls/crypto.h>

#include <utility>

#include "base/check.h"
#include "quic/wire_error_text.h"

namespace penstock {
namespace {

constexpr size_t kIdBytes = 8;
constexpr size_t kFirstServerIdBytes = 18;
constexpr uint64_t kUniStreams = 8;
constexpr uint64_t kUniStreamBytes = 65536;

uint64_t nanoseconds(std::chrono::milliseconds time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time).count());
}

ConnectionId random_id(size_t bytes) {
  std::array<uint8_t, NGTCP2_MAX_CIDLEN> noise{};
  PENSTOCK_CHECK(bytes <= noise.size() && gnutls_rnd(GNUTLS_RND_NONCE, noise.data(), bytes) == 0);
  return ConnectionId(Bytes(noise).first(bytes));
}

std::vector<HttpField> fields_of(const HttpRequest& head, const std::string& name) {
  std::vector<HttpField> fields;
  fields.reserve(head.fields.size() + 5);
  fields.push_back({":method", head.method});
  fields.push_back({":scheme", "https"});
  fields.push_back({":authority", head.authority.empty() ? name : head.authority});
  fields.push_back({":path", head.query.empty() ? head.path : head.path + "?" + head.query});
  if (head.content_bytes) fields.push_back({"content-length", std::to_string(*head.content_bytes)});
  fields.insert(fields.end(), head.fields.begin(), head.fields.end());
  return fields;
}

}  // namespace

ClientConnection::~ClientConnection() = default;

Result<std::unique_ptr<ClientConnection>> ClientConnection::begin(const NetPath& path, PathTakes takes,
                                                                  const std::string& name,
                                                                  const QuicClientOptions& options,
                                                                  uint64_t now) {
  PENSTOCK_TRY_ASSIGN(TrustedServers trusted, TrustedServers::load(options.trust, options.identity));
  std::unique_ptr<ClientConnection> connection(new ClientConnection(path, name, options, std::move(trusted)));
  PENSTOCK_TRY(connection->set_up(takes, now));
  return connection;
}

Status ClientConnection::set_up(PathTakes takes, uint64_t now) {
  PENSTOCK_TRY_ASSIGN(TlsSession tls, client_session(trusted_.credentials(), name_));
  ngtcp2_callbacks calls = shared_callbacks();
  calls.client_initial = ngtcp2_crypto_client_initial_cb;
  calls.recv_retry = ngtcp2_crypto_recv_retry_cb;
  ngtcp2_settings settings;
  shared_settings(settings, now, takes, options_.acknowledge_after_bytes);
  settings.handshake_timeout = nanoseconds(options_.handshake_timeout);
  // A loss by chance says nothing of how much a way takes. On this machine none is.
  if (settings.no_pmtud == 0) settings.cc_algo = NGTCP2_CC_ALGO_BBR2;
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = options_.stream_window_bytes;
  params.initial_max_stream_data_uni = kUniStreamBytes;
  params.initial_max_data = options_.window_bytes;
  params.initial_max_streams_uni = kUniStreams;
  params.max_idle_timeout = nanoseconds(options_.idle_timeout);
  params.max_udp_payload_size = takes.packet_bytes_max;
  const ngtcp2_cid server = random_id(kFirstServerIdBytes).raw();
  const ngtcp2_cid own = random_id(kIdBytes).raw();
  ngtcp2_path path{};
  path.local = {const_cast<sockaddr*>(path_.local.raw()), path_.local.raw_bytes()};
  path.remote = {const_cast<sockaddr*>(path_.remote.raw()), path_.remote.raw_bytes()};
  ngtcp2_conn* made = nullptr;
  const int code = ngtcp2_conn_client_new(&made, &server, &own, &path, NGTCP2_PROTO_VER_V1, &calls, &settings,
                                          &params, nullptr, static_cast<QuicLink*>(this));
  if (code != 0) return fail(Errc::failed, name_, ngtcp2_strerror(code));
  take(made, std::move(tls));
  gnutls_session_set_verify_function(this->tls(), [](gnutls_session_t session) {
    auto* reference = static_cast<ngtcp2_crypto_conn_ref*>(gnutls_session_get_ptr(session));
    return static_cast<ClientConnection*>(static_cast<QuicLink*>(reference->user_data))->check_peer(session);
  });
  return {};
}

int ClientConnection::check_peer(gnutls_session_t session) {
  peer_status_ = trusted_.check(session, name_);
  return peer_status_ ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

ConnectionId ClientConnection::make_id(size_t bytes, uint8_t* reset_token) {
  // Nobody is ever answered with this token: what loses its state here ends.
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_KEY, reset_token, NGTCP2_STATELESS_RESET_TOKENLEN) == 0);
  return random_id(bytes);
}

void ClientConnection::handshake_done() {
  constexpr uint64_t kKeepAlivesPerTimeout = 3;
  ngtcp2_conn_set_keep_alive_timeout(conn(), nanoseconds(options_.idle_timeout) / kKeepAlivesPerTimeout);
  if (!set_up_h3(false, options_.field_section_bytes, 0))
    close(NGHTTP3_H3_GENERAL_PROTOCOL_ERROR, "too few streams");
}

Result<uint64_t> ClientConnection::submit(const HttpRequest& head, QuicRequest& request) {
  if (!open())
    return status_ ? fail(Errc::failed, name_, "the connection is closed") : Failure(status_.error());
  const uint64_t id = next_request_++;
  waiting_.push_back({id, head, &request});
  if (ready()) begin_waiting();
  return id;
}

void ClientConnection::begin_waiting() {
  while (!waiting_.empty() && open() && ready()) {
    int64_t stream = -1;
    if (ngtcp2_conn_open_bidi_stream(conn(), &stream, nullptr) != 0) return;
    const Waiting waiting = std::move(waiting_.front());
    waiting_.pop_front();
    begin(waiting, stream);
  }
}

void ClientConnection::begin(const Waiting& waiting, int64_t stream) {
  auto begun = std::make_unique<ClientStream>(*this, kept_blocks_, stream, waiting.id, *waiting.request,
                                              waiting.head.has_body);
  ClientStream& raw = *begun;
  streams_.emplace(stream, std::move(begun));
  requests_.emplace(waiting.id, &raw);
  if (submit_request(raw, fields_of(waiting.head, name_), waiting.head.has_body)) return;
  cancel_stream(stream);
  raw.finish(fail(Errc::failed, name_, "the server takes no more requests: it is about to end",
                  "send it again a little later"));
}

ClientStream* ClientConnection::stream_of(int64_t id) {
  const auto at = streams_.find(id);
  return at == streams_.end() ? nullptr : at->second.get();
}

void ClientConnection::resume_request(uint64_t request) {
  if (const auto at = requests_.find(request); at != requests_.end()) at->second->resume();
}

void ClientConnection::cancel(uint64_t request) {
  const Failure cancelled = fail(Errc::failed, "request", "was cancelled");
  if (const auto at = requests_.find(request); at != requests_.end()) {
    ClientStream& stream = *at->second;
    cancel_stream(stream.id());
    stream.finish(cancelled);
    return;
  }
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (at->id != request) continue;
    QuicRequest* waiting = at->request;
    waiting_.erase(at);
    waiting->finished(cancelled);
    return;
  }
}

void ClientConnection::clear_finished() {
  for (const int64_t stream : finished_) streams_.erase(stream);
  finished_.clear();
}

void ClientConnection::end_stream(int64_t id, uint64_t h3_error) {
  if (ClientStream* stream = stream_of(id); stream != nullptr) {
    stream->closed(fail(Errc::failed, name_, "the server reset the request: " + h3_error_text(h3_error)));
  }
}

void ClientConnection::peer_reset(int64_t id, uint64_t h3_error) {
  ClientStream* stream = stream_of(id);
  if (stream == nullptr) return;
  stream->finish(fail(Errc::failed, name_, "the server reset the request: " + h3_error_text(h3_error)));
  cancel_stream(id);
}

void ClientConnection::malformed(int64_t id) {
  if (ClientStream* stream = stream_of(id); stream != nullptr)
    stream->finish(fail(Errc::failed, name_, "the server's response is malformed"));
}

void ClientConnection::refused(const Error& error) {
  if (!open()) return;
  status_ =
      fail(Errc::failed, path_.remote.text(), error.why, "start the server, or give its address and port");
  close(NGHTTP3_H3_NO_ERROR, "");
}

Status ClientConnection::reason() const {
  const std::string server = name_ + " (" + path_.remote.text() + ")";
  if (!peer_status_) return peer_status_;
  if (was_stateless_reset())
    return fail(Errc::failed, server, "the server no longer knows the connection", "connect again");
  const auto seconds = [](std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
  };
  switch (library_error()) {
    case 0:
      return fail(Errc::failed, server, "the connection is closed");
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
      return fail(Errc::failed, server, "no answer within " + seconds(options_.handshake_timeout),
                  "check the address, and that UDP gets through");
    case NGTCP2_ERR_IDLE_CLOSE:
      return fail(Errc::failed, server, "nothing was heard of it for " + seconds(options_.idle_timeout));
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
      return fail(Errc::failed, server, "speaks no version of QUIC that this program does");
    case NGTCP2_ERR_DRAINING:
      break;
    default:
      return fail(Errc::failed, server, ngtcp2_strerror(library_error()));
  }
  const ngtcp2_connection_close_error& error = close_error();
  const bool http = error.type == NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION;
  std::string why = http ? h3_error_text(error.error_code) : transport_error_text(error.error_code);
  if (error.reasonlen != 0) why += " (" + std::string(as_text(Bytes(error.reason, error.reasonlen))) + ")";
  return fail(Errc::failed, server, "the server ended the connection: " + why);
}

void ClientConnection::ended() {
  if (status_) status_ = reason();
  std::vector<ClientStream*> told;
  for (const auto& [id, stream] : streams_) told.push_back(stream.get());
  for (ClientStream* stream : told) stream->lose(status_);
  std::deque<Waiting> waiting = std::move(waiting_);
  waiting_.clear();
  for (const Waiting& request : waiting) request.request->finished(status_);
}

}  // namespace penstock
