// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/batch_courier.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "drivers/batch/card_batch.h"
#include "drivers/batch/cpu_list.h"

namespace penstock {

BatchCourier::BatchCourier(const std::vector<unsigned>& cpus) {
  try {
    start(cpus);
  } catch (...) {
    stop();
    throw;
  }
}

BatchCourier::~BatchCourier() {
  stop();
}

void BatchCourier::start(const std::vector<unsigned>& cpus) {
  for (std::thread& sender : senders_) {
    sender = std::thread([this, cpus] {
      run_on_cpus(cpus);
      send_batches();
    });
  }
  for (std::thread& fetcher : fetchers_) {
    fetcher = std::thread([this, cpus] {
      run_on_cpus(cpus);
      fetch_batches();
    });
  }
}

void BatchCourier::stop() {
  {
    const std::lock_guard lock(ended_mutex_);
    stopping_ = true;
  }
  doorbell_.fetch_add(1);
  doorbell_.notify_all();
  ended_changed_.notify_all();
  for (auto* threads : {&senders_, &fetchers_}) {
    for (std::thread& thread : *threads) {
      if (thread.joinable()) thread.join();
    }
  }
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

// Null: nothing lies in the ports.
CardBatch* BatchCourier::next_to_send() {
  const std::lock_guard lock(ports_mutex_);
  for (size_t asked = 0; asked < ports_.size(); ++asked) {
    BatchPort& port = *ports_[next_port_];
    next_port_ = (next_port_ + 1) % ports_.size();
    if (const auto batch = port.outward.pop()) return *batch;
  }
  return nullptr;
}

void BatchCourier::send_batches() {
  while (!stopping_) {
    const uint32_t seen = doorbell_.load(std::memory_order_acquire);
    if (CardBatch* const batch = next_to_send(); batch != nullptr)
      batch->send();
    else if (!stopping_)
      doorbell_.wait(seen, std::memory_order_acquire);
  }
}

// Null: it ends.
CardBatch* BatchCourier::wait_for_ended() {
  std::unique_lock lock(ended_mutex_);
  ended_changed_.wait(lock, [this] { return first_ended_ != nullptr || stopping_; });
  CardBatch* const batch = first_ended_;
  if (batch != nullptr) first_ended_ = batch->next;
  return batch;
}

void BatchCourier::fetch_batches() {
  while (CardBatch* const batch = wait_for_ended()) {
    batch->fetch();
    hand_back(*batch);
  }
}

// From then on it may be anywhere.
void BatchCourier::hand_back(CardBatch& batch) {
  BatchPort& port = batch.port();
  {
    const std::lock_guard lock(back_mutex_);
    PENSTOCK_CHECK(port.back.push(&batch));
  }
  port.changes.fetch_add(1);
  port.changes.notify_all();
}

}  // namespace penstock
