// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "http/http_service.h"

namespace penstock {

// The next bytes of a body that is sent. They stay where they are until they are said to be acknowledged, or
// the stream is gone.
struct BodyPiece {
  Bytes bytes{};
  BodyRead::State state = BodyRead::State::end;
};

}  // namespace penstock
