// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/bytes.h"

namespace penstock {

// The part of a hung device that goes on: a thread that writes again and again to memory that was taken from
// the device without proof that it is quiet. Any thread may add; takes a lock, which no job in time meets.
class LateWriter {
 public:
  explicit LateWriter(size_t bytes_max);  // of a region, from its beginning

  // From now on `region` changes at any time. What passes the limit of regions is left alone.
  void add(const void* owner, MutableBytes region) noexcept;
  // What `owner` added is left alone when this returns.
  void forget(const void* owner) noexcept;

  uint64_t writes() const;

 private:
  static constexpr size_t kRegionsMax = 256;

  struct Region {
    const void* owner = nullptr;
    MutableBytes bytes;
    bool written = false;
  };

  void run(const std::stop_token& stop);
  void write(Region& region);

  const size_t bytes_max_;
  mutable std::mutex mutex_;  // guards what follows, also while it writes
  std::condition_variable_any added_;
  std::array<Region, kRegionsMax> regions_{};
  size_t count_ = 0;
  uint64_t writes_ = 0;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace penstock
