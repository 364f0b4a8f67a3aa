// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_service.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/check.h"
#include "chunking/piece_head.h"
#include "gateway/content_answer.h"
#include "gateway/counted_exchange.h"
#include "gateway/cross_origin_exchange.h"
#include "gateway/have_exchange.h"
#include "gateway/held_body.h"
#include "gateway/media_type.h"
#include "gateway/partial_answer.h"
#include "gateway/read_exchange.h"
#include "gateway/ready_exchange.h"
#include "gateway/upload_fields.h"
#include "gateway/upload_name.h"

namespace penstock {
namespace {

constexpr std::string_view kObjectsPath = "/objects/";
constexpr std::string_view kContentPath = "/ipfs/";

// What a head may show of it again: nothing that ends a line, and no space.
bool plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// Of a request for metrics without a token: it has one after all, or comes from a page, or through a proxy.
constexpr std::array<std::string_view, 5> kNotFromHere = {"authorization", "origin", "forwarded",
                                                          "x-forwarded-for", "via"};

// An older client names nobody.
bool names_loopback(std::string_view authority) {
  const size_t port = authority.rfind(':');
  if (port != std::string_view::npos && authority.find(']', port) == std::string_view::npos)
    authority = authority.substr(0, port);
  return authority.empty() || authority == "localhost" || authority == "127.0.0.1" || authority == "[::1]";
}

tl::unexpected<Refusal> busy(unsigned status, const char* what, const char* why, const char* seconds = "2") {
  auto refusal = refuse(status, what, why, "try again in a moment");
  refusal.value().fields.push_back({"retry-after", seconds});
  return refusal;
}

// Of its body; parameters are of no account.
bool has_media_type(const HttpRequest& request, std::string_view type) {
  const std::string_view field = find_field(request.fields, "content-type").value_or("");
  const std::string_view name = field.substr(0, field.find_first_of("; \t"));
  return std::ranges::equal(name, type, [](char a, char b) {
    return a == b || (a >= 'A' && a <= 'Z' && static_cast<char>(a + ('a' - 'A')) == b);
  });
}

// Others have all the places.
tl::unexpected<Refusal> crowded(const char* what, const char* why) {
  auto refusal = busy(503, what, why);
  refusal.value().for_want_of_place = true;
  return refusal;
}

tl::unexpected<Refusal> no_right(const char* right) {
  return refuse(403, "this request", std::string("it takes the right to ") + right,
                "ask the operator for a token that has it");
}

std::unique_ptr<HttpExchange> ready(MadeAnswer answer, const HttpRequest& request) {
  return std::make_unique<ReadyExchange>(std::move(answer), request.has_body);
}

}  // namespace

GatewayService::GatewayService(const GatewayOptions& options, const GatewayParts& parts,
                               std::unique_ptr<UploadDoor> door, std::function<void()> wake)
    : options_(options),
      parts_(parts),
      door_(std::move(door)),
      mailbox_(std::make_shared<Mailbox>(std::move(wake))),
      reads_(options.limits.reads_max),
      cars_(options.limits.cars_max),
      listings_(options.limits.listings_max),
      haves_(options.limits.haves_max),
      small_haves_(options.limits.small_haves_max) {}

GatewayService::~GatewayService() {
  PENSTOCK_CHECK(uploads_.empty());
  mailbox_->close();
}

std::unique_ptr<HttpExchange> GatewayService::begin(const HttpRequest& request, const HttpPeer& peer,
                                                    uint64_t id) {
  const GatewayRoute route = gateway_route(request.path);
  const auto origin = find_field(request.fields, "origin");
  const auto granted = origin ? options_.origins.granted(*origin, route) : std::nullopt;
  const Asked asked{request, peer, route, id, granted};
  auto answering = answer(asked);
  std::unique_ptr<HttpExchange> exchange =
      answering ? std::move(*answering) : ready(refusal_answer(answering.error()), request);
  exchange = std::make_unique<CountedExchange>(std::move(exchange), route, *parts_.counters);
  if (!options_.origins.empty())
    exchange = std::make_unique<CrossOriginExchange>(std::move(exchange), granted);
  return exchange;
}

GatewayService::Answering GatewayService::answer(const Asked& asked) {
  const HttpRequest& request = asked.request;
  if (asked.origin && is_preflight(request)) return ready(preflight_answer(asked.route), request);
  const bool takes = gateway_route_takes(asked.route, request.method);
  if (asked.route == GatewayRoute::healthz && takes) return ready(health(), request);
  if (asked.route == GatewayRoute::metrics && takes && may_see_metrics(asked))
    return ready(metrics(), request);

  const int64_t now = options_.now ? options_.now() : int64_t{std::time(nullptr)};
  const auto caller = identify(request, asked.peer, *parts_.access->list(), now);
  if (!caller) return tl::unexpected<Refusal>(caller.error());
  if (asked.route == GatewayRoute::none)
    return refuse(404, "this path", "leads nowhere", "see /objects/, /uploads/, /ipfs/, /v1/store, /v1/have");
  if (!takes) {
    auto refusal = refuse(405, "this method", "is not for this path");
    refusal.value().fields.push_back({"allow", std::string(gateway_route_methods(asked.route))});
    return refusal;
  }
  if (!plain_ascii(request.path) || !plain_ascii(request.query))
    return refuse(400, "the path", "has characters in it that must be percent-encoded");
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): it loses sight of a pointer in an expected
  return answer_caller(asked, *caller);
}

GatewayService::Answering GatewayService::answer_caller(const Asked& asked, const Caller& caller) {
  const Rights& rights = caller.rights;
  if (asked.route == GatewayRoute::metrics)
    return rights.admin ? Answering(ready(metrics(), asked.request)) : no_right("see metrics (admin)");
  if (asked.route == GatewayRoute::store && !rights.append && !rights.read) return no_right("append or read");
  const bool appends = asked.route == GatewayRoute::objects || asked.route == GatewayRoute::uploads;
  if (appends && !rights.append) return no_right("append");
  const bool reads = asked.route == GatewayRoute::ipfs || asked.route == GatewayRoute::have;
  if (reads && !rights.read) return no_right("read");
  if (draining_) return busy(503, "this server", "is shutting down");
  switch (asked.route) {
    case GatewayRoute::objects:
      return begin_upload(asked, caller);
    case GatewayRoute::uploads:
      return begin_partial(asked, caller);
    case GatewayRoute::ipfs:
      return begin_content(asked);
    case GatewayRoute::have:
      return begin_have(asked);
    case GatewayRoute::store:
    case GatewayRoute::metrics:
    case GatewayRoute::healthz:
    case GatewayRoute::none:
      break;
  }
  return ready(store_text(rights), asked.request);
}

GatewayService::Answering GatewayService::begin_upload(const Asked& asked, const Caller& caller) {
  auto name = parse_upload_name(std::string_view(asked.request.path).substr(kObjectsPath.size()));
  if (!name) return tl::unexpected<Refusal>(std::move(name).error());
  const auto fields = parse_upload_fields(asked.request);
  if (!fields) return tl::unexpected<Refusal>(fields.error());
  const bool pieces = has_media_type(asked.request, kPiecesMediaType);
  // Whether it comes to something tells what is here.
  if (pieces && !caller.rights.read) return no_right("read, to leave out what is here");
  UploadStart start{std::move(*name), pieces ? UploadKind::pieces : UploadKind::file,
                    options_.limits.object_bytes_max};
  // Else the commit's CID, a digest of fields that he can guess, would tell what was here.
  start.tells_new = caller.rights.read;
  if (fields->complete.value_or(true)) return admit_upload(asked, caller, start, std::nullopt);
  if (pieces) return refuse(415, "this upload", "comes in pieces, and not in parts as well");
  if (parts_.partials == nullptr)
    return refuse(501, "this upload", "this server takes no objects in parts", "send it whole");
  if (fields->bytes.value_or(0) > options_.limits.object_bytes_max)
    return refuse(413, "the upload", "is larger than this server takes", "see limits in /v1/store");
  start.partial = PartialStart{{}, caller.name, fields->bytes, 0};
  return admit_upload(asked, caller, start,
                      UploadExchange::Place::Part{.complete = false,
                                                  .created = true,
                                                  .offset = 0,
                                                  .bytes = fields->bytes,
                                                  .age_s_max = parts_.partials->options().age_s_max});
}

GatewayService::Answering GatewayService::begin_partial(const Asked& asked, const Caller& caller) {
  const auto unknown = [] { return refuse(404, "this upload", "is not known here", "begin it again"); };
  if (parts_.partials == nullptr) return unknown();
  const std::string_view token = std::string_view(asked.request.path).substr(kUploadsPath.size());
  const bool removes = asked.request.method == "DELETE";
  PartialUploads::Found found;
  switch (removes ? parts_.partials->remove(token, caller.name)
                  : parts_.partials->look_up(token, caller.name, found)) {
    case PartialUploads::Verdict::unknown:
      return unknown();
    case PartialUploads::Verdict::busy:
      return busy(503, "this upload", "is under way over another connection, which is asked to let it go",
                  "1");
    case PartialUploads::Verdict::found:
      break;
  }
  if (removes) return ready(partial_gone_answer(), asked.request);
  if (asked.request.method == "HEAD")
    return ready(partial_state_answer(found, options_.limits.object_bytes_max), asked.request);
  return begin_append(asked, caller, found);
}

GatewayService::Answering GatewayService::begin_append(const Asked& asked, const Caller& caller,
                                                       const PartialUploads::Found& found) {
  const HttpRequest& request = asked.request;
  if (find_field(request.fields, "content-type") != kPartialUploadMediaType)
    return refuse(415, "this part", "is not application/partial-upload", "say so in Content-Type");
  const auto fields = parse_upload_fields(request);
  if (!fields) return tl::unexpected<Refusal>(fields.error());
  if (!fields->offset || !fields->complete)
    return refuse(400, "this part", "does not say where it belongs",
                  "send Upload-Offset and Upload-Complete");
  if (found.result) {
    // Its answer was lost, perhaps: the last part again has the same one.
    const uint64_t bytes = found.result->bytes;
    const bool same = *fields->complete && *fields->offset <= bytes &&
                      request.content_bytes.value_or(bytes - *fields->offset) == bytes - *fields->offset;
    return ready(same ? stored_answer(*found.result) : completed_answer(bytes), request);
  }
  if (*fields->offset != found.offset) return ready(mismatch_answer(found.offset, *fields->offset), request);
  UploadStart start;
  start.tells_new = caller.rights.read;
  start.partial = PartialStart{request.path.substr(kUploadsPath.size()), caller.name, {}, found.offset};
  return admit_upload(asked, caller, start,
                      UploadExchange::Place::Part{.complete = *fields->complete,
                                                  .created = false,
                                                  .offset = found.offset,
                                                  .bytes = found.bytes ? found.bytes : fields->bytes,
                                                  .age_s_max = 0});
}

GatewayService::Answering GatewayService::admit_upload(const Asked& asked, const Caller& caller,
                                                       const UploadStart& start,
                                                       std::optional<UploadExchange::Place::Part> part) {
  const uint64_t before = part ? part->offset : 0;
  if (asked.request.content_bytes.value_or(0) > options_.limits.object_bytes_max - before)
    return refuse(413, "the upload", "is larger than this server takes", "see limits in /v1/store");
  if (uploads_.size() >= options_.limits.uploads_max)
    return crowded("this upload", "too many others are under way");
  const auto own = uploads_of_.find(caller.name);
  if (own != uploads_of_.end() && own->second >= options_.limits.uploads_per_caller_max)
    return busy(429, "this upload", "too many of yours are under way");
  const UploadAdmission admission = door_->begin(start);
  switch (admission.verdict) {
    case UploadAdmission::Verdict::draining:
      return busy(503, "this server", "is shutting down");
    case UploadAdmission::Verdict::too_many:
      return crowded("this upload", "too many others are under way");
    case UploadAdmission::Verdict::taken:
      return busy(503, "this upload", "is under way over another connection", "1");
    case UploadAdmission::Verdict::failed:
      if (options_.report) options_.report(admission.error);
      return refuse(503, "this upload", "the store takes nothing more", "tell the operator");
    case UploadAdmission::Verdict::begun:
      break;
  }
  const UploadExchange::Place place{asked.id,
                                    admission.id,
                                    asked.request.content_bytes,
                                    options_.limits.object_bytes_max,
                                    start.kind == UploadKind::pieces,
                                    part};
  auto exchange = std::make_unique<UploadExchange>(
      *door_, *parts_.counters, place,
      [this, upload = admission.id, name = caller.name] { forget_upload(upload, name); });
  uploads_.emplace(admission.id, exchange.get());
  ++uploads_of_[caller.name];
  return exchange;
}

void GatewayService::forget_upload(uint64_t upload, const std::string& caller) {
  uploads_.erase(upload);
  const auto own = uploads_of_.find(caller);
  if (--own->second == 0) uploads_of_.erase(own);
}

GatewayService::Answering GatewayService::begin_content(const Asked& asked) {
  const std::string_view rest = std::string_view(asked.request.path).substr(kContentPath.size());
  auto content = parse_content_request(asked.request);
  if (!content) {
    const bool probe = rest == kProbeCid && asked.request.method != "POST";
    if (!probe) return tl::unexpected<Refusal>(std::move(content).error());
    const auto accept = find_field(asked.request.fields, "accept").value_or("");
    const bool car = asked.request.query.find("format=car") != std::string::npos ||
                     accept.find(kCarMediaType) != std::string_view::npos;
    return ready(make_probe_answer(car), asked.request);
  }
  PlaceCount::Place car;
  if (content->format == ContentFormat::car && !content->car.duplicates && !content->head) {
    car = cars_.take();
    if (!car) return crowded("this CAR", "too many others are being made");
  }
  ContentBounds bounds{listings_, options_.report};
  return read_later(
      asked.request, asked.id, std::move(car),
      [content = std::move(*content), bounds = std::move(bounds)](Store& /*store*/, BlockSource& source) {
        return make_content_answer(content, source, bounds);
      });
}

GatewayService::Answering GatewayService::begin_have(const Asked& asked) {
  if (asked.request.content_bytes.value_or(0) > HaveExchange::kBodyBytesMax)
    return refuse(413, "the list of digests", "is too long", "send up to 65,536 digests of 32 bytes each");
  const bool small = asked.request.content_bytes.value_or(UINT64_MAX) <= HaveExchange::kSmallBodyBytes;
  PlaceCount::Place place = (small ? small_haves_ : haves_).take();
  if (!place) return busy(429, "this question", "too many others are being answered");
  // The request itself is gone when its body has come.
  auto ask = [this, id = asked.id](std::vector<Digest> digests,
                                   PlaceCount::Place large) -> std::unique_ptr<HttpExchange> {
    const HttpRequest none;
    auto answering = read_later(
        none, id, std::move(large),
        [digests = std::move(digests), report = options_.report](Store& store, BlockSource& /*source*/) {
          return have_answer(store, digests, report);
        });
    return answering ? std::move(*answering) : ready(refusal_answer(answering.error()), none);
  };
  const size_t bytes_max = small ? HaveExchange::kSmallBodyBytes : HaveExchange::kBodyBytesMax;
  return std::make_unique<HaveExchange>(std::move(place), bytes_max, std::move(ask));
}

GatewayService::Answering GatewayService::read_later(const HttpRequest& request, uint64_t id,
                                                     PlaceCount::Place large, PooledAnswer::Maker maker) {
  PlaceCount::Place place = reads_.take();
  if (!place) return crowded("this request", "too many others are being answered");
  PooledAnswer::Places places{std::move(place), std::move(large)};
  auto answer = std::make_shared<PooledAnswer>(
      *parts_.readers, mailbox_, id, std::move(places),
      PooledAnswer::Options{options_.limits.body_buffer_bytes, request.method == "HEAD", options_.report},
      std::move(maker));
  return std::make_unique<ReadExchange>(std::move(answer), request.has_body);
}

void GatewayService::poll(std::vector<uint64_t>& ready) {
  mailbox_->take(ready);
  door_->poll(news_);
  for (const UploadNews::Ended& ended : news_.ended) {
    if (!ended.result && options_.report) options_.report(ended.result.error());
    const auto upload = uploads_.find(ended.id);
    if (upload == uploads_.end()) continue;
    ready.push_back(upload->second->exchange());
    upload->second->settle(ended.result);  // which may take it from uploads_
  }
  for (const UploadNews::Suspended& suspended : news_.suspended) {
    const auto upload = uploads_.find(suspended.id);
    if (upload == uploads_.end()) continue;
    ready.push_back(upload->second->exchange());
    upload->second->suspended(suspended);
  }
  for (const uint64_t id : news_.wanted) {
    const auto upload = uploads_.find(id);
    if (upload == uploads_.end()) continue;
    ready.push_back(upload->second->exchange());
    upload->second->let_go();
  }
  for (const uint64_t id : news_.writable) {
    const auto upload = uploads_.find(id);
    if (upload != uploads_.end()) ready.push_back(upload->second->exchange());
  }
  news_.ended.clear();
  news_.suspended.clear();
  news_.wanted.clear();
  news_.writable.clear();
}

void GatewayService::drain() {
  draining_ = true;
  door_->drain();
}

// A program of this machine, that is, and not a page in its browser whose host's name leads here, nor
// somebody behind its proxy.
bool GatewayService::may_see_metrics(const Asked& asked) const {
  const HttpRequest& request = asked.request;
  return options_.metrics_from_loopback && asked.peer.loopback && names_loopback(request.authority) &&
         std::ranges::none_of(request.fields, [](const HttpField& field) {
           return std::ranges::find(kNotFromHere, field.name) != kNotFromHere.end();
         });
}

MadeAnswer GatewayService::health() const {
  std::string trouble = options_.trouble ? options_.trouble() : std::string();
  if (trouble.empty() && draining_) trouble = "is shutting down";
  if (!trouble.empty()) return refusal_answer({503, "this server", std::move(trouble), {}, {}});
  MadeAnswer answer = held_answer(200, "text/plain; charset=utf-8", "ok\n");
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

MadeAnswer GatewayService::store_text(const Rights& rights) const {
  nlohmann::ordered_json json;
  json["version"] = options_.version;
  json["chunker"] = parts_.store->config().chunker;
  json["profile"] = options_.profile;
  json["codec"] = parts_.store->config().codec;
  json["rights"] = right_names(rights);
  json["bodies"] = {"application/octet-stream", kPiecesMediaType};
  json["limits"]["object_bytes"] = options_.limits.object_bytes_max;
  json["limits"]["name_bytes"] = kUploadNameBytesMax;
  json["limits"]["uploads"] = options_.limits.uploads_per_caller_max;
  // Objects may come in parts.
  if (parts_.partials != nullptr) {
    json["limits"]["partial_uploads"] = parts_.partials->options().per_caller_max;
    json["limits"]["partial_upload_seconds"] = parts_.partials->options().age_s_max;
  }
  json["limits"]["have_digests"] = HaveExchange::kDigestsMax;
  MadeAnswer answer = held_answer(200, kJsonMediaType, json.dump() + "\n");
  answer.head.fields.push_back({"cache-control", "no-store"});
  return answer;
}

MadeAnswer GatewayService::metrics() const {
  MetricsText text;
  parts_.counters->write_metrics(text);
  for (const MetricsSource* source : parts_.metrics) source->write_metrics(text);
  return held_answer(200, "text/plain; version=0.0.4; charset=utf-8", text.text());
}

}  // namespace penstock
