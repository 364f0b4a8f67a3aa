// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "drivers/batch/batch_limits.h"
#include "drivers/batch/batch_port.h"
#include "drivers/batch/card_batch.h"
#include "drivers/batch/card_link.h"
#include "drivers/batch/registered_memory.h"

namespace penstock {

class BatchCourier;

// The batches that one queue pair works with, and its port. They are the device's, and lent: what is under
// way when a queue pair ends comes back to its set, and finds the memory that it was made with.
class BatchSet {
 public:
  // failed: no memory.
  static Result<std::unique_ptr<BatchSet>> create(CardLink& link, const BatchLimits& limits,
                                                  BatchCourier& courier);

  const BatchLimits& limits() const { return limits_; }
  BatchPort& port() { return port_; }
  const std::vector<std::unique_ptr<CardBatch>>& batches() const { return batches_; }

  // Keeps what the batches under way read until the set is at rest.
  void hold(std::vector<RegisteredSlab> slabs) { held_ = std::move(slabs); }
  // Nobody but the caller has it. True: every batch is back and may be used again; takes them out of the
  // port.
  bool at_rest();

 private:
  explicit BatchSet(const BatchLimits& limits) : limits_(limits) {}

  const BatchLimits limits_;
  BatchPort port_;
  std::vector<std::unique_ptr<CardBatch>> batches_;
  std::vector<RegisteredSlab> held_;
};

}  // namespace penstock
