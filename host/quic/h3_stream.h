// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "quic/body_piece.h"

namespace penstock {

// What HTTP/3 brings to, and takes from, one request stream: a server's or a client's. Owned by its side of
// the connection, which the calls come from; they must not end the connection or the stream, only ask for it.
class H3Stream {
 public:
  explicit H3Stream(int64_t id) : id_(id) {}
  virtual ~H3Stream() = default;
  H3Stream(const H3Stream&) = delete;
  H3Stream& operator=(const H3Stream&) = delete;

  int64_t id() const { return id_; }

  virtual void field(int32_t token, std::string_view name, std::string_view value) = 0;
  // `last`: no body follows.
  virtual void end_head(bool last) = 0;
  virtual void receive(Bytes body) = 0;
  virtual void end() = 0;

  virtual BodyPiece next_body() = 0;
  virtual void acked(uint64_t bytes) = 0;

 private:
  const int64_t id_;
};

}  // namespace penstock
