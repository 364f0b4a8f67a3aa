// SPDX-License-Identifier: Apache-2.0
#include "conformance/conformance_test.h"

#include <algorithm>
#include <chrono>

#include "conformance/reference_results.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

// Only keeps a device that hangs from hanging the suite.
class Patience {
 public:
  bool left() const { return std::chrono::steady_clock::now() < end_; }

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + std::chrono::minutes(2);
};

void poll_into(QueuePair& queue, std::vector<Job*>& back) {
  Job* finished[8];
  const size_t count = queue.poll(finished);
  EXPECT_LE(count, std::size(finished));
  back.insert(back.end(), finished, finished + count);
}

}  // namespace

void ConformanceTest::SetUp() {
  auto device = GetParam().open();
  if (!device) GTEST_SKIP() << device.error().message();
  device_ = std::move(*device);
}

bool ConformanceTest::can(Operation operation) const {
  return std::ranges::count(capabilities().operations, operation) > 0;
}

bool ConformanceTest::can(CodecId codec) const {
  return std::ranges::count(capabilities().codecs, codec) > 0;
}

std::unique_ptr<QueuePair> ConformanceTest::open(uint32_t depth) {
  auto queue = device_->open_queue_pair(std::min(depth, largest_depth()));
  if (!queue) ADD_FAILURE() << queue.error().message();
  PENSTOCK_CHECK(queue.has_value());
  return std::move(*queue);
}

PreparedJob& ConformanceTest::job(const QueuePair& queue, Operation operation, Bytes input,
                                  const std::vector<uint32_t>& chunk_lengths, size_t output_bytes) {
  jobs_.push_back(
      std::make_unique<PreparedJob>(capabilities(), operation, input, chunk_lengths, output_bytes));
  jobs_.back()->job.generation = queue.generation();
  jobs_.back()->job.cookie = random_();
  return *jobs_.back();
}

PreparedJob& ConformanceTest::digest_job(const QueuePair& queue) {
  const auto input = random_sample(1 + random_() % 3000, random_());
  const auto half = static_cast<uint32_t>(input.size() / 2);
  return job(queue, Operation::digest, input, {half, static_cast<uint32_t>(input.size()) - half}, 0);
}

bool ConformanceTest::digests_right(const PreparedJob& job) const {
  for (size_t i = 0; i < job.chunks.size(); ++i) {
    const Bytes chunk = job.job.input.subspan(job.chunks[i].offset, job.chunks[i].length);
    if (job.digests[i] != reference_digest(chunk)) return false;
  }
  return true;
}

std::vector<Job*> ConformanceTest::submit_all(QueuePair& queue, std::vector<Job*> jobs) {
  const Patience patience;
  std::vector<Job*> back;
  std::span<Job* const> rest = jobs;
  while (!rest.empty() && patience.left()) {
    const size_t accepted = queue.submit(rest);
    EXPECT_LE(accepted, rest.size());
    rest = rest.subspan(accepted);
    if (!rest.empty()) poll_into(queue, back);
  }
  EXPECT_TRUE(rest.empty()) << "the device takes no more jobs";
  return back;
}

std::vector<Job*> ConformanceTest::drain(QueuePair& queue) {
  const Patience patience;
  std::vector<Job*> back;
  while (queue.in_flight() > 0 && patience.left()) poll_into(queue, back);
  EXPECT_EQ(queue.in_flight(), 0u) << "the device does not finish";
  return back;
}

JobStatus ConformanceTest::run(QueuePair& queue, PreparedJob& job) {
  std::vector<Job*> back = submit_all(queue, {&job.job});
  const std::vector<Job*> rest = drain(queue);
  back.insert(back.end(), rest.begin(), rest.end());
  EXPECT_EQ(back, std::vector<Job*>{&job.job});
  return job.job.status;
}

}  // namespace penstock
