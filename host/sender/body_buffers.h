// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/check.h"
#include "sender/body_buffer.h"

namespace penstock {

// The buffers of all uploads, a fixed number. The one given back last is taken first: it is in the cache. One
// thread.
class BodyBuffers {
 public:
  explicit BodyBuffers(size_t count) : all_(count) {
    for (BodyBuffer& buffer : all_) free_.push_back(&buffer);
  }

  // Null: all are in use.
  BodyBuffer* take() {
    if (free_.empty()) return nullptr;
    BodyBuffer* buffer = free_.back();
    free_.pop_back();
    buffer->bytes = 0;
    buffer->skipped = 0;
    buffer->first = false;
    buffer->last = false;
    buffer->pieces.clear();
    buffer->asked = false;
    buffer->questions = 0;
    return buffer;
  }
  void give_back(BodyBuffer* buffer) {
    PENSTOCK_CHECK(buffer != nullptr && free_.size() < all_.size());
    free_.push_back(buffer);
  }
  size_t count() const { return all_.size(); }

 private:
  std::vector<BodyBuffer> all_;
  std::vector<BodyBuffer*> free_;
};

}  // namespace penstock
