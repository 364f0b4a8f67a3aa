// SPDX-License-Identifier: Apache-2.0
#include "memory/slab.h"

#include <sys/mman.h>

#include <utility>

#include "base/size_text.h"

namespace penstock {

Result<Slab> Slab::map(size_t bytes) {
  const size_t size = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return fail_errno("buffers of " + human_size(size), errno, "free memory, or use fewer threads");
  // Fewer page faults and TLB misses where the system has huge pages; a refusal costs only speed.
  static_cast<void>(madvise(address, size, MADV_HUGEPAGE));
  return Slab(MutableBytes(static_cast<uint8_t*>(address), size));
}

Slab::Slab(Slab&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

Slab& Slab::operator=(Slab&& other) noexcept {
  Slab taken(std::move(other));
  std::swap(bytes_, taken.bytes_);
  return *this;
}

Slab::~Slab() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace penstock
