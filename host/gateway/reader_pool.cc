// SPDX-License-Identifier: Apache-2.0
#include "gateway/reader_pool.h"

#include <utility>

#include "base/check.h"

namespace penstock {

ReaderPool::ReaderPool(Store& store, unsigned threads) : store_(&store) {
  PENSTOCK_CHECK(threads > 0);
  for (unsigned i = 0; i < threads; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    Lane& lane = *lanes_.back();
    lane.thread = std::thread([this, &lane] { run(lane); });
  }
}

ReaderPool::~ReaderPool() {
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    lane->stopped = true;
    lane->changed.notify_all();
  }
  for (const auto& lane : lanes_) lane->thread.join();
}

void ReaderPool::submit(size_t lane, std::shared_ptr<ReadTask> task) {
  Lane& chosen = *lanes_[lane];
  const std::lock_guard lock(chosen.mutex);
  if (chosen.stopped) return;
  chosen.tasks.push_back(std::move(task));
  chosen.changed.notify_one();
}

void ReaderPool::run(Lane& lane) {
  const auto reader = store_->new_reader(ReadPattern::scattered);
  std::unique_lock lock(lane.mutex);
  while (true) {
    lane.changed.wait(lock, [&] { return lane.stopped || !lane.tasks.empty(); });
    if (lane.stopped) return;
    std::shared_ptr<ReadTask> task = std::move(lane.tasks.front());
    lane.tasks.pop_front();
    lock.unlock();
    task->work(*store_, *reader);
    task.reset();
    lock.lock();
  }
}

}  // namespace penstock
