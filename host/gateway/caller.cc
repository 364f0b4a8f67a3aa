// SPDX-License-Identifier: Apache-2.0
#include "gateway/caller.h"

#include <algorithm>

#include "gateway/access_token.h"

namespace penstock {
namespace {

tl::unexpected<Refusal> unauthorized(const char* why, const char* challenge) {
  auto refusal = refuse(401, "this request", why,
                        "send a token that the operator gave you: Authorization: Bearer TOKEN");
  refusal.value().fields.push_back({"www-authenticate", challenge});
  return refusal;
}

constexpr const char* kAsk = R"(Bearer realm="penstock")";
constexpr const char* kInvalid = R"(Bearer realm="penstock", error="invalid_token")";

}  // namespace

OrRefusal<Caller> identify(const HttpRequest& request, const HttpPeer& peer, const AccessList& list,
                           int64_t now) {
  Caller caller;
  if (const AccessEntry* entry = list.certificate(peer.certificate);
      entry != nullptr && !entry->expired(now)) {
    caller.name = "certificate " + entry->name;
    caller.rights |= entry->rights;
  }
  const auto fields = std::ranges::count(request.fields, "authorization", &HttpField::name);
  if (fields > 1) return unauthorized("it has more than one Authorization field", kInvalid);
  if (fields == 1) {
    const auto token = bearer_token(*find_field(request.fields, "authorization"));
    const AccessEntry* entry = token ? list.token(token_digest(*token)) : nullptr;
    if (entry == nullptr) return unauthorized("its token is not known here", kInvalid);
    if (entry->expired(now)) return unauthorized("its token has expired", kInvalid);
    caller.name = "token " + entry->name;
    caller.rights |= entry->rights;
  }
  if (caller.name.empty()) return unauthorized("nobody may do anything here without a token", kAsk);
  return caller;
}

}  // namespace penstock
