// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_memory.h"

#include <rte_errno.h>
#include <rte_memory.h>

#include <utility>

#include "drivers/eal/eal.h"

namespace penstock {

Result<EalMemory> EalMemory::map(size_t bytes) {
  PENSTOCK_TRY_ASSIGN(Slab slab, Slab::map(bytes));
  const MutableBytes whole = slab.bytes();
  if (rte_extmem_register(whole.data(), whole.size(), nullptr, 0, Slab::kAlignment) != 0)
    return fail(Errc::failed, "DPDK", "it takes no memory of ours: " + eal_reason(rte_strerror(rte_errno)));
  return EalMemory(std::move(slab));
}

EalMemory::EalMemory(EalMemory&& other) noexcept
    : slab_(std::move(other.slab_)), registered_(std::exchange(other.registered_, false)) {}

EalMemory::~EalMemory() {
  if (registered_) rte_extmem_unregister(slab_.bytes().data(), slab_.bytes().size());
}

}  // namespace penstock
