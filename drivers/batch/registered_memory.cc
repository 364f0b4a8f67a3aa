// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/registered_memory.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

bool overlap(Bytes a, Bytes b) {
  return a.data() < b.data() + b.size() && b.data() < a.data() + a.size();
}

}  // namespace

void RegisteredMemory::add(CardLink& link, std::span<const Slab> slabs) {
  for (const Slab& slab : slabs) {
    const Bytes host = slab.bytes();
    const std::lock_guard lock(mutex_);
    std::erase_if(slabs_, [&](const RegisteredSlab& one) { return overlap(one.host, host); });
    // Not all platforms can read the host's memory; what they cannot is copied.
    auto mirror = link.mirror(CardBank::input, host);
    if (mirror)
      slabs_.push_back({host, std::move(*mirror)});
    else
      unreachable_bytes_ += host.size();
  }
}

std::vector<RegisteredSlab> RegisteredMemory::acquire() {
  const std::lock_guard lock(mutex_);
  ++users_;
  return slabs_;
}

void RegisteredMemory::release() {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(users_ > 0);
  if (--users_ == 0) slabs_.clear();
}

}  // namespace penstock
