// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/caller.h"
#include "gateway/content_request.h"
#include "gateway/gateway_options.h"
#include "gateway/gateway_route.h"
#include "gateway/mailbox.h"
#include "gateway/place_count.h"
#include "gateway/pooled_answer.h"
#include "gateway/upload_exchange.h"
#include "http/http_service.h"
#include "intake/upload_door.h"

namespace penstock {

// What the server does for one worker's requests, whatever version of HTTP brought them:
//   PUT /objects/NAME            append: an object into the store
//   HEAD, PATCH, DELETE /uploads/TOKEN   append: of an object that comes in parts
//   GET, HEAD /ipfs/CID[/PATH]   read: objects, as gateways of IPFS give them
//   GET, HEAD /v1/store          append or read: how to cut and what is taken
//   POST /v1/have                read: which blocks are there
//   GET, HEAD /metrics           admin
//   GET, HEAD /healthz           anybody
// Whether somebody may is found out before anything else: whoever may only append gets the same answer for an
// object that is there and for one that is not. Blocks are read as soon as they are appended, committed or
// not: who may read everything learns no more by that, and who may not sees neither. Owned by the worker,
// which destroys its exchanges first.
class GatewayService final : public HttpService {
 public:
  GatewayService(const GatewayOptions& options, const GatewayParts& parts, std::unique_ptr<UploadDoor> door,
                 std::function<void()> wake);
  ~GatewayService() override;

  std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer& peer, uint64_t id) override;
  void poll(std::vector<uint64_t>& ready) override;
  void drain() override;

 private:
  // A request that is being begun.
  struct Asked {
    const HttpRequest& request;
    const HttpPeer& peer;
    GatewayRoute route;
    uint64_t id;
    std::optional<std::string_view> origin;  // of the page that may see the answer
  };
  using Answering = OrRefusal<std::unique_ptr<HttpExchange>>;

  Answering answer(const Asked& asked);
  Answering answer_caller(const Asked& asked, const Caller& caller);
  Answering begin_upload(const Asked& asked, const Caller& caller);
  Answering begin_partial(const Asked& asked, const Caller& caller);
  Answering begin_append(const Asked& asked, const Caller& caller, const PartialUploads::Found& found);
  Answering admit_upload(const Asked& asked, const Caller& caller, const UploadStart& start,
                         std::optional<UploadExchange::Place::Part> part);
  Answering begin_content(const Asked& asked);
  Answering begin_have(const Asked& asked);
  Answering read_later(const HttpRequest& request, uint64_t id, PlaceCount::Place large,
                       PooledAnswer::Maker maker);
  MadeAnswer health() const;
  MadeAnswer store_text(const Rights& rights) const;
  MadeAnswer metrics() const;
  bool may_see_metrics(const Asked& asked) const;
  void forget_upload(uint64_t upload, const std::string& caller);

  const GatewayOptions options_;
  const GatewayParts parts_;
  std::unique_ptr<UploadDoor> door_;
  std::shared_ptr<Mailbox> mailbox_;
  PlaceCount reads_;
  PlaceCount cars_;
  PlaceCount listings_;
  PlaceCount haves_;
  PlaceCount small_haves_;
  std::unordered_map<uint64_t, UploadExchange*> uploads_;  // by the door's id
  std::unordered_map<std::string, size_t> uploads_of_;     // by the caller's name
  UploadNews news_;                                        // kept for its memory
  bool draining_ = false;
};

}  // namespace penstock
