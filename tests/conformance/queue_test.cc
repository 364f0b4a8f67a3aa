// SPDX-License-Identifier: Apache-2.0
// How jobs go in and come back.
#include <algorithm>
#include <map>

#include "conformance/conformance_test.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

class QueueConformanceTest : public ConformanceTest {
 protected:
  std::vector<Job*> digest_jobs(const QueuePair& queue, size_t count) {
    std::vector<Job*> jobs;
    for (size_t i = 0; i < count; ++i) jobs.push_back(&digest_job(queue).job);
    return jobs;
  }
};

TEST_P(QueueConformanceTest, OpensQueuePairsOfTheDepthsThatItLists) {
  EXPECT_TRUE(device_->open_queue_pair(1));
  EXPECT_TRUE(device_->open_queue_pair(largest_depth()));
  for (uint32_t depth : {0u, largest_depth() + 1, UINT32_MAX}) {
    const auto queue = device_->open_queue_pair(depth);
    ASSERT_FALSE(queue) << depth;
    EXPECT_EQ(queue.error().code, Errc::usage);
  }
}

TEST_P(QueueConformanceTest, AcceptsAPrefixUpToItsDepthAndTouchesNothingBehindIt) {
  for (uint32_t depth : {1u, 2u, 3u, largest_depth()}) {
    const auto queue = open(depth);
    depth = std::min(depth, largest_depth());
    const std::vector<Job*> jobs = digest_jobs(*queue, depth + 3);
    for (Job* job : jobs) job->status = JobStatus::corrupt;  // not what a submit leaves
    size_t accepted = 0;
    for (int tries = 0; tries < 200; ++tries) accepted += queue->submit(std::span(jobs).subspan(accepted));
    EXPECT_GE(accepted, 1u);
    EXPECT_LE(accepted, depth);
    EXPECT_EQ(queue->in_flight(), accepted);
    EXPECT_EQ(queue->counters().submitted, accepted);
    EXPECT_GE(queue->counters().refused, jobs.size() - accepted);
    EXPECT_EQ(drain(*queue).size(), accepted);
    for (size_t i = 0; i < jobs.size(); ++i)
      EXPECT_EQ(jobs[i]->status, i < accepted ? JobStatus::done : JobStatus::corrupt) << i;
  }
}

TEST_P(QueueConformanceTest, GoesOnAfterBackPressure) {
  for (uint32_t depth : {1u, 2u, largest_depth()}) {
    const auto queue = open(depth);
    std::vector<Job*> jobs = digest_jobs(*queue, 40);
    std::vector<Job*> back = submit_all(*queue, jobs);
    const std::vector<Job*> rest = drain(*queue);
    back.insert(back.end(), rest.begin(), rest.end());
    EXPECT_EQ(queue->counters().completed, jobs.size());
    std::ranges::sort(jobs);
    std::ranges::sort(back);
    EXPECT_EQ(back, jobs);
  }
}

TEST_P(QueueConformanceTest, TakesNoJobsAndGivesNoneWhereThereAreNone) {
  const auto queue = open(4);
  EXPECT_EQ(queue->submit({}), 0u);
  Job* finished[4];
  EXPECT_EQ(queue->poll(finished), 0u);
  EXPECT_EQ(queue->poll({}), 0u);
  EXPECT_EQ(queue->in_flight(), 0u);
}

TEST_P(QueueConformanceTest, LosesNothingWhenPolledWithoutRoomOrWithRoomForOne) {
  const auto queue = open(4);
  std::vector<Job*> jobs = digest_jobs(*queue, 2);
  std::vector<Job*> back = submit_all(*queue, jobs);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(queue->poll({}), 0u);
  Job* finished[2] = {nullptr, nullptr};
  while (queue->in_flight() > 0) {  // the watchdog of ctest ends what never does
    if (queue->poll(std::span(finished).first(1)) == 1) back.push_back(finished[0]);
    ASSERT_EQ(finished[1], nullptr) << "wrote behind the span";
  }
  std::ranges::sort(jobs);
  std::ranges::sort(back);
  EXPECT_EQ(back, jobs);
}

TEST_P(QueueConformanceTest, HandsBackTheCallersFieldsAsTheyWere) {
  const auto queue = open(4);
  PreparedJob& job = digest_job(*queue);
  const Job before = job.job;
  EXPECT_EQ(run(*queue, job), JobStatus::done);
  EXPECT_EQ(job.job.cookie, before.cookie);
  EXPECT_EQ(job.job.generation, before.generation);
  EXPECT_EQ(job.job.input.data(), before.input.data());
  EXPECT_EQ(job.job.chunks.data(), job.chunks.data());
  EXPECT_EQ(job.job.digests.data(), job.digests.data());
}

TEST_P(QueueConformanceTest, TakesTheSameJobAgainOnceItIsBack) {
  const auto queue = open(2);
  PreparedJob& job = digest_job(*queue);
  for (int i = 0; i < 5; ++i) {
    job.reset_results();
    EXPECT_EQ(run(*queue, job), JobStatus::done);
    EXPECT_TRUE(digests_right(job));
  }
}

TEST_P(QueueConformanceTest, KeepsTheJobsOfTwoQueuePairsApart) {
  const auto left = open(3);
  const auto right = open(3);
  std::vector<Job*> left_jobs = digest_jobs(*left, 3);
  std::vector<Job*> right_jobs = digest_jobs(*right, 3);
  std::vector<Job*> left_back = submit_all(*left, left_jobs);
  std::vector<Job*> right_back = submit_all(*right, right_jobs);
  for (Job* job : drain(*right)) right_back.push_back(job);
  EXPECT_EQ(left->in_flight(), left_jobs.size() - left_back.size());
  for (Job* job : drain(*left)) left_back.push_back(job);
  for (auto* list : {&left_jobs, &left_back, &right_jobs, &right_back}) std::ranges::sort(*list);
  EXPECT_EQ(left_back, left_jobs);
  EXPECT_EQ(right_back, right_jobs);
}

TEST_P(QueueConformanceTest, ReturnsEveryAcceptedJobExactlyOnceUnderRandomUse) {
  for (int round = 0; round < 20; ++round) {
    const auto queue = open(1 + static_cast<uint32_t>(random_() % largest_depth()));
    std::map<Job*, bool> in_flight;  // false: back, by poll or by abandon
    uint64_t abandoned = 0;
    const auto take_back = [&](std::span<Job*> jobs) {
      for (Job* job : jobs) {
        ASSERT_TRUE(in_flight.contains(job) && in_flight[job]) << "came back twice, or was never given";
        in_flight[job] = false;
        ASSERT_EQ(job->status, JobStatus::done);
      }
    };
    for (int step = 0; step < 150; ++step) {
      const uint64_t dice = random_() % 8;
      if (dice < 3) {
        const std::vector<Job*> jobs = digest_jobs(*queue, random_() % 5);
        const size_t accepted = queue->submit(jobs);
        for (size_t i = 0; i < accepted; ++i) in_flight[jobs[i]] = true;
      } else if (dice < 7) {
        std::vector<Job*> finished(random_() % 4);
        finished.resize(queue->poll(finished));
        take_back(finished);
      } else {
        const auto victim = std::ranges::find_if(in_flight, [](const auto& entry) { return entry.second; });
        if (victim == in_flight.end()) continue;
        static_cast<void>(queue->abandon(*victim->first));
        ASSERT_EQ(victim->first->status, JobStatus::failed);
        victim->second = false;
        ++abandoned;
      }
      const auto open_jobs = std::ranges::count_if(in_flight, [](const auto& entry) { return entry.second; });
      ASSERT_EQ(queue->in_flight(), static_cast<size_t>(open_jobs));
    }
    std::vector<Job*> rest = drain(*queue);
    take_back(rest);
    for (const auto& [job, open_still] : in_flight) ASSERT_FALSE(open_still) << "never came back";
    EXPECT_EQ(queue->counters().submitted, in_flight.size());
    EXPECT_EQ(queue->counters().abandoned, abandoned);
    EXPECT_EQ(queue->counters().completed, in_flight.size() - abandoned);
  }
}

INSTANTIATE_TEST_SUITE_P(, QueueConformanceTest,
                         testing::ValuesIn(device_table().begin(), device_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace penstock
