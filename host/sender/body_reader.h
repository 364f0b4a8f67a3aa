// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "sender/body_task.h"
#include "sender/outgoing_stream.h"

namespace penstock {

// A thread that finds what is to be sent, reads it and computes its roots, so that a slow disk keeps no
// packet waiting. Tasks are of a buffer's size, so the lock is taken about once a MiB.
class BodyReader {
 public:
  // `wake`: there is a finished task; called in the reading thread. `objects` outlives it and is its alone.
  BodyReader(OutgoingStream& objects, std::function<void()> wake);
  // Waits for the task at hand, forgets the others.
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  void give(BodyTask task);
  // Appends those that are finished, in the order in which they were given.
  void take(std::vector<BodyTask>& done);

 private:
  void run();
  bool hand_over(BodyTask task);
  Status fill(BodyTask& task);

  OutgoingStream& objects_;
  std::function<void()> wake_;
  bool no_more_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<BodyTask> given_;
  std::vector<BodyTask> done_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace penstock
