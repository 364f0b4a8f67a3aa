// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>

#include <memory>

#include "http1/http1_head.h"
#include "http1/http1_refusal.h"
#include "http1/http1_site.h"

namespace penstock {

struct Http1ResponseEnd {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};

// A response as the HTTP library takes it.
using Http1Response = std::unique_ptr<MHD_Response, Http1ResponseEnd>;

// `reader` gives the body when it is wanted, and is called with `owner`. Null: the service's head has a
// status or a field that HTTP does not allow.
Http1Response make_http1_response(const HttpResponse& head, const RequestHead& request, const Http1Site& site,
                                  MHD_ContentReaderCallback reader, void* owner);
Http1Response make_http1_response(const Http1Refusal& refusal, const Http1Site& site);

// Whether a field is between the ends of one connection, which is for the HTTP library to say.
bool is_hop_by_hop(std::string_view lower_case_name);

}  // namespace penstock
