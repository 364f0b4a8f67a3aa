// SPDX-License-Identifier: Apache-2.0
#include "gateway/cross_origin.h"

#include <algorithm>
#include <string>

namespace penstock {
namespace {

// Beside those that every page may send.
constexpr const char* kRequestFields =
    "authorization, cache-control, content-type, if-none-match, if-range, range, upload-complete, "
    "upload-length, upload-offset, user-agent, x-requested-with";
// Beside those that every page may see.
constexpr const char* kResponseFields =
    "accept-ranges, allow, content-disposition, content-length, content-location, content-range, etag, "
    "location, retry-after, upload-complete, upload-length, upload-limit, upload-offset, www-authenticate, "
    "x-ipfs-path, x-ipfs-roots";
// What a browser was told it need not ask again for so many seconds; Chromium keeps it for two hours at most.
constexpr const char* kPreflightSeconds = "7200";

}  // namespace

bool is_preflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && find_field(request.fields, "origin") &&
         find_field(request.fields, "access-control-request-method");
}

MadeAnswer preflight_answer(GatewayRoute route) {
  MadeAnswer answer;
  answer.head.status = 204;
  answer.head.fields = {{"access-control-allow-methods", std::string(gateway_route_methods(route))},
                        {"access-control-allow-headers", kRequestFields},
                        {"access-control-max-age", kPreflightSeconds},
                        {"cache-control", "no-store"}};
  return answer;
}

void grant_origin(HttpResponse& head, std::string_view origin) {
  head.fields.push_back({"access-control-allow-origin", std::string(origin)});
  head.fields.push_back({"access-control-expose-headers", kResponseFields});
  head.fields.push_back({"timing-allow-origin", std::string(origin)});
}

void vary_by_origin(HttpResponse& head) {
  const auto vary = std::ranges::find(head.fields, "vary", &HttpField::name);
  if (vary == head.fields.end()) {
    head.fields.push_back({"vary", "origin"});
  } else {
    vary->value += ", origin";
  }
}

}  // namespace penstock
