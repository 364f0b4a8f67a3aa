// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// Bytes of a body that came and were not taken yet. Its memory follows what it holds, however long bytes come
// and go; flow control bounds that. One stream's.
class KeptBytes {
 public:
  bool empty() const { return taken_ == bytes_.size(); }
  size_t size() const { return bytes_.size() - taken_; }
  Bytes bytes() const { return Bytes(bytes_).subspan(taken_); }
  size_t capacity() const { return bytes_.capacity(); }

  void add(Bytes more) {
    // What was taken goes when it is most of it: each byte is moved once at most.
    if (taken_ > size()) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(taken_));
      taken_ = 0;
    }
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  // The first `count` of bytes().
  void take(size_t count) {
    taken_ += count;
    if (empty()) clear();
  }
  void clear() {
    std::vector<uint8_t>().swap(bytes_);
    taken_ = 0;
  }

 private:
  std::vector<uint8_t> bytes_;
  size_t taken_ = 0;
};

}  // namespace penstock
