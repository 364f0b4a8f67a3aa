// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/packet_pool.h"

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "base/check.h"
#include "drivers/eal/eal.h"
#include "memory/keep_for_ever.h"

namespace penstock {
namespace {

constexpr uint32_t kAlignment = 64;

// DPDK knows pools by their names.
std::string unique_name(std::string_view name) {
  static std::atomic<unsigned> made{0};
  return std::string(name) + "_" + std::to_string(made++);
}

rte_mempool* pool_in(const EalMemory& memory, const std::string& name, uint32_t count, uint32_t element,
                     int node) {
  rte_pktmbuf_extmem place{};
  place.buf_ptr = memory.bytes().data();
  place.buf_iova = reinterpret_cast<rte_iova_t>(memory.bytes().data());
  place.buf_len = memory.bytes().size();
  place.elt_size = static_cast<uint16_t>(element);
  return rte_pktmbuf_pool_create_extbuf(name.c_str(), count, PacketPool::kCachePackets, 0,
                                        static_cast<uint16_t>(element), node, &place, 1);
}

}  // namespace

Result<std::unique_ptr<PacketPool>> PacketPool::create(std::string_view name, uint32_t count, uint32_t room,
                                                       int node) {
  const std::string whole_name = unique_name(name);
  const uint32_t element = (RTE_PKTMBUF_HEADROOM + room + kAlignment - 1) / kAlignment * kAlignment;
  PENSTOCK_CHECK(element <= UINT16_MAX);
  std::unique_ptr<EalMemory> memory;
  rte_mempool* pool = nullptr;
  // EAL's hugepages lie on the device's node, take few entries in an IOMMU, and where devices go by physical
  // addresses nothing else has them.
  if (rte_eal_has_hugepages() == 0 && rte_eal_iova_mode() == RTE_IOVA_VA) {
    PENSTOCK_TRY_ASSIGN(EalMemory mapped, EalMemory::map(size_t{count} * element));
    memory = std::make_unique<EalMemory>(std::move(mapped));
    pool = pool_in(*memory, whole_name, count, element, node);
  } else {
    pool = rte_pktmbuf_pool_create(whole_name.c_str(), count, kCachePackets, 0,
                                   static_cast<uint16_t>(element), node);
  }
  if (pool == nullptr) {
    std::string why = eal_reason(rte_strerror(rte_errno));
    return fail(
        Errc::failed, "DPDK packet pool", std::move(why),
        "give EAL more memory (-m MB), or take fewer packets (mbufs=" + std::to_string(count / 2) + ")");
  }
  return std::unique_ptr<PacketPool>(new PacketPool(std::move(memory), pool, room));
}

PacketPool::~PacketPool() {
  unmap();
  if (rte_mempool_full(pool_) != 0) {
    rte_mempool_free(pool_);
    return;
  }
  if (memory_ != nullptr) keep_for_ever(std::move(memory_));
}

rte_mbuf* PacketPool::take() const {
  return rte_pktmbuf_alloc(pool_);
}

Status PacketPool::map_for(rte_device* device) {
  if (memory_ == nullptr || device == nullptr) return {};
  const MutableBytes whole = memory_->bytes();
  if (rte_dev_dma_map(device, whole.data(), reinterpret_cast<uint64_t>(whole.data()), whole.size()) == 0) {
    mapped_for_ = device;
    return {};
  }
  if (rte_errno == ENOTSUP) return {};  // such as virtual devices: they read and write as we do
  std::string why = eal_reason(rte_strerror(rte_errno));
  return fail(Errc::failed, "DPDK packet pool", "the device cannot be given our memory: " + why,
              "raise the limit of locked memory (ulimit -l)");
}

void PacketPool::unmap() {
  if (mapped_for_ == nullptr) return;
  const MutableBytes whole = memory_->bytes();
  rte_dev_dma_unmap(std::exchange(mapped_for_, nullptr), whole.data(),
                    reinterpret_cast<uint64_t>(whole.data()), whole.size());
}

}  // namespace penstock
