// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "gateway/access_list.h"
#include "gateway/refusal.h"
#include "gateway/rights.h"
#include "http/http_message.h"

namespace penstock {

// Who asks, and what they may do.
struct Caller {
  std::string name;  // the token's or the certificate's: "token backup"
  Rights rights;
};

// By its bearer token, its certificate or both: it has the rights of both. Refused with 401: by neither; a
// token that is not known or has expired, whatever the certificate says. `now`: seconds since 1970.
OrRefusal<Caller> identify(const HttpRequest& request, const HttpPeer& peer, const AccessList& list,
                           int64_t now);

}  // namespace penstock
