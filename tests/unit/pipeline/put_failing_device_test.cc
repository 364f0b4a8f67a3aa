// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>

#include "codec/codec.h"
#include "drivers/software/software_device.h"
#include "hash/sha256.h"
#include "pipeline/put.h"
#include "unit/offload/lying_device.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

constexpr size_t kContentBytes = 24 << 20;

Capabilities able() {
  Capabilities capabilities;
  capabilities.kind = "liar";
  capabilities.name = "device that fails";
  capabilities.operations = {Operation::digest, Operation::encode};
  capabilities.codecs = {CodecId::lz4};
  capabilities.hashes = {HashId::sha2_256};
  capabilities.input_bytes_max = 2 << 20;
  capabilities.chunks_max = 4096;
  return capabilities;
}

void answer_truly(Job& job) {
  job.status = JobStatus::done;
  for (size_t i = 0; i < job.digests.size(); ++i)
    job.digests[i] = sha256(job.input.subspan(job.chunks[i].offset, job.chunks[i].length));
  if (job.operation == Operation::digest) return;
  const Bytes raw = job.input.first(job.chunks.back().offset + job.chunks.back().length);
  const auto encoded = Encoder().encode({job.codec, job.codec_level}, raw, job.output);
  job.output_length = static_cast<uint32_t>(encoded.value_or(0));
  if (job.output_length == 0 || job.output_length >= raw.size()) job.status = JobStatus::stored;
}

// Half of it can be made smaller.
std::vector<uint8_t> content() {
  std::vector<uint8_t> bytes = random_bytes(kContentBytes, 3);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i % 128 < 64) bytes[i] = static_cast<uint8_t>(i >> 12);
  }
  return bytes;
}

class PutFailingDeviceTest : public testing::Test {
 protected:
  static Cid root_by_the_cpu() {
    MemorySink sink;
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of(content()));
    const auto cpu = make_software_device({});
    const auto report = put_entries(entries, *cpu, sink, options());
    EXPECT_TRUE(report.has_value());
    return report->root.cid;
  }
  static PutOptions options() {
    PutOptions options;
    options.threads = 2;
    options.codec = {CodecId::lz4, 1};
    return options;
  }

  void open(LyingDevice& device) {
    dispatcher_options_.deadline_min = std::chrono::milliseconds(20);
    dispatcher_options_.deadline_max = std::chrono::milliseconds(20);
    dispatcher_ = std::make_unique<Dispatcher>(std::vector<Device*>{&device}, *cpu_, dispatcher_options_);
  }
  Result<PutReport> put() {
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of(content()));
    return put_entries(entries, *dispatcher_, sink_, options());
  }
  const DispatchMember& device() const { return *dispatcher_->members()[1]; }

  DispatcherOptions dispatcher_options_;
  std::unique_ptr<Device> cpu_ = make_software_device({});
  std::unique_ptr<Dispatcher> dispatcher_;
  MemorySink sink_;
};

TEST_F(PutFailingDeviceTest, GivesTheRightRootWhereDigestsAreWrong) {
  std::atomic<int> digests{0};
  LyingDevice liar(able(), [&](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::digest && ++digests == 3) job.digests.back().bytes[7] ^= 1;
  });
  open(liar);
  const auto report = put();
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->root.cid, root_by_the_cpu());
  EXPECT_EQ(device().health().state(), DeviceState::suspect);
  EXPECT_EQ(device().health().history().back().cause, HealthCause::wrong_digest);
  EXPECT_EQ(device().counters().wrong, 1u);
  EXPECT_GE(device().counters().jobs, 3u);
  EXPECT_GT(dispatcher_->members()[0]->counters().jobs, 0u);
}

TEST_F(PutFailingDeviceTest, GivesTheRightRootWherePayloadsAreWrong) {
  std::atomic<int> frames{0};
  LyingDevice liar(able(), [&](Job& job) {
    answer_truly(job);
    if (job.operation == Operation::encode && job.status == JobStatus::done && ++frames == 2)
      job.output[job.output_length / 2] ^= 0x55;
  });
  open(liar);
  const auto report = put();
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->root.cid, root_by_the_cpu());
  EXPECT_EQ(device().health().state(), DeviceState::suspect);
  EXPECT_EQ(device().health().history().back().cause, HealthCause::wrong_payload);
  EXPECT_EQ(device().counters().wrong, 1u);
}

TEST_F(PutFailingDeviceTest, GivesTheRightRootWhereTheDeviceHangs) {
  LyingDevice* hung = nullptr;
  std::atomic<int> jobs{0};
  LyingDevice device_that_hangs(able(), [&](Job& job) {
    answer_truly(job);
    if (++jobs == 4) hung->hang(Quiescence::proven);
  });
  hung = &device_that_hangs;
  open(device_that_hangs);
  const auto report = put();
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->root.cid, root_by_the_cpu());
  EXPECT_EQ(device().health().state(), DeviceState::lost);
  EXPECT_GE(device().counters().abandoned, 1u);
}

// In a process of its own, which must end by itself, and well, with all that the device may still touch.
TEST_F(PutFailingDeviceTest, EndsTheProcessWhereTheDeviceHangsForGood) {
  const auto put_and_exit = [&] {
    auto hung = std::make_unique<LyingDevice>(able(), LyingDevice::Answer());
    hung->hang(Quiescence::unproven);
    open(*hung);
    dispatcher_->own(std::move(hung));
    const auto report = put();
    const bool right = report.has_value() && report->root.cid == root_by_the_cpu() &&
                       dispatcher_->stranded().holds_paths() && dispatcher_->stranded().jobs() > 0;
    dispatcher_.reset();
    std::exit(right ? 0 : 1);  // NOLINT(concurrency-mt-unsafe): that is what is tested
  };
  EXPECT_EXIT(put_and_exit(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace penstock
