// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "sender/body_buffer.h"
#include "sender/object_body.h"

namespace penstock {

class UploadLane;

// What the sending thread asks of the reading one, and how it went. While it is there, body and buffer are
// the reading thread's.
struct BodyTask {
  enum class Kind : uint8_t {
    next,   // the next object's first part
    again,  // this object's first part once more
    go_on,  // its next part
  };

  Kind kind = Kind::next;
  UploadLane* lane = nullptr;  // the sending thread's
  ObjectBody* body = nullptr;
  BodyBuffer* buffer = nullptr;

  bool no_more = false;           // there is no next object
  std::optional<Error> error{};   // code partial: this object came to nothing; any other: so will all
  std::vector<Error> left_out{};  // entries that were passed over
};

}  // namespace penstock
