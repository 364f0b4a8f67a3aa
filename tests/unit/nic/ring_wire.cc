// SPDX-License-Identifier: Apache-2.0
#include "unit/nic/ring_wire.h"

#include <rte_bus_vdev.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <cstring>

#include "base/check.h"

namespace penstock {
namespace {

rte_mempool* injected_frames() {
  static rte_mempool* const pool =
      rte_pktmbuf_pool_create("test_frames", 4095, 0, 0, 9728 + RTE_PKTMBUF_HEADROOM, -1);
  PENSTOCK_CHECK(pool != nullptr);
  return pool;
}

}  // namespace

RingWire::RingWire(uint16_t queues, unsigned frames) : queues_(queues) {
  static unsigned made = 0;
  for (auto& rings : towards_) {
    for (uint16_t queue = 0; queue < queues; ++queue) {
      const std::string name = "test_wire_" + std::to_string(made++);
      rings.push_back(rte_ring_create(name.c_str(), frames, -1, 0));
      PENSTOCK_CHECK(rings.back() != nullptr);
    }
  }
}

RingWire::~RingWire() {
  for (const size_t end : {0, 1}) unplug(end);
  drain();
  for (auto& rings : towards_) {
    for (rte_ring* const ring : rings) rte_ring_free(ring);
  }
}

const std::string& RingWire::port(size_t end) {
  static unsigned made = 0;
  if (!ports_[end].empty()) return ports_[end];
  const std::string name = "wire" + std::to_string(made++);
  const int port =
      rte_eth_from_rings(name.c_str(), towards_[end].data(), queues_, towards_[1 - end].data(), queues_, 0);
  PENSTOCK_CHECK(port >= 0);
  std::array<char, RTE_ETH_NAME_MAX_LEN> whole{};
  PENSTOCK_CHECK(rte_eth_dev_get_name_by_port(static_cast<uint16_t>(port), whole.data()) == 0);
  return ports_[end] = whole.data();
}

void RingWire::unplug(size_t end) {
  if (!ports_[end].empty()) rte_vdev_uninit(ports_[end].c_str());
  ports_[end].clear();
}

bool RingWire::inject(size_t end, Bytes frame, uint16_t queue, Marks marks) {
  rte_mbuf* const copy = rte_pktmbuf_alloc(injected_frames());
  if (copy == nullptr) return false;
  char* const to = rte_pktmbuf_append(copy, static_cast<uint16_t>(frame.size()));
  PENSTOCK_CHECK(to != nullptr);
  if (!frame.empty()) std::memcpy(to, frame.data(), frame.size());
  copy->ol_flags |= marks.flags;
  copy->vlan_tci = marks.vlan_tci;
  if (marks.told_bytes != 0) copy->data_len = marks.told_bytes;
  if (rte_ring_enqueue(towards_[end][queue], copy) == 0) return true;
  rte_pktmbuf_free(copy);
  return false;
}

std::vector<RingWire::Frame> RingWire::sent_by(size_t end) {
  std::vector<Frame> frames;
  for (rte_ring* const ring : towards_[1 - end]) {
    void* taken = nullptr;
    while (rte_ring_dequeue(ring, &taken) == 0) {
      auto* const frame = static_cast<rte_mbuf*>(taken);
      const auto* const bytes = rte_pktmbuf_mtod(frame, const uint8_t*);
      frames.emplace_back(bytes, bytes + frame->data_len);
      rte_pktmbuf_free(frame);
    }
  }
  return frames;
}

size_t RingWire::frames_lent() {
  return rte_mempool_in_use_count(injected_frames());
}

void RingWire::drain() {
  for (const size_t end : {0, 1}) (void)sent_by(end);
}

}  // namespace penstock
