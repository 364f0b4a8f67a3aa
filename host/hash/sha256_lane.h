// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "hash/sha256_tail.h"

namespace penstock {

// One message on its way through a kernel that hashes several side by side: whole blocks where they lie, then
// the padded tail. Its hash value is the kernel's to keep, under the lane's number.
struct Sha256Lane {
  size_t number = 0;
  size_t message = 0;             // its place among the messages
  const uint8_t* next = nullptr;  // the block to run next
  size_t blocks = 0;              // from there on without a gap

  void start(size_t place, Bytes bytes) {
    message = place;
    bytes_ = bytes;
    in_tail_ = false;
    next = bytes.data();
    blocks = bytes.size() / kSha256BlockBytes;
    if (blocks == 0) enter_tail();
  }

  // Takes note of blocks run. True if the message has more.
  bool advance(size_t done) {
    blocks -= done;
    next += done * kSha256BlockBytes;
    if (blocks > 0) return true;
    if (in_tail_) return false;
    enter_tail();
    return true;
  }

 private:
  void enter_tail() {
    tail_.set(bytes_);
    next = tail_.bytes.data();
    blocks = tail_.blocks;
    in_tail_ = true;
  }

  Bytes bytes_;
  bool in_tail_ = false;
  Sha256Tail tail_;
};

}  // namespace penstock
