// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "quic/quic_link.h"

namespace penstock {
namespace {

std::string_view text_of(nghttp3_rcbuf* buffer) {
  const nghttp3_vec piece = nghttp3_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(piece.base), piece.len};
}

nghttp3_nv pair(std::string_view name, std::string_view value) {
  // The library copies both.
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP3_NV_FLAG_NONE};
}

std::vector<nghttp3_nv> pairs_of(const std::vector<HttpField>& fields) {
  std::vector<nghttp3_nv> pairs;
  pairs.reserve(fields.size());
  for (const HttpField& field : fields) pairs.push_back(pair(field.name, field.value));
  return pairs;
}

}  // namespace

// What nghttp3 calls, as calls of the link and the stream that are its user data.
struct H3Callbacks {
  static QuicLink& link(void* user) { return *static_cast<QuicLink*>(user); }
  static H3Stream* stream_of(void* user) { return static_cast<H3Stream*>(user); }

  static int begin_headers(nghttp3_conn* h3, int64_t stream, void* user, void* stream_user) {
    if (stream_user != nullptr) return 0;
    H3Stream* begun = link(user).begin_stream(stream);
    nghttp3_conn_set_stream_user_data(h3, stream, begun);
    return 0;
  }
  static int recv_header(nghttp3_conn*, int64_t, int32_t token, nghttp3_rcbuf* name, nghttp3_rcbuf* value,
                         uint8_t, void*, void* stream_user) {
    if (stream_user != nullptr) stream_of(stream_user)->field(token, text_of(name), text_of(value));
    return 0;
  }
  static int end_headers(nghttp3_conn*, int64_t, int last, void*, void* stream_user) {
    if (stream_user != nullptr) stream_of(stream_user)->end_head(last != 0);
    return 0;
  }
  static int recv_data(nghttp3_conn*, int64_t stream, const uint8_t* data, size_t bytes, void* user,
                       void* stream_user) {
    QuicLink& to = link(user);
    to.body_bytes_delivered_ += bytes;
    if (stream_user != nullptr)
      stream_of(stream_user)->receive({data, bytes});
    else
      to.extend(stream, bytes, bytes);
    return 0;
  }
  static int deferred_consume(nghttp3_conn*, int64_t stream, size_t bytes, void* user, void*) {
    link(user).extend(stream, bytes, bytes);
    return 0;
  }
  static int end_stream(nghttp3_conn*, int64_t, void*, void* stream_user) {
    if (stream_user != nullptr) stream_of(stream_user)->end();
    return 0;
  }
  static int acked_stream_data(nghttp3_conn*, int64_t, uint64_t bytes, void*, void* stream_user) {
    if (stream_user != nullptr) stream_of(stream_user)->acked(bytes);
    return 0;
  }
  static nghttp3_ssize read_data(nghttp3_conn*, int64_t stream, nghttp3_vec* into, size_t room,
                                 uint32_t* flags, void* user, void* stream_user) {
    H3Stream* from = stream_of(stream_user);
    if (from == nullptr || room == 0) return NGHTTP3_ERR_WOULDBLOCK;
    const BodyPiece piece = from->next_body();
    if (piece.state == BodyRead::State::failed) {
      link(user).reset_later(stream, NGHTTP3_H3_INTERNAL_ERROR);
      return NGHTTP3_ERR_WOULDBLOCK;
    }
    if (piece.state == BodyRead::State::end)
      *flags |= NGHTTP3_DATA_FLAG_EOF;
    else if (piece.bytes.empty())
      return NGHTTP3_ERR_WOULDBLOCK;
    if (piece.bytes.empty()) return 0;
    into[0] = {const_cast<uint8_t*>(piece.bytes.data()), piece.bytes.size()};
    return 1;
  }
  static int stream_close(nghttp3_conn*, int64_t stream, uint64_t code, void* user, void*) {
    link(user).end_stream(stream, code);
    return 0;
  }
  static int stop_sending(nghttp3_conn*, int64_t stream, uint64_t code, void* user, void*) {
    link(user).stop_reading_later(stream, code);
    return 0;
  }
  static int reset_stream(nghttp3_conn*, int64_t stream, uint64_t code, void* user, void*) {
    // Only of what is malformed.
    link(user).reset_later(stream, code);
    link(user).malformed(stream);
    return 0;
  }
};

Status QuicLink::set_up_h3(bool server, size_t field_section_bytes, size_t streams_max) {
  nghttp3_callbacks calls{};
  calls.begin_headers = H3Callbacks::begin_headers;
  calls.recv_header = H3Callbacks::recv_header;
  calls.end_headers = H3Callbacks::end_headers;
  calls.recv_data = H3Callbacks::recv_data;
  calls.deferred_consume = H3Callbacks::deferred_consume;
  calls.end_stream = H3Callbacks::end_stream;
  calls.acked_stream_data = H3Callbacks::acked_stream_data;
  calls.stream_close = H3Callbacks::stream_close;
  calls.stop_sending = H3Callbacks::stop_sending;
  calls.reset_stream = H3Callbacks::reset_stream;
  nghttp3_settings settings;
  nghttp3_settings_default(&settings);
  settings.max_field_section_size = field_section_bytes;
  // No dynamic table in either direction: no memory that a peer fills, and no stream waits for another.
  settings.qpack_max_dtable_capacity = 0;
  settings.qpack_encoder_max_dtable_capacity = 0;
  settings.qpack_blocked_streams = 0;
  nghttp3_conn* made = nullptr;
  const int code = server ? nghttp3_conn_server_new(&made, &calls, &settings, nullptr, this)
                          : nghttp3_conn_client_new(&made, &calls, &settings, nullptr, this);
  if (code != 0) return fail(Errc::failed, "HTTP/3", nghttp3_strerror(code));
  h3_.reset(made);
  if (server) nghttp3_conn_set_max_client_streams_bidi(made, streams_max);
  int64_t control = -1;
  int64_t encoder = -1;
  int64_t decoder = -1;
  if (ngtcp2_conn_open_uni_stream(conn(), &control, nullptr) != 0 ||
      ngtcp2_conn_open_uni_stream(conn(), &encoder, nullptr) != 0 ||
      ngtcp2_conn_open_uni_stream(conn(), &decoder, nullptr) != 0 ||
      nghttp3_conn_bind_control_stream(made, control) != 0 ||
      nghttp3_conn_bind_qpack_streams(made, encoder, decoder) != 0)
    return fail(Errc::failed, "HTTP/3", "the peer allows too few streams for it");
  return {};
}

bool QuicLink::submit_response(int64_t stream, const std::vector<HttpField>& fields, bool body) {
  const std::vector<nghttp3_nv> pairs = pairs_of(fields);
  const nghttp3_data_reader reader{H3Callbacks::read_data};
  return nghttp3_conn_submit_response(h3(), stream, pairs.data(), pairs.size(), body ? &reader : nullptr) ==
         0;
}

bool QuicLink::submit_request(H3Stream& stream, const std::vector<HttpField>& fields, bool body) {
  const std::vector<nghttp3_nv> pairs = pairs_of(fields);
  const nghttp3_data_reader reader{H3Callbacks::read_data};
  return nghttp3_conn_submit_request(h3(), stream.id(), pairs.data(), pairs.size(), body ? &reader : nullptr,
                                     &stream) == 0;
}

}  // namespace penstock
