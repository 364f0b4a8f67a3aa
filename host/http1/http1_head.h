// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>

#include <string>
#include <tl/expected.hpp>

#include "http/http_message.h"
#include "http1/http1_limits.h"
#include "http1/http1_refusal.h"

namespace penstock {

// The first line of a request, as the HTTP library keeps it: pointers into its own buffer.
struct RequestLine {
  const char* method;
  const char* target;
  const char* version;
};

// The head of a request that two servers would take for the same: what is ambiguous was refused.
struct RequestHead {
  HttpRequest request{};
  bool expects_continue = false;  // the client waits for leave to send the body
  bool of_http10 = false;         // knows no chunks
};

// Reads what the HTTP library has parsed. `target` is as the client sent it; `line.target` may have been
// changed since.
tl::expected<RequestHead, Http1Refusal> read_request_head(MHD_Connection* connection, const RequestLine& line,
                                                          const std::string& target,
                                                          const Http1Limits& limits);

}  // namespace penstock
