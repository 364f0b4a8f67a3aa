// SPDX-License-Identifier: Apache-2.0
#include "benchmark/device_benchmark.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "drivers/software/software_device.h"
#include "unit/codec/sample_data.h"
#include "unit/offload/lying_device.h"
#include "unit/offload/true_answer.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

class DeviceBenchmarkTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto text = text_sample(3 << 20, 1);
    const std::string path = directory_.path() + "/sample";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(text.data()), static_cast<std::streamsize>(text.size()));
    options_.paths = {path};
    options_.runs = 2;
    options_.step = [](std::string_view) {};
    options_.skipped = [](const Error&) {};
  }

  // What is told of a device that lies about its jobs of one operation.
  Result<DeviceBenchReport> measure_liar(Operation about, const std::function<void(Job&)>& lie) {
    LyingDevice liar(make_software_device({})->capabilities(), [&](Job& job) {
      if (job.operation == about) {
        lie(job);
      } else {
        answer_truly(job);
      }
    });
    return run_device_benchmark({{"liar", &liar, false}}, options_);
  }

  TemporaryDirectory directory_;
  BenchOptions options_;
};

TEST_F(DeviceBenchmarkTest, GivesEveryWayTheSameBytes) {
  const auto cpu = make_software_device({});
  const auto other = make_software_device({});
  const auto report =
      run_device_benchmark({{"software", cpu.get(), false}, {"other", other.get(), true}}, options_);
  ASSERT_TRUE(report) << report.error().message();
  std::set<Operation> operations;
  for (const WayBench& way : report->ways) {
    operations.insert(way.operation);
    EXPECT_EQ(way.bytes, report->bytes) << way.way;
    EXPECT_GT(way.cost().bytes_per_second(), 0) << way.way;
    EXPECT_GT(way.core_seconds_per_gb(), 0) << way.way;
    EXPECT_EQ(way.emulated, way.device == "other");
    if (way.operation == Operation::digest) {
      EXPECT_EQ(way.ratio(), 0);
    } else {
      EXPECT_GT(way.ratio(), 1) << way.way;
    }
  }
  EXPECT_EQ(operations.size(), 4u);
  const auto of_other = std::ranges::count(report->ways, "other", &WayBench::device);
  EXPECT_EQ(of_other, 1 + 3 * 3) << "a digest; three codecs, encoded, both, decoded";
  EXPECT_GT(std::ranges::count(report->ways, Operation::digest, &WayBench::operation), 2)
      << "every SHA-256 path of this CPU";
}

constexpr std::array kOperations = {Operation::digest, Operation::encode, Operation::digest_encode,
                                    Operation::decode};

TEST_F(DeviceBenchmarkTest, MeasuresNoDeviceThatLies) {
  for (const Operation about : kOperations) {
    const auto report = measure_liar(about, [](Job& job) {
      answer_truly(job);
      if (!job.digests.empty()) {
        job.digests.front().bytes[0] ^= 1;
      } else {
        job.output.front() ^= 0xff;
      }
    });
    ASSERT_FALSE(report) << static_cast<int>(about);
    EXPECT_EQ(report.error().code, Errc::corrupt);
  }
}

TEST_F(DeviceBenchmarkTest, TakesNothingThatAnotherJobMadeForTheDevicesAnswer) {
  for (const Operation about : kOperations) {
    const auto report = measure_liar(about, [](Job& job) {
      std::vector<Digest> made(job.digests.size());
      const std::span<Digest> digests = std::exchange(job.digests, made);
      answer_without_output(job);
      job.digests = digests;
    });
    ASSERT_FALSE(report) << static_cast<int>(about);
    EXPECT_EQ(report.error().code, Errc::corrupt);
  }
}

TEST_F(DeviceBenchmarkTest, MeasuresNoFrameOfALengthThatCannotBeInALaterRun) {
  bool later = false;
  options_.step = [&](std::string_view text) { later = text.starts_with("run 2"); };
  for (const uint32_t length : {0u, UINT32_MAX}) {
    const auto report = measure_liar(Operation::encode, [&](Job& job) {
      answer_truly(job);
      if (later) job.output_length = length;
    });
    ASSERT_FALSE(report) << length;
    EXPECT_EQ(report.error().code, Errc::corrupt);
  }
}

}  // namespace
}  // namespace penstock
