// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/batch_courier.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "drivers/batch/card_batch.h"
#include "drivers/batch/cpu_list.h"

namespace penstock {

BatchCourier::BatchCourier(const std::vector<unsigned>& cpus)
    : sender_([this, cpus] {
        run_on_cpus(cpus);
        send_batches();
      }),
      fetcher_([this, cpus] {
        run_on_cpus(cpus);
        fetch_batches();
      }) {}

BatchCourier::~BatchCourier() {
  {
    const std::lock_guard lock(ended_mutex_);
    stopping_ = true;
  }
  ring();
  ended_changed_.notify_all();
  sender_.join();
  fetcher_.join();
}

void BatchCourier::attach(BatchPort& port) {
  const std::lock_guard lock(ports_mutex_);
  ports_.push_back(&port);
}

void BatchCourier::ring() noexcept {
  doorbell_.fetch_add(1);
  doorbell_.notify_one();
}

void BatchCourier::ended(CardBatch& batch) noexcept {
  const std::lock_guard lock(ended_mutex_);
  batch.next = nullptr;
  (first_ended_ == nullptr ? first_ended_ : last_ended_->next) = &batch;
  last_ended_ = &batch;
  ended_changed_.notify_one();
}

// All that lies in the ports, as a list.
CardBatch* BatchCourier::collect() {
  CardBatch* first = nullptr;
  CardBatch** end = &first;
  const std::lock_guard lock(ports_mutex_);
  for (BatchPort* port : ports_) {
    while (const auto batch = port->outward.pop()) {
      (*batch)->next = nullptr;
      *end = *batch;
      end = &(*batch)->next;
    }
  }
  return first;
}

void BatchCourier::send_batches() {
  while (!stopping_) {
    const uint32_t seen = doorbell_.load(std::memory_order_acquire);
    CardBatch* batch = collect();
    if (batch == nullptr && !stopping_) doorbell_.wait(seen, std::memory_order_acquire);
    while (batch != nullptr) {
      // Once it is sent it may be elsewhere already.
      CardBatch* const next = batch->next;
      batch->send();
      batch = next;
    }
  }
}

CardBatch* BatchCourier::wait_for_ended() {
  std::unique_lock lock(ended_mutex_);
  ended_changed_.wait(lock, [this] { return first_ended_ != nullptr || stopping_; });
  return std::exchange(first_ended_, nullptr);
}

void BatchCourier::fetch_batches() {
  for (;;) {
    CardBatch* batch = wait_for_ended();
    if (batch == nullptr) return;
    while (batch != nullptr) {
      CardBatch* const next = batch->next;
      BatchPort& port = batch->port();
      batch->fetch();
      PENSTOCK_CHECK(port.back.push(std::move(batch)));
      port.changes.fetch_add(1);
      port.changes.notify_all();
      batch = next;
    }
  }
}

}  // namespace penstock
