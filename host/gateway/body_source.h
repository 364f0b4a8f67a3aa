// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// The body of an answer, made front to back. One thread at a time, not always the same.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Writes the next bytes, up to into.size() of them, which is not 0; fewer only at the end, where it returns
  // 0 from then on. An error: the body cannot be completed.
  virtual Result<size_t> fill(MutableBytes into) = 0;
};

}  // namespace penstock
