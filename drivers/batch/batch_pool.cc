// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/batch_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {

Result<std::unique_ptr<BatchSet>> BatchPool::lend(const BatchLimits& limits) {
  const std::lock_guard lock(mutex_);
  // All are asked: those that are at rest let go of memory.
  auto found = sets_.end();
  for (auto set = sets_.begin(); set != sets_.end(); ++set) {
    if ((*set)->at_rest() && (*set)->limits() == limits) found = set;
  }
  std::unique_ptr<BatchSet> set;
  if (found != sets_.end()) {
    set = std::move(*found);
    sets_.erase(found);
  } else {
    PENSTOCK_TRY_ASSIGN(set, BatchSet::create(*link_, limits, *courier_));
    courier_->attach(set->port());
  }
  ++lent_;
  return set;
}

void BatchPool::give_back(std::unique_ptr<BatchSet> set) {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(lent_ > 0);
  --lent_;
  static_cast<void>(set->at_rest());  // then it holds no memory of others
  sets_.push_back(std::move(set));
}

bool BatchPool::at_rest() {
  const std::lock_guard lock(mutex_);
  return lent_ == 0 && std::ranges::all_of(sets_, [](const auto& set) { return set->at_rest(); });
}

}  // namespace penstock
