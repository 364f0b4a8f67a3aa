// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "gateway/metrics_source.h"
#include "store/store.h"

namespace penstock {

// How large a store is, and how much room is left. Made before anything is written to it; any thread then.
class StoreMetrics final : public MetricsSource {
 public:
  // It outlives this.
  explicit StoreMetrics(const Store& store);

  void write_metrics(MetricsText& to) const override;

 private:
  const Store* store_;
  std::map<uint32_t, uint64_t> bytes_at_start_;  // by segment
};

}  // namespace penstock
