// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gateway/body_source.h"
#include "http/http_message.h"

namespace penstock {

// An answer that is known: its head, and where its body comes from. No body: it is empty.
struct MadeAnswer {
  HttpResponse head;
  std::unique_ptr<BodySource> body;
};

}  // namespace penstock
