// SPDX-License-Identifier: Apache-2.0
// index_growth [MILLIONS] [DIRECTORY]: what the index costs a chunk while it grows to so many million entries
// (default: 50) of digests that are made up, as a put of new data asks it: 26 digests at a time that are not
// there, then 4,096 of them entered at once. Then digests that are there. Ends with 1 when an answer is
// wrong, or when the process takes more memory than a put may.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "benchmark/scratch_directory.h"
#include "micro/process_costs.h"
#include "store/block_catalog.h"
#include "store/rocks_index.h"

namespace {

using namespace penstock;

constexpr size_t kAskedTogether = 26;  // a frame's chunks
constexpr uint64_t kMillion = 1'000'000;
constexpr uint64_t kResidentMax = 512 * kMiB;
// What a put costs without an index, for scale: a chunk's mean bytes, and core-nanoseconds a byte of new data
// (docs/performance.md).
constexpr double kChunkBytes = 79'000;
constexpr double kPutNsAByte = 4;

uint64_t split_mix(uint64_t state) {
  state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
  state = (state ^ state >> 27) * 0x94d049bb133111eb;
  return state ^ state >> 31;
}

Digest digest_of(uint64_t number) {
  Digest digest;
  for (size_t word = 0; word < 4; ++word)
    store_le(&digest.bytes[8 * word], split_mix((4 * number + word + 1) * 0x9e3779b97f4a7c15));
  return digest;
}

Placement placement_of(uint64_t number) {
  return {.segment = static_cast<uint32_t>(number / 2000 + 1),
          .record = static_cast<uint32_t>(number % 2000 / kAskedTogether * kMiB),
          .place = static_cast<uint32_t>(number % kAskedTogether)};
}

// Asks for the numbers from `first` on and compares the answers: all there, or none.
Status ask(Index& index, uint64_t first, size_t count, bool there) {
  std::vector<Digest> digests;
  for (uint64_t number = first; number < first + count; ++number) digests.push_back(digest_of(number));
  std::vector<std::optional<Placement>> found(count);
  PENSTOCK_TRY(index.find(digests, found));
  for (size_t i = 0; i < count; ++i) {
    const auto expected = there ? std::optional(placement_of(first + i)) : std::nullopt;
    if (found[i] != expected)
      return fail(Errc::corrupt, "entry " + std::to_string(first + i), "wrong answer");
  }
  return {};
}

Status grow(Index& index, uint64_t first, uint64_t end) {
  std::vector<IndexEntry> batch;
  for (uint64_t number = first; number < end; number += batch.size()) {
    batch.clear();
    const uint64_t batch_end = std::min(number + BlockCatalog::kBatchEntries, end);
    for (uint64_t at = number; at < batch_end; at += kAskedTogether)
      PENSTOCK_TRY(ask(index, at, std::min(batch_end - at, uint64_t{kAskedTogether}), false));
    for (uint64_t at = number; at < batch_end; ++at) batch.push_back({digest_of(at), placement_of(at)});
    const Coverage coverage{batch.back().placement.segment, batch.back().placement.record};
    PENSTOCK_TRY(index.insert(batch, std::span(&coverage, 1)));
  }
  return {};
}

void print(const char* what, const bench::WorkTime& time, uint64_t count) {
  const auto chunks = static_cast<double>(count);
  const double cpu_ns = time.cpu_ns / chunks;
  fmt::print("{:24} {:9.0f} {:9.2f} {:9.2f} {:8.1f} {:8.0f}\n", what, chunks / time.wall_ns * 1e9,
             time.wall_ns / chunks / 1e3, cpu_ns / 1e3, 100 * cpu_ns / (kChunkBytes * kPutNsAByte),
             static_cast<double>(bench::resident_bytes()) / kMiB);
  static_cast<void>(std::fflush(stdout));
}

uint64_t bytes_below(const std::string& directory) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) bytes += entry.file_size();
  return bytes;
}

// Far apart, so that no two answers come from one block of the index.
Status ask_scattered(Index& index, uint64_t entries, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) PENSTOCK_TRY(ask(index, split_mix(i + 1) % entries, 1, true));
  return {};
}

Status run(uint64_t millions, const std::string& parent) {
  PENSTOCK_TRY_ASSIGN(const auto scratch, ScratchDirectory::create(parent));
  IndexOpening opening{.directory = scratch->path("index"), .writable = true, .uuid = "index_growth"};
  PENSTOCK_TRY_ASSIGN(auto index, RocksIndex::open(opening));
  fmt::print("{:24} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "", "a second", "wall us", "CPU us", "% of put", "MiB");
  bench::WorkTime whole;
  uint64_t resident_max = 0;
  for (uint64_t million = 0; million < millions; ++million) {
    bench::WorkClock clock;
    PENSTOCK_TRY(grow(*index, million * kMillion, (million + 1) * kMillion));
    const bench::WorkTime time = clock.lap();
    whole.wall_ns += time.wall_ns;
    whole.cpu_ns += time.cpu_ns;
    resident_max = std::max(resident_max, bench::resident_bytes());
    if (million == 0 || millions <= 10 || (million + 1) % 5 == 0 || million + 1 == millions)
      print(fmt::format("million {}", million + 1).c_str(), time, kMillion);
  }
  print("all of them", whole, millions * kMillion);
  bench::WorkClock clock;
  PENSTOCK_TRY(index->flush());
  constexpr uint64_t kAsked = 100'000;
  clock.lap();
  PENSTOCK_TRY(ask_scattered(*index, millions * kMillion, kAsked));
  print("hits, one by one", clock.lap(), kAsked);
  for (uint64_t at = 0; at < kAsked; at += kAskedTogether)
    PENSTOCK_TRY(ask(*index, millions * kMillion + at, kAskedTogether, false));
  print("misses, 26 together", clock.lap(), kAsked);
  resident_max = std::max(resident_max, bench::resident_bytes());
  index.reset();
  fmt::print("on disk {} MiB, most memory {} MiB\n", bytes_below(opening.directory) / kMiB,
             resident_max / kMiB);
  if (resident_max > kResidentMax) return fail(Errc::failed, "memory", "is more than a put may take");
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t millions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 50;
  const Status done = run(std::max<uint64_t>(millions, 1), argc > 2 ? argv[2] : "/dev/shm");
  if (!done) fmt::print(stderr, "index_growth: {}\n", done.error().message());
  return done ? 0 : 1;
}
