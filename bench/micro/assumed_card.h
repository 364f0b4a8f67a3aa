// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace penstock {

// A card behind PCIe Gen3 x16, on paper: nothing of it was measured here. docs/xrt.md has the reasons.
struct AssumedCard {
  double bus_bytes_a_us = 12'700;  // each way, at the same time; assumed
  double sync_us = 20;             // what begins and ends one, beside its bytes
  double launch_us = 50;           // and its completion
  double threads = 2;              // of the driver's each way: one's syncs lie beside the other's bytes

  // A sync for each frame's input, one for the request and one for the cleared completions.
  static constexpr double syncs_to_card(size_t frames) { return static_cast<double>(frames) + 2; }
  // Completions with digests, and payloads.
  static constexpr double syncs_to_host() { return 2; }

  double bytes_us(size_t bytes) const { return static_cast<double>(bytes) / bus_bytes_a_us; }

  // Of the time of a batch in one direction, what is no bytes: `cost_us` behind them, or beside another
  // batch's.
  double share_in_turn(size_t bytes, double cost_us) const { return cost_us / (bytes_us(bytes) + cost_us); }
  double share_beside(size_t bytes, double cost_us) const {
    const double period_us = std::max(bytes_us(bytes), (bytes_us(bytes) + cost_us) / threads);
    return 1 - bytes_us(bytes) / period_us;
  }
};

}  // namespace penstock
