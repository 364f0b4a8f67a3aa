// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "http/http_service.h"
#include "quic/h3_stream.h"
#include "quic/kept_bytes.h"
#include "quic/request_head.h"
#include "quic/sent_bytes.h"
#include "quic/worker_share.h"

namespace penstock {

class ServerConnection;

// One request and its answer on a server's connection, which owns it. Bytes of the body that the service does
// not take stay here, and the sender gets no credit for them: the stream's window bounds them.
class ServerStream : public H3Stream {
 public:
  ServerStream(ServerConnection& connection, WorkerShare& share, int64_t id, uint64_t now);
  ~ServerStream() override;

  void field(int32_t token, std::string_view name, std::string_view value) override;
  void end_head(bool last) override;
  void receive(Bytes body) override;
  void end() override;
  BodyPiece next_body() override;
  void acked(uint64_t bytes) override;

  // The service can go on with it.
  void resume();
  // Whether it was the client's turn for a whole interval, and too little came of it. Asked at any times.
  bool too_slow(uint64_t now);
  // The client has gone, or the stream was reset: the exchange is given up.
  void give_up();
  // Bytes that the service has not taken.
  size_t held() const { return pending_.size(); }
  ServerConnection& connection() { return connection_; }

 private:
  void feed();
  void look_for_answer();
  void answer(const HttpResponse& response);
  void refuse(unsigned status);

  ServerConnection& connection_;
  WorkerShare& share_;
  RequestHead head_;
  std::unique_ptr<HttpExchange> exchange_;
  uint64_t exchange_id_ = 0;
  KeptBytes pending_;
  SentBytes sent_;
  size_t window_;
  uint64_t progress_bytes_ = 0;  // since mark_
  uint64_t mark_;
  bool head_only_ = false;  // HEAD
  bool head_done_ = false;
  bool body_ended_ = false;
  bool answered_ = false;
  bool answer_ended_ = false;
};

}  // namespace penstock
