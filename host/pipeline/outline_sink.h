// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "pipeline/batch.h"

namespace penstock {

// Takes outlines in stream order. One thread at a time.
class OutlineSink {
 public:
  virtual ~OutlineSink() = default;
  virtual Status consume(const BatchOutline& outline) = 0;
};

}  // namespace penstock
