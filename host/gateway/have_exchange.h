// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/digest.h"
#include "gateway/made_answer.h"
#include "gateway/place_count.h"
#include "http/http_service.h"
#include "store/store.h"

namespace penstock {

// Which of these blocks the store has: the request's body is their SHA-256 digests, one behind the other, the
// answer a bit for each, the first one the lowest bit of the first byte; bits behind the last are 0. A hint:
// a block may be there that no commit holds yet.
class HaveExchange final : public HttpExchange {
 public:
  static constexpr size_t kDigestsMax = 65536;
  static constexpr size_t kBodyBytesMax = kDigestsMax * sizeof(Digest);
  static constexpr size_t kSmallBodyBytes = 65536;  // of a question that is cheap to answer

  // Begins the exchange that answers, once the digests are there.
  using Ask = std::function<std::unique_ptr<HttpExchange>(std::vector<Digest> digests, PlaceCount::Place)>;

  // `place` is held as long as there are digests: it goes on to `ask` with them.
  HaveExchange(PlaceCount::Place place, size_t bytes_max, Ask ask)
      : bytes_max_(bytes_max), place_(std::move(place)), ask_(std::move(ask)) {}

  size_t take_body(Bytes bytes) override;
  void end_body() override;
  const HttpResponse* response() const override { return answer_ ? answer_->response() : nullptr; }
  BodyRead read_body(MutableBytes into) override;
  bool refuses_body() const override { return answer_ && !body_ended_; }

 private:
  void refuse_body(unsigned status, const char* why);

  const size_t bytes_max_;
  PlaceCount::Place place_;
  Ask ask_;
  std::vector<uint8_t> body_;
  bool body_ended_ = false;
  std::unique_ptr<HttpExchange> answer_;
};

// The answer. What keeps the store from giving one is told to `report`, where there is one.
MadeAnswer have_answer(Store& store, const std::vector<Digest>& digests,
                       const std::function<void(const Error&)>& report);

}  // namespace penstock
