// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "gateway/gateway_counters.h"
#include "gateway/made_answer.h"
#include "http/http_service.h"
#include "intake/upload_door.h"

namespace penstock {

// An upload on its way through the door. Its answer comes when its commit is durable, or when it can no
// longer come to that.
class UploadExchange final : public HttpExchange {
 public:
  struct Place {
    uint64_t exchange = 0;
    uint64_t upload = 0;               // the door's
    std::optional<uint64_t> expected;  // Content-Length
    uint64_t bytes_max = 0;
    bool pieces = false;  // UploadKind::pieces
    // Of an upload in parts.
    struct Part {
      bool complete = false;          // the object ends with this body
      bool created = false;           // by this request
      uint64_t offset = 0;            // of the object, where the body begins
      std::optional<uint64_t> bytes;  // of the object
      int64_t age_s_max = 0;          // for who creates it
    };
    std::optional<Part> part{};
  };

  // `gone` is called once, when it has its answer or is destroyed. What is referred to outlives it.
  UploadExchange(UploadDoor& door, GatewayCounters& counters, const Place& place, std::function<void()> gone);
  ~UploadExchange() override;

  uint64_t exchange() const { return place_.exchange; }
  // The door's result.
  void settle(const Result<StoredUpload>& result);
  // It has left the door, and can be gone on with.
  void suspended(const UploadNews::Suspended& news);
  // Somebody else asks for the upload: lets it go, unless all of this part is here.
  void let_go();

  size_t take_body(Bytes bytes) override;
  void end_body() override;
  const HttpResponse* response() const override { return answer_ ? &answer_->head : nullptr; }
  BodyRead read_body(MutableBytes into) override;
  bool refuses_body() const override { return answer_ && !body_ended_; }
  // What is there already, and zeros, need next to no bytes.
  bool may_be_silent() const override { return place_.pieces; }

 private:
  // Answers, and takes the upload back.
  void break_off(MadeAnswer answer);
  void leave();
  uint64_t offset() const { return place_.part ? place_.part->offset : 0; }
  bool too_long(size_t more);

  UploadDoor* door_;
  GatewayCounters* counters_;
  const Place place_;
  const std::function<void()> gone_;
  uint64_t bytes_ = 0;  // of the body, taken
  bool body_ended_ = false;
  bool dropped_ = false;
  bool left_ = false;
  bool settled_ = false;  // the door knows nothing of it any more
  std::optional<MadeAnswer> answer_;
};

}  // namespace penstock
