// SPDX-License-Identifier: Apache-2.0
#include "sender/body_reader.h"

#include <iterator>
#include <utility>

namespace penstock {

BodyReader::BodyReader(OutgoingStream& objects, std::function<void()> wake)
    : objects_(objects), wake_(std::move(wake)), thread_([this] { run(); }) {}

BodyReader::~BodyReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void BodyReader::give(BodyTask task) {
  {
    const std::lock_guard lock(mutex_);
    given_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void BodyReader::take(std::vector<BodyTask>& done) {
  const std::lock_guard lock(mutex_);
  done.insert(done.end(), std::make_move_iterator(done_.begin()), std::make_move_iterator(done_.end()));
  done_.clear();
}

void BodyReader::run() {
  std::vector<BodyTask> tasks;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !given_.empty(); });
      if (stopping_) return;
      tasks.swap(given_);
    }
    for (BodyTask& task : tasks) {
      if (Status filled = fill(task); !filled) task.error = std::move(filled).error();
      if (!hand_over(std::move(task))) return;
    }
    tasks.clear();
  }
}

bool BodyReader::hand_over(BodyTask task) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    first = done_.empty();
    done_.push_back(std::move(task));
  }
  if (first) wake_();
  return true;
}

Status BodyReader::fill(BodyTask& task) {
  switch (task.kind) {
    case BodyTask::Kind::next: {
      if (no_more_) break;
      PENSTOCK_TRY_ASSIGN(std::optional<OutgoingObject> object, objects_.next(task.left_out));
      if (!object) break;
      task.body->begin(std::move(*object));
      return task.body->fill(*task.buffer);
    }
    case BodyTask::Kind::again:
      PENSTOCK_TRY(task.body->begin_again());
      return task.body->fill(*task.buffer);
    case BodyTask::Kind::go_on:
      return task.body->fill(*task.buffer);
  }
  no_more_ = true;
  task.no_more = true;
  return {};
}

}  // namespace penstock
