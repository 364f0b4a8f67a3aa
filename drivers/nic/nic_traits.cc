// SPDX-License-Identifier: Apache-2.0
#include "drivers/nic/nic_traits.h"

#include <array>

namespace penstock {
namespace {

constexpr std::array kTraits{
    NicTraits{.driver = "net_af_packet",
              .counts_missed = false,
              .own_queues_all = true,
              .spreads_by_flow = true,
              .ends_with_interface = true,
              .mtu_elsewhere = true,
              .jumbo_room = 16384},
    NicTraits{.driver = "net_memif",
              .counts_missed = false,
              .one_tx_queue = true,
              .peer_is_a_process = true,
              .mtu_elsewhere = true},
    NicTraits{.driver = "net_ring", .counts_missed = false, .own_queues_all = true, .mtu_elsewhere = true},
    NicTraits{.driver = "net_null", .counts_missed = false, .mtu_elsewhere = true},
    NicTraits{.driver = "net_pcap", .mtu_elsewhere = true},
    NicTraits{.driver = "net_tap", .counts_missed = false},
    NicTraits{.driver = "net_vhost", .counts_missed = false, .mtu_elsewhere = true},
    NicTraits{.driver = "net_virtio", .counts_missed = false},
    NicTraits{.driver = "net_virtio_user", .counts_missed = false},
};

}  // namespace

NicTraits nic_traits(std::string_view driver) {
  for (const NicTraits& traits : kTraits) {
    if (traits.driver == driver) return traits;
  }
  return {.driver = driver};
}

}  // namespace penstock
