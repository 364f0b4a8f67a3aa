// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "http/http_message.h"
#include "quic/body_piece.h"

namespace penstock {

// One request of a QuicClient, as its maker sees it: gives the body, takes the response. The maker's; stays
// until finished(). All calls come from within the client's, in its thread, and may not call the client.
class QuicRequest {
 public:
  virtual ~QuicRequest() = default;

  // The next bytes of the body, if HttpRequest::has_body. They are not copied: they stay as they are until
  // body_acked() has counted them, or finished(). `wait`: QuicClient::resume() tells when there are more;
  // `failed`: the request is cancelled.
  virtual BodyPiece next_body() { return {}; }
  virtual void body_acked(uint64_t) {}

  // The head of the response; those of interim responses (1xx) are left out.
  virtual void response(const HttpResponse& head) = 0;
  // Takes a prefix of the response's next bytes. Short: QuicClient::resume() tells when more can be taken,
  // and until then flow control holds the server back.
  virtual size_t take_body(Bytes bytes) = 0;
  // Once, and last: the response was complete, or what went wrong.
  virtual void finished(Status status) = 0;
};

}  // namespace penstock
