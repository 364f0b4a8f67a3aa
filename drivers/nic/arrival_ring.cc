// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/arrival_ring.h"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>

#include <array>
#include <atomic>
#include <string>
#include <type_traits>

#include "drivers/eal/eal.h"

namespace penstock {

static_assert(std::is_trivially_copyable_v<ArrivedPacket> && sizeof(ArrivedPacket) % 4 == 0);

Result<std::unique_ptr<ArrivalRing>> ArrivalRing::create(uint32_t packets, int node) {
  static std::atomic<unsigned> made{0};
  const std::string name = "penstock_arrivals_" + std::to_string(made++);
  rte_ring* const ring = rte_ring_create_elem(name.c_str(), sizeof(ArrivedPacket), packets, node,
                                              RING_F_SC_DEQ | RING_F_EXACT_SZ);
  if (ring == nullptr)
    return fail(Errc::failed, "DPDK ring", eal_reason(rte_strerror(rte_errno)),
                "give EAL more memory (-m MB)");
  return std::unique_ptr<ArrivalRing>(new ArrivalRing(ring));
}

ArrivalRing::~ArrivalRing() {
  std::array<ArrivedPacket, 1> left;
  while (pop(left) != 0) rte_pktmbuf_free(left[0].frame);
  rte_ring_free(ring_);
}

bool ArrivalRing::push(const ArrivedPacket& packet) {
  ArrivedPacket copy = packet;
  return rte_ring_enqueue_elem(ring_, &copy, sizeof copy) == 0;
}

size_t ArrivalRing::pop(std::span<ArrivedPacket> into) {
  return rte_ring_sc_dequeue_burst_elem(ring_, into.data(), sizeof(ArrivedPacket),
                                        static_cast<unsigned>(into.size()), nullptr);
}

}  // namespace penstock
