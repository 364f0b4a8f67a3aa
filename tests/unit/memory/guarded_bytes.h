// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"
#include "base/check.h"

namespace penstock {

// Memory whose last byte lies right before a page that faults, so that a library in assembly, which no
// sanitizer sees, is caught reading or writing behind it. The bytes before it hold a pattern that intact()
// looks for.
class GuardedBytes {
 public:
  explicit GuardedBytes(size_t size) : size_(size), span_((size + kPage - 1) / kPage * kPage + kPage) {
    void* address = mmap(nullptr, span_ + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    PENSTOCK_CHECK(address != MAP_FAILED);
    start_ = static_cast<uint8_t*>(address);
    PENSTOCK_CHECK(mprotect(start_ + span_, kPage, PROT_NONE) == 0);
    std::fill(start_, start_ + front_bytes(), kPattern);
  }
  explicit GuardedBytes(Bytes from) : GuardedBytes(from.size()) {
    std::copy(from.begin(), from.end(), bytes().begin());
  }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  ~GuardedBytes() { munmap(start_, span_ + kPage); }

  MutableBytes bytes() const { return {start_ + front_bytes(), size_}; }

  // From now on a write faults too.
  void make_read_only() const { PENSTOCK_CHECK(mprotect(start_, span_, PROT_READ) == 0); }

  // Whether nothing was written before the first byte.
  bool intact() const {
    return std::all_of(start_, start_ + front_bytes(), [](uint8_t byte) { return byte == kPattern; });
  }

 private:
  static constexpr size_t kPage = 4096;
  static constexpr uint8_t kPattern = 0xa5;

  size_t front_bytes() const { return span_ - size_; }

  size_t size_;
  size_t span_;
  uint8_t* start_ = nullptr;
};

}  // namespace penstock
