// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_calls.h"

#include <thread>

namespace penstock {

XrtCalls::XrtCalls(std::chrono::milliseconds patience)
    : patience_(patience), queue_(std::make_shared<Queue>()) {
  std::thread([queue = queue_] { run(*queue); }).detach();
}

XrtCalls::~XrtCalls() {
  std::unique_lock lock(queue_->mutex);
  queue_->ending = true;
  queue_->changed.notify_all();
  if (queue_->stuck) return;
  queue_->changed.wait_for(lock, kPatienceAtEnd,
                           [this] { return queue_->works.empty() && !queue_->working; });
}

void XrtCalls::later(std::function<void()> work) {
  const std::lock_guard lock(queue_->mutex);
  queue_->works.push_back(std::move(work));
  queue_->changed.notify_all();
}

void XrtCalls::run(Queue& queue) {
  std::unique_lock lock(queue.mutex);
  for (;;) {
    queue.changed.wait(lock, [&] { return queue.ending || !queue.works.empty(); });
    if (queue.works.empty()) return;
    queue.working = true;
    {
      const std::function<void()> work = std::move(queue.works.front());
      queue.works.pop_front();
      lock.unlock();
      work();
    }  // what it owns ends without the lock, too
    lock.lock();
    queue.working = false;
    queue.changed.notify_all();
  }
}

}  // namespace penstock
