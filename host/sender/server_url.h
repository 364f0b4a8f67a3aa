// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// Where a server is: https://HOST[:PORT][/].
struct ServerUrl {
  std::string host;       // a name or an address, without brackets: what its certificate has to be for
  std::string authority;  // HOST:PORT, an IPv6 address in brackets
};

// usage error: anything else than that.
Result<ServerUrl> parse_server_url(std::string_view text);

}  // namespace penstock
