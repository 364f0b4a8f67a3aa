// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/batch_set.h"

#include <algorithm>
#include <utility>

namespace penstock {

Result<std::unique_ptr<BatchSet>> BatchSet::create(CardLink& link, const BatchLimits& limits,
                                                   BatchCourier& courier) {
  std::unique_ptr<BatchSet> set(new BatchSet(limits));
  for (uint32_t i = 0; i < limits.batches; ++i) {
    PENSTOCK_TRY_ASSIGN(auto batch, CardBatch::create(link, limits, courier, set->port_));
    set->batches_.push_back(std::move(batch));
  }
  return set;
}

bool BatchSet::at_rest() {
  while (const auto back = port_.back.pop()) (*back)->returned();
  if (std::ranges::any_of(batches_, [](const auto& batch) { return batch->out(); })) return false;
  held_.clear();
  return std::ranges::all_of(batches_, [](const auto& batch) { return batch->sound(); });
}

}  // namespace penstock
