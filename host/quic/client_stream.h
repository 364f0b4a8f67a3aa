// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/http_message.h"
#include "quic/h3_stream.h"
#include "quic/kept_bytes.h"
#include "quic/quic_request.h"

namespace penstock {

class ClientConnection;

// One request on a client's connection, which owns it.
class ClientStream : public H3Stream {
 public:
  // `kept`: for what its request does not take at once.
  ClientStream(ClientConnection& connection, BlockPool& kept, int64_t id, uint64_t request_id,
               QuicRequest& request, bool body)
      : H3Stream(id),
        connection_(connection),
        request_id_(request_id),
        request_(&request),
        body_ended_(!body),
        pending_(kept) {}

  void field(int32_t token, std::string_view name, std::string_view value) override;
  void end_head(bool last) override;
  void receive(Bytes body) override;
  void end() override;
  BodyPiece next_body() override;
  void acked(uint64_t bytes) override;

  uint64_t request_id() const { return request_id_; }
  void resume();
  // Tells the request, unless it knows.
  void finish(Status status);
  // The connection has ended: so does it, unless the response was whole.
  void lose(const Status& status);
  // QUIC is done with it. What came may still have to be taken.
  void closed(Status status);

 private:
  void feed();

  ClientConnection& connection_;
  const uint64_t request_id_;
  QuicRequest* request_;  // null: it has been told how it ended
  HttpResponse head_{0, {}, {}};
  size_t head_bytes_ = 0;
  bool head_known_ = false;
  bool body_ended_;
  uint64_t given_ = 0;  // bytes of the body
  uint64_t acked_ = 0;
  bool response_ended_ = false;
  bool closed_ = false;
  KeptBytes pending_;
};

}  // namespace penstock
