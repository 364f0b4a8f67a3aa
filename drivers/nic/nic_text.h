// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drivers/ipstack/ip_config.h"

namespace penstock {

// A port as --nic describes it:
//   dpdk:EAL ARGUMENTS;port=NAME,addr=IP/BITS[,addr=...][,gw=IP]...[,route=PREFIX@GATEWAY]...
//        [,vlan=N][,mtu=N][,queues=N][,descriptors=N][,mbufs=N]
// One gateway for each network.
struct NicText {
  std::vector<std::string> eal;  // words; virtual devices are among them (--vdev)
  std::string port;              // as DPDK calls it: 0000:65:00.0, net_memif0
  std::vector<IpPrefix> addresses;
  std::vector<IpRoute> routes;
  std::optional<uint16_t> vlan{};
  std::optional<uint32_t> mtu{};
  uint32_t queues = 0;       // the hardware's, at most; 0: as many as there are workers
  uint32_t descriptors = 0;  // of each queue; 0: 1,024, or what the device likes if that is more
  uint32_t mbufs = 0;        // in each of the two pools; 0: by queues and descriptors
};

// usage: says which part is wrong.
Result<NicText> parse_nic_text(std::string_view text);

}  // namespace penstock
