// SPDX-License-Identifier: Apache-2.0
// What becomes of jobs that their caller gives up.
#include <algorithm>
#include <chrono>
#include <thread>

#include "conformance/conformance_test.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

class GenerationConformanceTest : public ConformanceTest {
 protected:
  // Jobs with output and digests, so that a late write shows.
  std::vector<PreparedJob*> encode_jobs(const QueuePair& queue, size_t count) {
    const Operation operation = can(Operation::digest_encode) ? Operation::digest_encode : Operation::encode;
    std::vector<PreparedJob*> jobs;
    for (size_t i = 0; i < count; ++i) {
      const auto text = text_sample(20000, random_());
      jobs.push_back(&job(queue, operation, text, {20000}, 20000));
    }
    return jobs;
  }
  static std::vector<Job*> pointers(const std::vector<PreparedJob*>& jobs) {
    std::vector<Job*> list;
    list.reserve(jobs.size());
    for (PreparedJob* job : jobs) list.push_back(&job->job);
    return list;
  }
};

TEST_P(GenerationConformanceTest, NeverReturnsAnAbandonedJob) {
  const auto queue = open(largest_depth());
  for (int round = 0; round < 10; ++round) {
    const auto jobs = encode_jobs(*queue, 3);
    std::vector<Job*> back = submit_all(*queue, pointers(jobs));
    size_t abandoned = 0;
    for (PreparedJob* job : jobs) {
      if (std::ranges::count(back, &job->job) > 0) continue;
      static_cast<void>(queue->abandon(job->job));
      EXPECT_EQ(job->job.status, JobStatus::failed);
      ++abandoned;
      break;
    }
    const std::vector<Job*> rest = drain(*queue);
    back.insert(back.end(), rest.begin(), rest.end());
    EXPECT_EQ(back.size(), jobs.size() - abandoned);
    for (Job* job : back) EXPECT_EQ(job->status, JobStatus::done);
  }
}

TEST_P(GenerationConformanceTest, LeavesTheBuffersOfAnAbandonedJobAloneOnceTheyAreQuiescent) {
  const auto queue = open(largest_depth());
  const auto jobs = encode_jobs(*queue, 3);
  const std::vector<Job*> back = submit_all(*queue, pointers(jobs));
  std::vector<PreparedJob*> proven;
  for (PreparedJob* job : jobs) {
    if (std::ranges::count(back, &job->job) > 0) continue;
    if (queue->abandon(job->job) == Quiescence::unproven) continue;
    job->reset_results();
    proven.push_back(job);
  }
  EXPECT_EQ(queue->in_flight(), 0u);
  Job* finished[8];
  // A device that works by itself has the time to write what it must not.
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(queue->poll(finished), 0u);
    if (!capabilities().is_cpu) std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  for (PreparedJob* job : proven) EXPECT_TRUE(job->untouched());
}

TEST_P(GenerationConformanceTest, AbandonsAllInFlightWhenItLeavesAGeneration) {
  const auto queue = open(largest_depth());
  const uint32_t before = queue->generation();
  const auto jobs = encode_jobs(*queue, 3);
  const std::vector<Job*> back = submit_all(*queue, pointers(jobs));
  const Quiescence quiescence = queue->leave_generation();
  EXPECT_NE(queue->generation(), before);
  EXPECT_EQ(queue->in_flight(), 0u);
  EXPECT_EQ(queue->counters().abandoned, jobs.size() - back.size());
  for (PreparedJob* job : jobs) {
    const bool came_back = std::ranges::count(back, &job->job) > 0;
    EXPECT_EQ(job->job.status, came_back ? JobStatus::done : JobStatus::failed);
    if (quiescence == Quiescence::proven) job->reset_results();
  }
  // The next generation works, and nothing of the one before turns up in it.
  PreparedJob& next = digest_job(*queue);
  EXPECT_EQ(run(*queue, next), JobStatus::done);
  EXPECT_TRUE(digests_right(next));
  EXPECT_EQ(queue->counters().completed, back.size() + 1);
  for (PreparedJob* job : jobs) EXPECT_TRUE(quiescence == Quiescence::unproven || job->untouched());
}

TEST_P(GenerationConformanceTest, LeavesAGenerationWithNothingInFlight) {
  const auto queue = open(1);
  for (int i = 0; i < 3; ++i) {
    const uint32_t before = queue->generation();
    static_cast<void>(queue->leave_generation());
    EXPECT_NE(queue->generation(), before);
    EXPECT_EQ(run(*queue, digest_job(*queue)), JobStatus::done);
  }
  EXPECT_EQ(queue->counters().abandoned, 0u);
}

TEST_P(GenerationConformanceTest, ReturnsAJobOfAnotherGenerationUntouched) {
  const auto queue = open(2);
  PreparedJob& old = *encode_jobs(*queue, 1)[0];
  static_cast<void>(queue->leave_generation());
  EXPECT_EQ(run(*queue, old), JobStatus::stale_generation);
  EXPECT_TRUE(old.untouched());
  EXPECT_EQ(old.job.output_length, 0u);
  PreparedJob& future = digest_job(*queue);
  future.job.generation += 1000;
  EXPECT_EQ(run(*queue, future), JobStatus::stale_generation);
  EXPECT_TRUE(future.untouched());
}

TEST_P(GenerationConformanceTest, IsTornDownWithJobsInFlight) {
  std::vector<PreparedJob*> jobs;
  {
    const auto queue = open(largest_depth());
    jobs = encode_jobs(*queue, 4);
    static_cast<void>(queue->submit(pointers(jobs)));
  }
  // The destructor returned: the buffers are quiescent.
  for (PreparedJob* job : jobs) job->reset_results();
  const auto queue = open(2);
  PreparedJob& next = digest_job(*queue);
  EXPECT_EQ(run(*queue, next), JobStatus::done);
  for (PreparedJob* job : jobs) EXPECT_TRUE(job->untouched());
}

INSTANTIATE_TEST_SUITE_P(, GenerationConformanceTest,
                         testing::ValuesIn(device_table().begin(), device_table().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace penstock
