// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "http1/http1_limits.h"
#include "http1/pem_pair.h"
#include "port/net_address.h"

namespace penstock {

struct Http1Options {
  NetAddress address;  // port 0: any
  // Without it, an address that others reach is refused unless there is `tls`.
  bool plain_beyond_loopback = false;
  std::optional<PemPair> tls;
  uint16_t http3_port = 0;  // is offered to clients by Alt-Svc; 0: is not
  Http1Limits limits;
};

}  // namespace penstock
