// SPDX-License-Identifier: Apache-2.0
#include "quic/wire_error_text.h"

#include <gnutls/gnutls.h>
#include <nghttp3/nghttp3.h>
#include <ngtcp2/ngtcp2.h>

namespace penstock {

std::string h3_error_text(uint64_t code) {
  switch (code) {
    case NGHTTP3_H3_NO_ERROR:
      return "H3_NO_ERROR";
    case NGHTTP3_H3_GENERAL_PROTOCOL_ERROR:
      return "H3_GENERAL_PROTOCOL_ERROR";
    case NGHTTP3_H3_INTERNAL_ERROR:
      return "H3_INTERNAL_ERROR";
    case NGHTTP3_H3_STREAM_CREATION_ERROR:
      return "H3_STREAM_CREATION_ERROR";
    case NGHTTP3_H3_CLOSED_CRITICAL_STREAM:
      return "H3_CLOSED_CRITICAL_STREAM";
    case NGHTTP3_H3_FRAME_UNEXPECTED:
      return "H3_FRAME_UNEXPECTED";
    case NGHTTP3_H3_FRAME_ERROR:
      return "H3_FRAME_ERROR";
    case NGHTTP3_H3_EXCESSIVE_LOAD:
      return "H3_EXCESSIVE_LOAD";
    case NGHTTP3_H3_ID_ERROR:
      return "H3_ID_ERROR";
    case NGHTTP3_H3_SETTINGS_ERROR:
      return "H3_SETTINGS_ERROR";
    case NGHTTP3_H3_MISSING_SETTINGS:
      return "H3_MISSING_SETTINGS";
    case NGHTTP3_H3_REQUEST_REJECTED:
      return "H3_REQUEST_REJECTED";
    case NGHTTP3_H3_REQUEST_CANCELLED:
      return "H3_REQUEST_CANCELLED";
    case NGHTTP3_H3_REQUEST_INCOMPLETE:
      return "H3_REQUEST_INCOMPLETE";
    case NGHTTP3_H3_MESSAGE_ERROR:
      return "H3_MESSAGE_ERROR";
    default:
      return "error " + std::to_string(code) + " of HTTP/3";
  }
}

std::string transport_error_text(uint64_t code) {
  constexpr uint64_t kAlerts = 256;
  if (code >= NGTCP2_CRYPTO_ERROR && code < NGTCP2_CRYPTO_ERROR + kAlerts) {
    const char* name =
        gnutls_alert_get_name(static_cast<gnutls_alert_description_t>(code - NGTCP2_CRYPTO_ERROR));
    return std::string("TLS alert: ") + (name == nullptr ? "unknown" : name);
  }
  switch (code) {
    case NGTCP2_NO_ERROR:
      return "it ended the connection";
    case NGTCP2_INTERNAL_ERROR:
      return "INTERNAL_ERROR";
    case NGTCP2_CONNECTION_REFUSED:
      return "it takes no more connections now";
    case NGTCP2_FLOW_CONTROL_ERROR:
      return "FLOW_CONTROL_ERROR";
    case NGTCP2_STREAM_LIMIT_ERROR:
      return "STREAM_LIMIT_ERROR";
    case NGTCP2_PROTOCOL_VIOLATION:
      return "PROTOCOL_VIOLATION";
    case NGTCP2_INVALID_TOKEN:
      return "INVALID_TOKEN";
    default:
      return "error " + std::to_string(code) + " of QUIC";
  }
}

}  // namespace penstock
