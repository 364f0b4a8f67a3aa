// SPDX-License-Identifier: Apache-2.0
#include "benchmark/device_benchmark.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "drivers/software/software_device.h"
#include "unit/codec/sample_data.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

// The CPU in a device that tells a lie about each job that is of one operation.
class LyingDevice final : public Device {
 public:
  explicit LyingDevice(Operation about) : about_(about) {}

  const Capabilities& capabilities() const override { return inside_->capabilities(); }
  Status register_memory(std::span<const Slab>) override { return {}; }
  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    PENSTOCK_TRY_ASSIGN(auto inside, inside_->open_queue_pair(depth));
    return std::make_unique<Path>(std::move(inside), about_);
  }

 private:
  class Path final : public QueuePair {
   public:
    Path(std::unique_ptr<QueuePair> inside, Operation about) : inside_(std::move(inside)), about_(about) {}

    size_t submit(std::span<Job* const> jobs) noexcept override { return inside_->submit(jobs); }
    size_t poll(std::span<Job*> finished) noexcept override {
      const size_t count = inside_->poll(finished);
      for (Job* job : finished.first(count)) {
        if (job->operation != about_) continue;
        if (!job->digests.empty()) {
          job->digests.front().bytes[0] ^= 1;
        } else {
          job->output.front() ^= 0xff;
        }
      }
      return count;
    }
    Quiescence abandon(Job& job) noexcept override { return inside_->abandon(job); }
    uint32_t generation() const noexcept override { return inside_->generation(); }
    Quiescence leave_generation() noexcept override { return inside_->leave_generation(); }
    size_t in_flight() const noexcept override { return inside_->in_flight(); }
    const QueuePairCounters& counters() const noexcept override { return inside_->counters(); }

   private:
    std::unique_ptr<QueuePair> inside_;
    Operation about_;
  };

  std::unique_ptr<Device> inside_ = make_software_device({});
  Operation about_;
};

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

TEST_F(DeviceBenchmarkTest, MeasuresNoDeviceThatLies) {
  for (const Operation about :
       {Operation::digest, Operation::encode, Operation::digest_encode, Operation::decode}) {
    LyingDevice liar(about);
    const auto report = run_device_benchmark({{"liar", &liar, false}}, options_);
    ASSERT_FALSE(report) << static_cast<int>(about);
    EXPECT_EQ(report.error().code, Errc::corrupt);
  }
}

}  // namespace
}  // namespace penstock
