// SPDX-License-Identifier: Apache-2.0
// How fast the simulation of digest_batch runs on one core, and what the kernel's loops say of its own speed.
//
// hls_digest_bench [CHUNK_BYTES_MAX] [SUBMISSIONS]: launches one batch of extents of up to 2 MiB and chunks
// of any size up to CHUNK_BYTES_MAX three times, and prints each.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

#include "hls/datapath/cycles.h"
#include "hls/digest_batch/digest_batch.h"
#include "unit/hls_sha256/batch_request.h"
#include "unit/hls_sha256/guarded_words.h"

namespace penstock {
namespace {

constexpr double kClockMhz = 300;  // assumed

uint64_t digested_bytes(const BatchRequest& batch) {
  uint64_t bytes = 0;
  for (const penstock_chunk& chunk : batch.chunks) bytes += chunk.bytes;
  return bytes;
}

int run(uint32_t chunk_bytes_max, size_t submissions) {
  std::mt19937_64 random(1);
  const BatchRequest batch = random_batch(submissions, 1 << 21, chunk_bytes_max, random);
  const std::vector<uint8_t> request = batch.bytes();
  const ExpectedAnswer expected = expected_answer(request, {}, false);
  GuardedWords card_request(request.size() / 64);
  GuardedWords card_input((batch.input.size() + 63) / 64);
  GuardedWords card_answer(expected.answer_bytes / 64);
  std::memcpy(card_request.bytes().data(), request.data(), request.size());
  std::memcpy(card_input.bytes().data(), batch.input.data(), batch.input.size());
  const uint64_t bytes = digested_bytes(batch);
  std::printf("%zu submissions, %zu chunks, %.1f MB\n", submissions, batch.chunks.size(),
              double(bytes) / 1e6);
  for (int i = 0; i < 3; ++i) {
    fabric::CycleRecord record;
    const fabric::CycleScope cycles(record);
    const std::clock_t begin = std::clock();
    digest_batch(card_request.words(), card_input.words(), card_answer.words());
    const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    const double clocks = double(record.longest());
    std::printf(
        "simulated at %.0f MB/s of CPU time; modelled: %.1f bytes a clock, %.1f GB/s at %.0f MHz, pipe %.1f "
        "%% full\n",
        double(bytes) / seconds / 1e6, double(bytes) / clocks, double(bytes) / clocks * kClockMhz / 1e3,
        kClockMhz, 100 * double(record.counted("sha256_blocks")) / double(record.counted("sha256_clocks")));
    if (i < 2) continue;
    for (const auto& [process, sum] : record.cycles()) {
      std::printf("  %-18s %12llu modelled clocks\n", process.first.c_str(),
                  static_cast<unsigned long long>(sum));
    }
  }
  return 0;
}

}  // namespace
}  // namespace penstock

int main(int count, char** arguments) {
  const auto chunk_bytes_max =
      static_cast<uint32_t>(count > 1 ? std::strtoul(arguments[1], nullptr, 0) : 131072);
  const size_t submissions = count > 2 ? std::strtoul(arguments[2], nullptr, 0) : 64;
  return penstock::run(chunk_bytes_max, submissions);
}
