// SPDX-License-Identifier: Apache-2.0
#include "pipeline/task_queue.h"

#include <gtest/gtest.h>

#include <thread>

#include "pipeline/restore_task.h"

namespace penstock {
namespace {

RestoreTask task_of(uint64_t sequence) {
  RestoreTask task;
  task.sequence = sequence;
  return task;
}

TEST(TaskQueueTest, KeepsOrderAndEndsWhenClosed) {
  TaskQueue<RestoreTask> queue(2);
  std::jthread producer([&] {
    for (uint64_t i = 0; i < 100; ++i) ASSERT_TRUE(queue.push(task_of(i)));
    queue.close();
  });
  for (uint64_t i = 0; i < 100; ++i) {
    const auto task = queue.pop();
    ASSERT_TRUE(task);
    EXPECT_EQ(task->sequence, i);
  }
  EXPECT_FALSE(queue.pop());
}

TEST(TaskQueueTest, StopReleasesAFullProducerAndKeepsItsTaskWithIt) {
  TaskQueue<RestoreTask> queue(1);
  ASSERT_TRUE(queue.push(task_of(0)));
  std::jthread producer([&] {
    RestoreTask task = task_of(1);
    EXPECT_FALSE(queue.push(std::move(task)));
    EXPECT_EQ(task.sequence, 1u);
  });
  queue.stop();
  EXPECT_FALSE(queue.pop());
  EXPECT_EQ(queue.drain().size(), 1u);
}

}  // namespace
}  // namespace penstock
