// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// One anonymous mapping, 4 KiB-aligned, zeroed, made at start and registered with devices as a whole. Owns
// the mapping; move-only. Devices that take host memory want slabs of at least kSlabBytesMin.
class Slab {
 public:
  static constexpr size_t kAlignment = 4096;
  static constexpr size_t kSlabBytesMin = size_t{32} << 20;

  // `bytes` is rounded up to whole pages. failed: the system gives no memory.
  static Result<Slab> map(size_t bytes);

  Slab(Slab&& other) noexcept;
  Slab& operator=(Slab&& other) noexcept;
  ~Slab();

  MutableBytes bytes() const { return bytes_; }

 private:
  explicit Slab(MutableBytes bytes) : bytes_(bytes) {}

  MutableBytes bytes_;
};

}  // namespace penstock
