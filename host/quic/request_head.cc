// SPDX-License-Identifier: Apache-2.0
#include "quic/request_head.h"

#include <nghttp3/nghttp3.h>

#include <charconv>
#include <string>

namespace penstock {
namespace {

constexpr size_t kFieldOverhead = 32;  // RFC 9114, section 4.2.2
constexpr unsigned kBadRequest = 400;
constexpr unsigned kFieldsTooLarge = 431;

}  // namespace

void RequestHead::add(int32_t token, std::string_view name, std::string_view value) {
  const size_t bytes = name.size() + value.size() + kFieldOverhead;
  if (too_large_ || bytes > bytes_left_) {
    too_large_ = true;
    return;
  }
  bytes_left_ -= bytes;
  switch (token) {
    case NGHTTP3_QPACK_TOKEN__METHOD:
      request_.method = value;
      return;
    case NGHTTP3_QPACK_TOKEN__PATH: {
      const size_t mark = value.find('?');
      request_.path = value.substr(0, mark);
      if (mark != std::string_view::npos) request_.query = value.substr(mark + 1);
      return;
    }
    case NGHTTP3_QPACK_TOKEN__AUTHORITY:
      request_.authority = value;
      return;
    case NGHTTP3_QPACK_TOKEN__SCHEME:
      wrong_ = wrong_ || value != "https";
      return;
    case NGHTTP3_QPACK_TOKEN_CONTENT_LENGTH: {
      uint64_t bytes_wanted = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes_wanted);
      if (error != std::errc() || end != value.data() + value.size() || request_.content_bytes) wrong_ = true;
      request_.content_bytes = bytes_wanted;
      break;
    }
    case NGHTTP3_QPACK_TOKEN_HOST:
      if (request_.authority.empty()) request_.authority = value;
      wrong_ = wrong_ || request_.authority != value;
      break;
    default:
      break;
  }
  request_.fields.push_back({std::string(name), std::string(value)});
}

unsigned RequestHead::check(bool last) {
  if (too_large_) return kFieldsTooLarge;
  // CONNECT has no path; what stands for the whole server ("*") nobody here answers.
  if (wrong_ || request_.path.empty() || request_.path.front() != '/') return kBadRequest;
  request_.has_body = !last;
  return 0;
}

}  // namespace penstock
