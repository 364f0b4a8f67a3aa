// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "gateway/gateway_route.h"
#include "gateway/made_answer.h"
#include "http/http_message.h"

namespace penstock {

// What browsers ask and are told about requests of pages from elsewhere
// (https://fetch.spec.whatwg.org/#http-cors-protocol).

// Whether a browser asks if such a request may be made. It shows no token, and nothing of the store is told.
bool is_preflight(const HttpRequest& request);

// The 204 to it: the route's methods, and the fields that this server knows.
MadeAnswer preflight_answer(GatewayRoute route);

// Of any answer: pages of that origin (or "*") may see it, its fields, and how long it took. Never with
// credentials.
void grant_origin(HttpResponse& head, std::string_view origin);

// Caches have to know that an answer depends on who asks.
void vary_by_origin(HttpResponse& head);

}  // namespace penstock
