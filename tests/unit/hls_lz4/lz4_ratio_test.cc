// SPDX-License-Identifier: Apache-2.0
// How small and how fast: the compressor beside liblz4's LZ4_compress_default on files of this machine.
// Speeds are of the simulation, figures for those who run it, and held by no test; modelled cycles are what
// kernels say of themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "hls/datapath/cycles.h"
#include "unit/hls_lz4/lz4_launch.h"
#include "unit/hls_lz4/machine_files.h"

namespace penstock {
namespace {

constexpr size_t kLaunchBytes = 4 << 20;

struct Measured {
  size_t raw = 0;
  size_t decoded = 0;  // of those extents that were not stored
  size_t ours = 0;
  size_t liblz4 = 0;
  double encode_s = 0;
  double decode_s = 0;
  uint64_t encode_cycles = 0;
  uint64_t decode_cycles = 0;

  void add(const Measured& other) {
    raw += other.raw;
    decoded += other.decoded;
    ours += other.ours;
    liblz4 += other.liblz4;
    encode_s += other.encode_s;
    decode_s += other.decode_s;
    encode_cycles += other.encode_cycles;
    decode_cycles += other.decode_cycles;
  }
};

double cpu_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Call>
std::vector<EngineOutput> timed(Call call, double& seconds, uint64_t& cycles) {
  fabric::CycleRecord record;
  const fabric::CycleScope scope(record);
  const double begin = cpu_seconds();
  std::vector<EngineOutput> outputs = call();
  seconds += cpu_seconds() - begin;
  cycles += record.longest();
  return outputs;
}

Measured measure(std::span<const uint8_t> bytes, size_t extent_bytes) {
  Measured sum;
  for (size_t at = 0; at < bytes.size(); at += kLaunchBytes) {
    const auto launched = bytes.subspan(at, std::min(kLaunchBytes, bytes.size() - at));
    std::vector<EngineJob> jobs;
    for (size_t begin = 0; begin < launched.size(); begin += extent_bytes) {
      const auto extent = launched.subspan(begin, std::min(extent_bytes, launched.size() - begin));
      jobs.push_back({extent, static_cast<uint32_t>(extent.size())});
      sum.raw += extent.size();
      sum.liblz4 += std::min(extent.size(), liblz4_payload(extent).size());
    }
    const auto encoded = timed([&] { return launch_compressor(jobs); }, sum.encode_s, sum.encode_cycles);
    std::vector<EngineJob> payloads;
    for (size_t i = 0; i < jobs.size(); ++i) {
      sum.ours += encoded[i].done ? encoded[i].bytes : jobs[i].input.size();
      if (encoded[i].done)
        payloads.push_back({encoded[i].output, static_cast<uint32_t>(jobs[i].input.size())});
    }
    const auto decoded =
        timed([&] { return launch_decompressor(payloads); }, sum.decode_s, sum.decode_cycles);
    size_t next = 0;
    for (size_t i = 0; i < jobs.size(); ++i) {
      if (!encoded[i].done) continue;
      EXPECT_TRUE(std::ranges::equal(decoded[next].output, jobs[i].input));
      sum.decoded += jobs[i].input.size();
      ++next;
    }
  }
  return sum;
}

double ratio(size_t raw, size_t encoded) {
  return static_cast<double>(raw) / static_cast<double>(encoded);
}

void print(const char* name, size_t extent_bytes, const Measured& m) {
  const auto raw = static_cast<double>(m.raw);
  const auto decoded = static_cast<double>(m.decoded);
  std::printf(
      "%-18s %7zu KiB extents: ratio %.3f, liblz4 %.3f (%+.1f %%); simulated encode %.0f MB/s, decode %.0f "
      "MB/s;"
      " modelled %.2f and %.2f bytes a clock\n",
      name, extent_bytes / 1024, ratio(m.raw, m.ours), ratio(m.raw, m.liblz4),
      100 * (ratio(m.liblz4, m.ours) - 1), raw / 1e6 / m.encode_s, decoded / 1e6 / m.decode_s,
      raw / static_cast<double>(m.encode_cycles), decoded / static_cast<double>(m.decode_cycles));
}

void expect_ratios(size_t bytes_a_folder) {
  const std::vector<std::string> folders = {"/usr/bin", "/usr/include", "/usr/share/doc", "/usr/lib/python3"};
  std::vector<Bytes> files;
  for (const std::string& folder : folders) files.push_back(files_below(folder, bytes_a_folder));
  for (const size_t extent_bytes : {65536, 131072, 1048576, 2097152}) {
    Measured all;
    for (size_t i = 0; i < folders.size(); ++i) {
      const Measured one = measure(files[i], extent_bytes);
      print(folders[i].c_str(), extent_bytes, one);
      EXPECT_GE(ratio(one.liblz4, one.ours), 0.90) << folders[i];
      all.add(one);
    }
    print("all", extent_bytes, all);
    EXPECT_GE(ratio(all.liblz4, all.ours), 0.95) << "more than 5 % behind liblz4";
  }
}

TEST(Lz4RatioTest, IsNoMoreThanFivePercentBehindLiblz4OnFilesOfThirtyTwoMegabytes) {
  expect_ratios(8 << 20);
}

TEST(Lz4RatioTest, IsNoMoreThanFivePercentBehindLiblz4OnFilesOfAQuarterGigabyte) {
  expect_ratios(64 << 20);
}

}  // namespace
}  // namespace penstock
