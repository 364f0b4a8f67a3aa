// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "http/http_message.h"
#include "sender/body_buffers.h"
#include "sender/held_answer.h"
#include "sender/object_body.h"
#include "sender/part_place.h"
#include "sender/store_terms.h"

namespace penstock {

// A place for one upload at a time: the parts of its body that were read and not yet acknowledged, and the
// answer. Owned by a Sender, in its thread; only its body() is the reading thread's meanwhile.
class UploadLane final : public HeldAnswer {
 public:
  using Clock = std::chrono::steady_clock;

  enum class State : uint8_t {
    idle,     // there may be a next object
    opening,  // its first part is read
    ready,    // its request can be made
    asking,   // where to go on is asked
    sending,  // the request is under way
    paused,   // to be begun again, from retry_at() on
  };

  UploadLane(const StoreTerms& terms, BodyBuffers& buffers)
      : body_(terms), buffers_(buffers), takes_pieces_(terms.takes_pieces()) {}

  State state() const { return state_; }
  ObjectBody& body() { return body_; }
  const ObjectBody& body() const { return body_; }

  // A part is being read into a buffer.
  bool reading() const { return reading_; }
  void begin_reading() { reading_ = true; }
  // ... the first one, of the next object or of the same again.
  void begin_next();
  void begin_again();
  // This object is not sent as pieces: the server did not take it so.
  void send_plainly() { plain_ = true; }
  bool as_pieces() const { return as_pieces_; }
  // The part has come, or none (null).
  void end_reading(BodyBuffer* part);
  bool wants_part() const {
    return (state_ == State::sending || state_ == State::opening) && !reading_ && !read_to_end_;
  }
  size_t held() const { return parts_.size(); }

  // Sent in parts: it can be gone on with. Once the first part has been read.
  bool in_parts() const { return in_parts_; }
  void send_in_parts(PartPlace place);
  const PartPlace& place() const { return place_; }
  void end_parts() { in_parts_ = false; }
  // From its front, in one request.
  void send_whole() {
    end_parts();
    bytes_kept = 0;
  }
  // What is sent now is the file that the place is for, as it was.
  bool place_is_for_body() const { return identity_ == body_.identity(); }
  // It has to be asked how far it is.
  bool has_to_ask() const { return in_parts_ && !place_.offset; }
  HttpRequest question_head(const std::string& token) const;
  void begin_question(uint64_t request);
  // The answer; an empty path: it is there no more. What is known of it need not be sent.
  void end_question(PartPlace place);

  // The head of the request for what was read so far: `length`, where it is known for certain.
  HttpRequest request_head(const std::string& token) const;
  void begin_request(uint64_t request);
  std::optional<uint64_t> request() const { return request_; }
  bool given_whole() const { return read_to_end_ && next_ == parts_.size(); }
  // Of the content, by the server's end of the connection; as pieces: in whole parts.
  uint64_t acked_content() const { return as_pieces_ ? acked_content_ : begin_ + acked_; }

  // As pieces: a part of which nobody knows yet what the server has of it; null if there is none.
  BodyBuffer* take_unasked();
  void encode(BodyBuffer& part, Bytes known);

  // The server has answered for all of it, whatever its acknowledgements are waiting for.
  void end_committed() { acked_ = given_; }
  // The request is over, whatever came of it: its parts are free.
  void end_request();
  void pause(Clock::time_point retry_at);
  Clock::time_point retry_at() const { return retry_at_; }
  void retire() { state_ = State::idle; }

  BodyPiece next_body() override;
  void body_acked(uint64_t bytes) override;

  // Of this object:
  unsigned attempts = 0;
  uint64_t bytes_sent = 0;       // in attempts that are over
  uint64_t bytes_shown = 0;      // of its content, to who watches
  uint64_t bytes_kept = 0;       // by the server, of attempts before the last
  Clock::time_point moved_at{};  // when something was heard of its request

 private:
  void skip(BodyBuffer& part) const;
  BodyPiece next_segment();
  void free_acked();
  // Of a part, on the wire.
  uint64_t wire_bytes(const BodyBuffer& part) const {
    return as_pieces_ ? part.pieces.encoded_bytes() : part.bytes - part.skipped;
  }

  ObjectBody body_;
  BodyBuffers& buffers_;
  const bool takes_pieces_;
  bool plain_ = false;
  bool as_pieces_ = false;
  bool in_parts_ = false;
  PartPlace place_;
  std::string identity_;  // of the file that the place is for
  uint64_t begin_ = 0;    // what is before it the server has
  uint64_t part_at_ = 0;  // where the part read last begins
  State state_ = State::idle;
  bool reading_ = false;
  bool read_to_end_ = false;
  std::deque<BodyBuffer*> parts_;
  size_t next_ = 0;                   // of parts_, to be given to the connection
  size_t next_segment_ = 0;           // of parts_[next_]
  uint64_t acked_of_first_ = 0;       // bytes of parts_.front()
  uint64_t acked_ = 0;                // bytes of this request
  std::optional<uint64_t> acked_to_;  // of the content, in the attempt before
  uint64_t given_ = 0;                // to the connection
  uint64_t acked_content_ = 0;        // of its parts that are free again
  std::optional<uint64_t> request_;
  Clock::time_point retry_at_;
};

}  // namespace penstock
