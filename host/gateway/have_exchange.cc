// SPDX-License-Identifier: Apache-2.0
#include "gateway/have_exchange.h"

#include <cstring>
#include <string>
#include <utility>

#include "gateway/held_body.h"
#include "gateway/ready_exchange.h"
#include "gateway/refusal.h"

namespace penstock {

void HaveExchange::refuse_body(unsigned status, const char* why) {
  answer_ = std::make_unique<ReadyExchange>(
      refusal_answer({status, "the list of digests", why, "send up to 65,536 digests of 32 bytes each", {}}),
      true);
  body_ = {};
  place_ = {};
}

size_t HaveExchange::take_body(Bytes bytes) {
  if (answer_) return bytes.size();
  if (bytes.size() > bytes_max_ - body_.size()) {
    refuse_body(413, "is too long");
    return bytes.size();
  }
  body_.insert(body_.end(), bytes.begin(), bytes.end());
  return bytes.size();
}

void HaveExchange::end_body() {
  body_ended_ = true;
  if (answer_) return;
  if (body_.size() % sizeof(Digest) != 0) return refuse_body(400, "does not consist of whole digests");
  std::vector<Digest> digests(body_.size() / sizeof(Digest));
  if (!body_.empty()) std::memcpy(digests.data(), body_.data(), body_.size());
  body_ = {};
  answer_ = ask_(std::move(digests), std::move(place_));
}

BodyRead HaveExchange::read_body(MutableBytes into) {
  if (!answer_) return {0, BodyRead::State::wait};
  return answer_->read_body(into);
}

MadeAnswer have_answer(Store& store, const std::vector<Digest>& digests,
                       const std::function<void(const Error&)>& report) {
  std::vector<BlockLocation> locations(digests.size());
  const Status found = store.find(digests, locations);
  if (!found) {
    if (report) report(found.error());
    return refusal_answer(refusal_of(found.error()));
  }
  std::string bits((digests.size() + 7) / 8, '\0');
  for (size_t i = 0; i < locations.size(); ++i) {
    // What is in quarantine alone is to be sent again: that heals it.
    if (locations[i].placement) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
  }
  return held_answer(200, "application/octet-stream", std::move(bits));
}

}  // namespace penstock
