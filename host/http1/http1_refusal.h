// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "http1/http1_tally.h"

namespace penstock {

// A request that the service never gets to see, or the last word to a client.
struct Http1Refusal {
  unsigned status = 400;
  Http1Count count = Http1Count::refused_malformed;
  const char* why = "";  // constants without quotes or backslashes
  const char* remedy = "";

  // {"error":"request","why":...,"todo":...}
  std::string json() const;
};

// "HTTP/1.1 503 Service Unavailable\r\n", with fields that are the same for every answer behind which the
// connection is closed.
std::string closing_head(unsigned status, std::string_view alt_svc);
// A whole answer, behind which the connection is closed.
std::string closing_answer(const Http1Refusal& refusal, std::string_view alt_svc);

}  // namespace penstock
