// SPDX-License-Identifier: Apache-2.0
#include "unit/sender/lying_service.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "chunking/piece_head.h"

namespace penstock {
namespace {

class LyingExchange final : public HttpExchange {
 public:
  LyingExchange(HttpResponse head, std::string body, LyingScript::Mode mode)
      : head_(std::move(head)), body_(std::move(body)), mode_(mode) {}

  size_t take_body(Bytes bytes) override {
    if (mode_ != LyingScript::Mode::take_half) return bytes.size();
    const size_t taken = std::min(bytes.size(), room_);
    room_ -= taken;
    return taken;
  }
  void end_body() override { ended_ = true; }
  const HttpResponse* response() const override {
    return ended_ || mode_ == LyingScript::Mode::at_once ? &head_ : nullptr;
  }
  BodyRead read_body(MutableBytes into) override {
    const size_t part = std::min(into.size(), body_.size() - given_);
    if (part != 0) std::memcpy(into.data(), body_.data() + given_, part);
    given_ += part;
    return {part, given_ == body_.size() ? BodyRead::State::end : BodyRead::State::more};
  }
  bool refuses_body() const override { return mode_ == LyingScript::Mode::at_once; }

 private:
  const HttpResponse head_;
  const std::string body_;
  const LyingScript::Mode mode_;
  size_t room_ = 100'000;
  size_t given_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<HttpExchange> LyingService::begin(const HttpRequest& request, const HttpPeer& /*peer*/,
                                                  uint64_t /*id*/) {
  if (request.method == "GET")
    return std::make_unique<LyingExchange>(HttpResponse{script_.terms_status, {}, {}}, script_.terms,
                                           LyingScript::Mode::at_once);
  if (request.method == "POST") {
    ++script_.questions;
    return std::make_unique<LyingExchange>(HttpResponse{script_.have_status, {}, {}}, script_.have,
                                           LyingScript::Mode::answer);
  }
  const bool pieces = find_field(request.fields, "content-type") == kPiecesMediaType;
  if (pieces) ++script_.uploads_of_pieces;
  if (pieces && script_.refuses_pieces != 0)
    return std::make_unique<LyingExchange>(HttpResponse{script_.refuses_pieces, {}, {}},
                                           R"({"error":"gone"})", LyingScript::Mode::at_once);
  if (script_.uploads++ < script_.busy)
    return std::make_unique<LyingExchange>(HttpResponse{503, {}, {}}, R"({"error":"busy"})",
                                           LyingScript::Mode::at_once);
  return std::make_unique<LyingExchange>(HttpResponse{script_.status, {}, {}}, script_.body, script_.mode);
}

}  // namespace penstock
