// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "http/http_service.h"
#include "http1/http1_limits.h"
#include "http1/http1_tally.h"

namespace penstock {

// What the requests of a listener share. The loop's.
struct Http1Site {
  HttpService* service = nullptr;
  Http1Tally* tally = nullptr;
  Http1Limits limits{};
  std::string alt_svc{};  // the field's value; empty: none
  bool draining = false;  // connections end with their present response
};

}  // namespace penstock
