// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "conformance/device_table.h"
#include "conformance/prepared_job.h"
#include "offload/device.h"
#include "unit/base/random_seed.h"

namespace penstock {

// What every device must keep (offload/queue_pair.h): run once for each row of the table of devices.
class ConformanceTest : public testing::TestWithParam<DeviceRow> {
 protected:
  void SetUp() override;

  const Capabilities& capabilities() const { return device_->capabilities(); }
  bool can(Operation operation) const;
  bool can(CodecId codec) const;
  uint32_t largest_depth() const { return capabilities().queue_depth; }

  std::unique_ptr<QueuePair> open(uint32_t depth);

  // A small digest job of the queue pair's generation; lives as long as the test.
  PreparedJob& digest_job(const QueuePair& queue);
  PreparedJob& job(const QueuePair& queue, Operation operation, Bytes input,
                   const std::vector<uint32_t>& chunk_lengths, size_t output_bytes);
  bool digests_right(const PreparedJob& job) const;

  // Offers the jobs until all are accepted, polling in between; returns what came back meanwhile.
  std::vector<Job*> submit_all(QueuePair& queue, std::vector<Job*> jobs);
  // Polls until nothing is in flight.
  std::vector<Job*> drain(QueuePair& queue);
  // Submits one job and waits for it.
  JobStatus run(QueuePair& queue, PreparedJob& job);

  std::mt19937_64 random_{process_seed()};
  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(process_seed())};
  std::deque<std::unique_ptr<PreparedJob>>
      jobs_;  // outlive the device: what it left unproven it may still write
  std::unique_ptr<Device> device_;
};

}  // namespace penstock
