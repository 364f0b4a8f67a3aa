// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "drivers/eal/eal_memory.h"

struct rte_device;
struct rte_mbuf;
struct rte_mempool;

namespace penstock {

// Packet buffers (DPDK's mbufs) of one size. Their bytes lie in EAL's hugepages, and where it has none in
// registered memory of ours. Any thread. Ends behind the devices that use it; a pool that has lent buffers to
// somebody else then stays for ever.
class PacketPool {
 public:
  // Packets kept at hand for each thread that EAL knows: they are not there for others.
  static constexpr uint32_t kCachePackets = 64;

  // `room`: of a frame. `node`: of NUMA, or -1. failed: no memory.
  static Result<std::unique_ptr<PacketPool>> create(std::string_view name, uint32_t count, uint32_t room,
                                                    int node);
  ~PacketPool();
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  rte_mempool* get() const { return pool_; }
  uint32_t room() const { return room_; }
  rte_mbuf* take() const;  // null: none is free

  // For devices that reach memory by addresses of their own.
  Status map_for(rte_device* device);
  void unmap();
  // It is gone, and its mappings with it.
  void forget_device() { mapped_for_ = nullptr; }

 private:
  PacketPool(std::unique_ptr<EalMemory> memory, rte_mempool* pool, uint32_t room)
      : memory_(std::move(memory)), pool_(pool), room_(room) {}

  std::unique_ptr<EalMemory> memory_;  // null: EAL's own
  rte_mempool* pool_;
  const uint32_t room_;
  rte_device* mapped_for_ = nullptr;
};

}  // namespace penstock
