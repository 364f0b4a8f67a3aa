// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "drivers/batch/batch_courier.h"
#include "drivers/batch/batch_set.h"

namespace penstock {

// A card's batches, lent to queue pairs. A set that comes back with work under way waits here until the card
// has ended it; none is destroyed before the card is. Any thread.
class BatchPool {
 public:
  // Both are borrowed.
  BatchPool(CardLink& link, BatchCourier& courier) : link_(&link), courier_(&courier) {}

  // One that is at rest, or a new one. failed: no memory.
  Result<std::unique_ptr<BatchSet>> lend(const BatchLimits& limits);
  void give_back(std::unique_ptr<BatchSet> set);

  // Whether all are here, and nothing of them is with the card.
  bool at_rest();

 private:
  CardLink* link_;
  BatchCourier* courier_;
  std::mutex mutex_;
  size_t lent_ = 0;
  std::vector<std::unique_ptr<BatchSet>> sets_;
};

}  // namespace penstock
