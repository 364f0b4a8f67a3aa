// SPDX-License-Identifier: Apache-2.0
#include "fault/raw_quic.h"

#include <gnutls/crypto.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "quic/train_writer.h"

namespace penstock {
namespace {

using Clock = RawQuic::Clock;

constexpr auto kPatience = std::chrono::seconds(60);
constexpr uint64_t kWindow = 1 << 20;
constexpr size_t kOwnIdBytes = 8;
constexpr size_t kServerIdBytes = 18;

uint64_t now_in_nanoseconds() {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

ConnectionId random_id(size_t bytes) {
  std::array<uint8_t, NGTCP2_MAX_CIDLEN> noise{};
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_NONCE, noise.data(), bytes) == 0);
  return ConnectionId(Bytes(noise).first(bytes));
}

}  // namespace

Result<std::unique_ptr<RawQuic>> RawQuic::connect(PacketQueue& queue, const NetAddress& server) {
  PENSTOCK_TRY_ASSIGN(TrustedServers trusted, TrustedServers::load({ServerTrust::Kind::anyone, ""}, nullptr));
  std::unique_ptr<RawQuic> raw(new RawQuic(queue, {queue.local_address(), server}, std::move(trusted)));
  PENSTOCK_TRY(raw->set_up());
  const auto end = Clock::now() + kPatience;
  while (!raw->handshake_done_ && raw->open() && Clock::now() < end) raw->poll(end);
  if (!raw->handshake_done_) return fail(Errc::failed, server.text(), "no handshake");
  return raw;
}

Status RawQuic::set_up() {
  PENSTOCK_TRY_ASSIGN(TlsSession tls, client_session(trusted_.credentials(), "localhost"));
  ngtcp2_callbacks calls = shared_callbacks();
  calls.client_initial = ngtcp2_crypto_client_initial_cb;
  calls.recv_retry = ngtcp2_crypto_recv_retry_cb;
  const PathTakes takes = PathTakes::of(queue_, path_.remote);
  ngtcp2_settings settings;
  shared_settings(settings, now_in_nanoseconds(), takes, takes.packet_bytes_max);
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = kWindow;
  params.initial_max_stream_data_uni = kWindow;
  params.initial_max_data = kWindow;
  params.initial_max_streams_uni = 8;
  const ngtcp2_cid server = random_id(kServerIdBytes).raw();
  const ngtcp2_cid own = random_id(kOwnIdBytes).raw();
  ngtcp2_path path{};
  path.local = {const_cast<sockaddr*>(path_.local.raw()), path_.local.raw_bytes()};
  path.remote = {const_cast<sockaddr*>(path_.remote.raw()), path_.remote.raw_bytes()};
  ngtcp2_conn* made = nullptr;
  const int code = ngtcp2_conn_client_new(&made, &server, &own, &path, NGTCP2_PROTO_VER_V1, &calls, &settings,
                                          &params, nullptr, static_cast<QuicLink*>(this));
  if (code != 0) return fail(Errc::failed, "connection", ngtcp2_strerror(code));
  take(made, std::move(tls));
  return {};
}

ConnectionId RawQuic::make_id(size_t bytes, uint8_t* reset_token) {
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_KEY, reset_token, NGTCP2_STATELESS_RESET_TOKENLEN) == 0);
  return random_id(bytes);
}

int64_t RawQuic::begin_stream_to(bool one_way) {
  int64_t stream = -1;
  const int code = one_way ? ngtcp2_conn_open_uni_stream(conn(), &stream, nullptr)
                           : ngtcp2_conn_open_bidi_stream(conn(), &stream, nullptr);
  return code == 0 ? stream : -1;
}

void RawQuic::write_stream(int64_t stream, std::vector<uint8_t> bytes, bool last) {
  constexpr int kTries = 50;
  constexpr auto kPause = std::chrono::milliseconds(5);
  sent_.push_back(std::move(bytes));
  const std::vector<uint8_t>& all = sent_.back();
  size_t at = 0;
  for (int tries = 0; tries < kTries && open(); ++tries) {
    const MutableBytes into = queue_.reserve();
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    ngtcp2_pkt_info info{};
    ngtcp2_vec piece{const_cast<uint8_t*>(all.data()) + at, all.size() - at};
    ngtcp2_ssize taken = -1;
    const ngtcp2_ssize written = ngtcp2_conn_writev_stream(
        conn(), &path.path, &info, into.data(), queue_.packet_bytes_max(path_.remote), &taken,
        last ? NGTCP2_WRITE_STREAM_FLAG_FIN : NGTCP2_WRITE_STREAM_FLAG_NONE, stream, &piece, 1,
        now_in_nanoseconds());
    if (written < 0) return;
    if (written > 0) {
      queue_.send({into.first(static_cast<size_t>(written)), static_cast<uint32_t>(written), 0, path_});
      queue_.flush();
      tries = 0;
    }
    at += static_cast<size_t>(std::max<ngtcp2_ssize>(taken, 0));
    if (taken >= 0 && at == all.size()) return;
    if (written == 0) poll(Clock::now() + kPause);
  }
}

void RawQuic::reset_stream(int64_t stream, uint64_t error) {
  if (open()) ngtcp2_conn_shutdown_stream(conn(), stream, error);
}

void RawQuic::poll_until(Clock::time_point deadline) {
  while (open() && Clock::now() < deadline) poll(deadline);
}

void RawQuic::poll(Clock::time_point deadline) {
  std::array<PacketTrain, 16> burst;
  const Result<size_t> came = queue_.receive(burst);
  const uint64_t now = now_in_nanoseconds();
  for (size_t i = 0; i < came.value_or(0); ++i) read(burst[i].bytes, path_, burst[i].ecn, now);
  if (expiry() <= now) expire(now);
  write(queue_, now);
  queue_.flush();
  if (came.value_or(0) != 0 || !open()) return;
  const uint64_t next = expiry();
  if (next != UINT64_MAX)
    deadline = std::min(deadline, Clock::time_point(std::chrono::nanoseconds(static_cast<int64_t>(next))));
  queue_.wait(deadline);
}

void RawQuic::say_goodbye() {
  if (!open()) return;
  close(NGHTTP3_H3_NO_ERROR, "");
  write(queue_, now_in_nanoseconds());
  queue_.flush();
}

}  // namespace penstock
