// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_link.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "quic/train_writer.h"

namespace penstock {
namespace {

// RFC 9000, section 10.2: so long packets may still come.
constexpr uint64_t kClosingTimeouts = 3;
// One burst: what goes out before the next connection has its turn.
constexpr size_t kBurstBytes = size_t{256} << 10;
constexpr size_t kPieces = 16;
constexpr size_t kReasonMax = 256;
constexpr uint64_t kAskPathNs = 1'000'000'000;

ngtcp2_path ngtcp2_path_of(const NetPath& path) {
  ngtcp2_path out{};
  out.local = {const_cast<sockaddr*>(path.local.raw()), path.local.raw_bytes()};
  out.remote = {const_cast<sockaddr*>(path.remote.raw()), path.remote.raw_bytes()};
  return out;
}

bool stream_alone(int library_error) {
  return library_error == NGTCP2_ERR_STREAM_DATA_BLOCKED || library_error == NGTCP2_ERR_STREAM_SHUT_WR ||
         library_error == NGTCP2_ERR_STREAM_NOT_FOUND;
}

}  // namespace

QuicLink::QuicLink() {
  ngtcp2_connection_close_error_default(&close_error_);
}
QuicLink::~QuicLink() = default;

void QuicLink::take(ngtcp2_conn* connection, TlsSession tls) {
  conn_.reset(connection);
  tls_ = std::move(tls);
  reference_.user_data = this;
  reference_.get_conn = [](ngtcp2_crypto_conn_ref* reference) {
    return static_cast<QuicLink*>(reference->user_data)->conn();
  };
  gnutls_session_set_ptr(tls_.get(), &reference_);
  ngtcp2_conn_set_tls_native_handle(conn_.get(), tls_.get());
}

void QuicLink::read(Bytes packet, const NetPath& path, uint8_t ecn, uint64_t now) {
  now_ = now;
  if (phase_ != Phase::open) {
    ++packets_while_closing_;
    return;
  }
  const ngtcp2_path raw_path = ngtcp2_path_of(path);
  ngtcp2_pkt_info info{};
  info.ecn = ecn;
  const int code = ngtcp2_conn_read_pkt(conn(), &raw_path, &info, packet.data(), packet.size(), now);
  if (code != 0) failed(code);
}

void QuicLink::failed(int library_error) {
  if (phase_ != Phase::open) return;
  if (library_error_ == 0) library_error_ = library_error;
  switch (library_error) {
    case NGTCP2_ERR_DRAINING:
      ngtcp2_conn_get_connection_close_error(conn(), &close_error_);
      close_reason_.assign(reinterpret_cast<const char*>(close_error_.reason), close_error_.reasonlen);
      close_error_.reason = reinterpret_cast<uint8_t*>(close_reason_.data());
      to_phase(Phase::draining);
      return;
    case NGTCP2_ERR_DROP_CONN:
    case NGTCP2_ERR_RETRY:
    case NGTCP2_ERR_IDLE_CLOSE:
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
      to_phase(Phase::gone);
      return;
    case NGTCP2_ERR_CRYPTO:
      ngtcp2_connection_close_error_set_transport_error_tls_alert(
          &close_error_, ngtcp2_conn_get_tls_alert(conn()), nullptr, 0);
      break;
    case NGTCP2_ERR_CALLBACK_FAILURE:
      // The callback has said what it is.
      if (close_error_.error_code == 0) {
        ngtcp2_connection_close_error_set_transport_error_liberr(&close_error_, NGTCP2_ERR_INTERNAL, nullptr,
                                                                 0);
      }
      break;
    default:
      ngtcp2_connection_close_error_set_transport_error_liberr(&close_error_, library_error, nullptr, 0);
  }
  to_phase(Phase::must_close);
}

void QuicLink::close(uint64_t h3_error, std::string_view reason) {
  if (phase_ != Phase::open) return;
  close_reason_ = reason.substr(0, kReasonMax);
  ngtcp2_connection_close_error_set_application_error(
      &close_error_, h3_error, reinterpret_cast<const uint8_t*>(close_reason_.data()), close_reason_.size());
  to_phase(Phase::must_close);
}

void QuicLink::to_phase(Phase phase) {
  const bool first = phase_ == Phase::open;
  phase_ = phase;
  if (phase == Phase::draining || phase == Phase::closing)
    phase_ends_ = now_ + kClosingTimeouts * ngtcp2_conn_get_pto(conn());
  if (first) ended();
}

void QuicLink::announce_shutdown() {
  if (h3_ == nullptr || phase_ != Phase::open) return;
  ++shutdowns_announced_;
  if (shutdowns_announced_ == 1) nghttp3_conn_submit_shutdown_notice(h3());
  if (shutdowns_announced_ == 2) nghttp3_conn_shutdown(h3());
}

void QuicLink::expire(uint64_t now) {
  now_ = now;
  if (phase_ == Phase::open) {
    if (const int code = ngtcp2_conn_handle_expiry(conn(), now); code != 0) failed(code);
  } else if (phase_ != Phase::must_close && now >= phase_ends_) {
    phase_ = Phase::gone;
  }
}

uint64_t QuicLink::expiry() const {
  if (phase_ == Phase::open) return ngtcp2_conn_get_expiry(conn());
  if (phase_ == Phase::closing || phase_ == Phase::draining) return phase_ends_;
  return UINT64_MAX;
}

void QuicLink::extend(int64_t stream, uint64_t stream_bytes, uint64_t connection_bytes) {
  if (phase_ != Phase::open) return;
  if (stream_bytes != 0) ngtcp2_conn_extend_max_stream_offset(conn(), stream, stream_bytes);
  if (connection_bytes != 0) ngtcp2_conn_extend_max_offset(conn(), connection_bytes);
}

void QuicLink::reset_later(int64_t stream, uint64_t h3_error) {
  requests_.push_back({stream, h3_error, true});
}

void QuicLink::stop_reading_later(int64_t stream, uint64_t h3_error) {
  requests_.push_back({stream, h3_error, false});
}

void QuicLink::resume(int64_t stream) {
  if (h3_ != nullptr && phase_ == Phase::open) nghttp3_conn_resume_stream(h3(), stream);
}

void QuicLink::carry_out_requests() {
  // ended() and its like may ask for more.
  for (size_t i = 0; i < requests_.size() && phase_ == Phase::open; ++i) {
    const Request request = requests_[i];
    nghttp3_conn_shutdown_stream_read(h3(), request.stream);
    int code = 0;
    if (request.whole) {
      nghttp3_conn_shutdown_stream_write(h3(), request.stream);
      code = ngtcp2_conn_shutdown_stream(conn(), request.stream, request.h3_error);
    } else {
      code = ngtcp2_conn_shutdown_stream_read(conn(), request.stream, request.h3_error);
    }
    if (code != 0 && code != NGTCP2_ERR_STREAM_NOT_FOUND) failed(code);
  }
  requests_.clear();
}

int QuicLink::read_stream(int64_t stream, Bytes data, bool last) {
  decrypted(data.size());
  if (h3_ == nullptr) return 0;
  body_bytes_delivered_ = 0;
  const nghttp3_ssize used = nghttp3_conn_read_stream(h3(), stream, data.data(), data.size(), last ? 1 : 0);
  if (used >= 0) {
    extend(stream, static_cast<uint64_t>(used), static_cast<uint64_t>(used));
    return 0;
  }
  const auto code = static_cast<int>(used);
  const bool request = ngtcp2_is_bidi_stream(stream) != 0;
  if (request && (code == NGHTTP3_ERR_MALFORMED_HTTP_HEADER || code == NGHTTP3_ERR_MALFORMED_HTTP_MESSAGING ||
                  code == NGHTTP3_ERR_QPACK_HEADER_TOO_LARGE)) {
    // RFC 9114, section 4.1.2: an error of the stream. The field sections of other streams do not hang on it,
    // as there is no dynamic table.
    nghttp3_conn_shutdown_stream_read(h3(), stream);
    extend(stream, 0, data.size() - body_bytes_delivered_);
    reset_later(stream, code == NGHTTP3_ERR_QPACK_HEADER_TOO_LARGE ? NGHTTP3_H3_EXCESSIVE_LOAD
                                                                   : NGHTTP3_H3_MESSAGE_ERROR);
    malformed(stream);
    return 0;
  }
  ngtcp2_connection_close_error_set_application_error(
      &close_error_, nghttp3_err_infer_quic_app_error_code(code), nullptr, 0);
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

QuicLink::Wrote QuicLink::write(PacketQueue& queue, uint64_t now) {
  now_ = now;
  if (phase_ == Phase::open) carry_out_requests();
  if (phase_ == Phase::open) {
    const Wrote wrote = write_packets(queue);
    if (phase_ != Phase::must_close) return wrote;
  }
  if (phase_ == Phase::must_close) return write_close(queue) ? Wrote::all : Wrote::no_room;
  if (phase_ == Phase::closing) resend_close(queue);
  return Wrote::all;
}

// What a packet may have, probes too, which are larger than what the path is known to take. The library
// learns the largest when the connection begins; what the path takes less later on it is given as so much
// less room.
size_t QuicLink::packet_bytes(const PacketQueue& queue) {
  if (now_ >= ask_path_at_) {
    ask_path_at_ = now_ + kAskPathNs;
    const uint32_t takes = queue.packet_bytes_max(net_path(*ngtcp2_conn_get_path(conn())).remote);
    path_takes_ = std::max<size_t>(takes, NGTCP2_MAX_UDP_PAYLOAD_SIZE);
  }
  return std::min(ngtcp2_conn_get_max_tx_udp_payload_size(conn()), path_takes_);
}

QuicLink::Wrote QuicLink::write_packets(PacketQueue& queue) {
  Wrote wrote = Wrote::more;
  {
    TrainWriter train(queue);
    const size_t bytes_max = packet_bytes(queue);
    const size_t burst = std::min(ngtcp2_conn_get_send_quantum(conn()), kBurstBytes);
    while (train.bytes_written() < burst) {
      if (train.room(bytes_max).empty()) {
        wrote = Wrote::no_room;
        break;
      }
      const int code = write_one(train, bytes_max);
      if (code < 0) break;
      if (code == 0) {
        wrote = Wrote::all;
        break;
      }
    }
  }
  // Until a round trip has been measured a third of a second is assumed, which no handshake should be paced
  // by.
  if (phase_ == Phase::open && ready()) ngtcp2_conn_update_pkt_tx_time(conn(), now_);
  return wrote == Wrote::all && !requests_.empty() ? Wrote::more : wrote;
}

int QuicLink::write_one(TrainWriter& train, size_t packet_bytes) {
  const MutableBytes into = train.room(packet_bytes);
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info{};
  while (true) {
    int64_t stream = -1;
    int last = 0;
    std::array<nghttp3_vec, kPieces> pieces;
    nghttp3_ssize count = 0;
    if (h3_ != nullptr && ngtcp2_conn_get_max_data_left(conn()) != 0) {
      count = nghttp3_conn_writev_stream(h3(), &stream, &last, pieces.data(), pieces.size());
      if (count < 0) {
        ngtcp2_connection_close_error_set_application_error(
            &close_error_, nghttp3_err_infer_quic_app_error_code(static_cast<int>(count)), nullptr, 0);
        failed(NGTCP2_ERR_CALLBACK_FAILURE);
        return -1;
      }
    }
    ngtcp2_ssize taken = -1;
    const uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_MORE |
                           (last != 0 ? NGTCP2_WRITE_STREAM_FLAG_FIN : NGTCP2_WRITE_STREAM_FLAG_NONE);
    static_assert(sizeof(nghttp3_vec) == sizeof(ngtcp2_vec));
    const ngtcp2_ssize written = ngtcp2_conn_writev_stream(
        conn(), &path.path, &info, into.data(), into.size(), &taken, flags, stream,
        reinterpret_cast<const ngtcp2_vec*>(pieces.data()), static_cast<size_t>(count), now_);
    if (taken >= 0) nghttp3_conn_add_write_offset(h3(), stream, static_cast<size_t>(taken));
    if (written == NGTCP2_ERR_WRITE_MORE) continue;
    if (written < 0 && stream_alone(static_cast<int>(written))) {
      if (written == NGTCP2_ERR_STREAM_DATA_BLOCKED)
        nghttp3_conn_block_stream(h3(), stream);
      else
        nghttp3_conn_shutdown_stream_write(h3(), stream);
      continue;
    }
    if (written < 0) {
      failed(static_cast<int>(written));
      return -1;
    }
    if (written == 0) return 0;
    train.add(static_cast<size_t>(written), path.path, static_cast<uint8_t>(info.ecn));
    return 1;
  }
}

// False: there was no room for it.
bool QuicLink::write_close(PacketQueue& queue) {
  const MutableBytes into = queue.reserve();
  if (into.empty()) return false;
  ngtcp2_path_storage path;
  ngtcp2_path_storage_zero(&path);
  ngtcp2_pkt_info info{};
  const ngtcp2_ssize written = ngtcp2_conn_write_connection_close(
      conn(), &path.path, &info, into.data(), std::min<size_t>(into.size(), NGTCP2_MAX_UDP_PAYLOAD_SIZE),
      &close_error_, now_);
  if (written <= 0) {
    phase_ = Phase::gone;
    return true;
  }
  close_packet_.assign(into.begin(), into.begin() + written);
  close_path_ = net_path(path.path);
  packets_while_closing_ = answered_while_closing_ = 0;
  to_phase(Phase::closing);
  queue.send({into.first(static_cast<size_t>(written)), static_cast<uint32_t>(written),
              static_cast<uint8_t>(info.ecn), close_path_});
  return true;
}

void QuicLink::resend_close(PacketQueue& queue) {
  // Ever more seldom: after 1, 2, 4, 8... packets, so that two ends do not answer each other for ever.
  if (packets_while_closing_ < 2 * answered_while_closing_ ||
      packets_while_closing_ == answered_while_closing_)
    return;
  const MutableBytes into = queue.reserve();
  if (into.size() < close_packet_.size()) return;
  answered_while_closing_ = packets_while_closing_;
  std::memcpy(into.data(), close_packet_.data(), close_packet_.size());
  queue.send({into.first(close_packet_.size()), static_cast<uint32_t>(close_packet_.size()), 0, close_path_});
}

}  // namespace penstock
