// SPDX-License-Identifier: Apache-2.0
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <algorithm>

#include "base/check.h"
#include "quic/quic_link.h"

namespace penstock {

// What ngtcp2 calls, as calls of the link that is its user data.
struct QuicCallbacks {
  static QuicLink& link(void* user) { return *static_cast<QuicLink*>(user); }

  static int handshake_completed(ngtcp2_conn*, void* user) {
    link(user).handshake_done();
    return 0;
  }
  static int recv_stream_data(ngtcp2_conn*, uint32_t flags, int64_t stream, uint64_t, const uint8_t* data,
                              size_t bytes, void* user, void*) {
    return link(user).read_stream(stream, {data, bytes}, (flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0);
  }
  static int acked_stream_data_offset(ngtcp2_conn*, int64_t stream, uint64_t, uint64_t bytes, void* user,
                                      void*) {
    QuicLink& to = link(user);
    if (to.h3() != nullptr) nghttp3_conn_add_ack_offset(to.h3(), stream, bytes);
    return 0;
  }
  static int stream_close(ngtcp2_conn* conn, uint32_t flags, int64_t stream, uint64_t code, void* user,
                          void*) {
    QuicLink& to = link(user);
    const bool told = (flags & NGTCP2_STREAM_CLOSE_FLAG_APP_ERROR_CODE_SET) != 0;
    if (to.h3() != nullptr) {
      const int error = nghttp3_conn_close_stream(to.h3(), stream, told ? code : NGHTTP3_H3_NO_ERROR);
      if (error != 0 && error != NGHTTP3_ERR_STREAM_NOT_FOUND) {
        ngtcp2_connection_close_error_set_application_error(
            &to.close_error_, nghttp3_err_infer_quic_app_error_code(error), nullptr, 0);
        return NGTCP2_ERR_CALLBACK_FAILURE;
      }
    }
    if (ngtcp2_conn_is_local_stream(conn, stream) != 0) return 0;
    if (ngtcp2_is_bidi_stream(stream) != 0)
      ngtcp2_conn_extend_max_streams_bidi(conn, 1);
    else
      ngtcp2_conn_extend_max_streams_uni(conn, 1);
    return 0;
  }
  static int stream_reset(ngtcp2_conn*, int64_t stream, uint64_t, uint64_t code, void* user, void*) {
    QuicLink& to = link(user);
    if (to.h3() != nullptr) nghttp3_conn_shutdown_stream_read(to.h3(), stream);
    to.peer_reset(stream, code);
    return 0;
  }
  static int stream_stop_sending(ngtcp2_conn*, int64_t stream, uint64_t, void* user, void*) {
    QuicLink& to = link(user);
    if (to.h3() != nullptr) nghttp3_conn_shutdown_stream_read(to.h3(), stream);
    return 0;
  }
  static int extend_max_stream_data(ngtcp2_conn*, int64_t stream, uint64_t, void* user, void*) {
    QuicLink& to = link(user);
    if (to.h3() != nullptr) nghttp3_conn_unblock_stream(to.h3(), stream);
    return 0;
  }
  static int extend_max_local_streams_bidi(ngtcp2_conn*, uint64_t, void* user) {
    link(user).may_begin_streams();
    return 0;
  }
  static int extend_max_remote_streams_bidi(ngtcp2_conn*, uint64_t streams_max, void* user) {
    QuicLink& to = link(user);
    if (to.h3() != nullptr) nghttp3_conn_set_max_client_streams_bidi(to.h3(), streams_max);
    return 0;
  }
  static int recv_stateless_reset(ngtcp2_conn*, const ngtcp2_pkt_stateless_reset*, void* user) {
    link(user).stateless_reset_ = true;
    return 0;
  }
  static void rand(uint8_t* into, size_t bytes, const ngtcp2_rand_ctx*) {
    PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_NONCE, into, bytes) == 0);
  }
  static int get_new_connection_id(ngtcp2_conn*, ngtcp2_cid* id, uint8_t* token, size_t bytes, void* user) {
    *id = link(user).make_id(bytes, token).raw();
    return 0;
  }
  static int remove_connection_id(ngtcp2_conn*, const ngtcp2_cid* id, void* user) {
    link(user).retire_id(ConnectionId(*id));
    return 0;
  }
};

ngtcp2_callbacks QuicLink::shared_callbacks() {
  ngtcp2_callbacks calls{};
  calls.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
  calls.encrypt = ngtcp2_crypto_encrypt_cb;
  calls.decrypt = ngtcp2_crypto_decrypt_cb;
  calls.hp_mask = ngtcp2_crypto_hp_mask_cb;
  calls.update_key = ngtcp2_crypto_update_key_cb;
  calls.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
  calls.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
  calls.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
  calls.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  calls.handshake_completed = QuicCallbacks::handshake_completed;
  calls.recv_stream_data = QuicCallbacks::recv_stream_data;
  calls.acked_stream_data_offset = QuicCallbacks::acked_stream_data_offset;
  calls.stream_close = QuicCallbacks::stream_close;
  calls.stream_reset = QuicCallbacks::stream_reset;
  calls.stream_stop_sending = QuicCallbacks::stream_stop_sending;
  calls.extend_max_stream_data = QuicCallbacks::extend_max_stream_data;
  calls.extend_max_local_streams_bidi = QuicCallbacks::extend_max_local_streams_bidi;
  calls.extend_max_remote_streams_bidi = QuicCallbacks::extend_max_remote_streams_bidi;
  calls.recv_stateless_reset = QuicCallbacks::recv_stateless_reset;
  calls.rand = QuicCallbacks::rand;
  calls.get_new_connection_id = QuicCallbacks::get_new_connection_id;
  calls.remove_connection_id = QuicCallbacks::remove_connection_id;
  return calls;
}

void QuicLink::shared_settings(ngtcp2_settings& settings, uint64_t now, PathTakes takes,
                               size_t acknowledge_after_bytes) {
  constexpr size_t kPacketsLeast = 2;  // RFC 9000, section 13.2.2
  constexpr size_t kPacketsMost = 16;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now;
  settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
  // Where the port does not know the whole way a hop behind the first, a tunnel say, may take less than that
  // one: it begins with what all of them take, and finds out, up to what Ethernet takes.
  const size_t packet_bytes_max = takes.whole_way_known
                                      ? takes.packet_bytes_max
                                      : std::min(takes.packet_bytes_max, PacketQueue::kEthernetBytes);
  settings.no_pmtud = takes.whole_way_known ? 1 : 0;
  settings.no_tx_udp_payload_size_shaping = settings.no_pmtud;
  settings.max_tx_udp_payload_size = packet_bytes_max;
  // The congestion window is two large packets at first, or ten small ones: an acknowledgement that waits for
  // more comes only when its time is up.
  settings.ack_thresh = std::clamp(acknowledge_after_bytes / packet_bytes_max, kPacketsLeast, kPacketsMost);
}

}  // namespace penstock
