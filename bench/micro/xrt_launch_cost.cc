// SPDX-License-Identifier: Apache-2.0
// xrt_launch_cost [RUNS]: what a batch of each size takes in syncs and in its launch, over the real XRT
// runtime and an emulated card; medians of RUNS (9). Beside it the same on paper, for a card on PCIe. Run it
// by emulation/with-card; it ends with 1 when a launch fails.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "benchmark/stopwatch.h"
#include "benchmark/timing.h"
#include "drivers/batch/card_link.h"
#include "drivers/xrt/xrt_emulation.h"
#include "drivers/xrt/xrt_link.h"
#include "kernels/abi/penstock_abi.h"
#include "memory/slab.h"
#include "micro/assumed_card.h"

namespace penstock {
namespace {

constexpr std::array<size_t, 7> kBatchBytes = {64 * kKiB, 256 * kKiB, 1 * kMiB, 4 * kMiB,
                                               8 * kMiB,  16 * kMiB,  32 * kMiB};
constexpr size_t kBatchBytesMax = kBatchBytes.back();
constexpr size_t kChunkBytes = 64 * kKiB;
constexpr size_t kFewBytes = 64;
constexpr size_t kFramesMax = kBatchBytesMax / PENSTOCK_EXTENT_BYTES_MAX;
constexpr size_t kChunksMax = kBatchBytesMax / kChunkBytes;
constexpr size_t kChunksOffset = sizeof(penstock_request_header) + kFramesMax * sizeof(penstock_submission);
constexpr size_t kDigestsOffset = kFramesMax * sizeof(penstock_completion);
constexpr auto kPatience = std::chrono::seconds(60);
constexpr double kShareAllowed = 0.05;

size_t frames_of(size_t bytes) {
  return (bytes + PENSTOCK_EXTENT_BYTES_MAX - 1) / PENSTOCK_EXTENT_BYTES_MAX;
}

// Hears when a launch ends: the time is taken where it is told.
class LaunchClock final : public LaunchListener {
 public:
  void launch_ended(uint64_t, bool well) noexcept override {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    ended_ = now;
    well_ = well;
    changed_.notify_all();
  }

  // Nanoseconds from the start to the end. failed: it did not start, or did not end well.
  Result<uint64_t> time(CardLaunch& launch, CardMemory* input) {
    ended_.reset();
    const auto begun = std::chrono::steady_clock::now();
    const bool started = launch.start(input, 1);
    std::unique_lock lock(mutex_);
    if (!started || !changed_.wait_for(lock, kPatience, [&] { return ended_.has_value(); }) || !well_)
      return fail(Errc::failed, "a launch", "failed", "see what the emulated card says");
    return static_cast<uint64_t>((*ended_ - begun).count());
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::chrono::steady_clock::time_point> ended_;
  bool well_ = false;
};

// The buffers of a batch of the largest size, as the driver has them; the input is host memory of its own.
struct BatchMemory {
  std::unique_ptr<CardMemory> request;
  std::unique_ptr<CardMemory> input;
  std::unique_ptr<CardMemory> answer;
  std::unique_ptr<CardMemory> arena;
  std::unique_ptr<CardLaunch> describe;
  std::unique_ptr<CardLaunch> digest;
};

Result<BatchMemory> make_memory(CardLink& link, const Slab& input, LaunchClock& clock) {
  BatchMemory made;
  PENSTOCK_TRY_ASSIGN(made.request,
                      link.allocate(CardBank::request, kChunksOffset + kChunksMax * sizeof(penstock_chunk)));
  PENSTOCK_TRY_ASSIGN(made.input, link.mirror(CardBank::input, input.bytes()));
  PENSTOCK_TRY_ASSIGN(made.answer, link.allocate(CardBank::answer, kDigestsOffset + 32 * kChunksMax));
  PENSTOCK_TRY_ASSIGN(made.arena, link.allocate(CardBank::arena, kBatchBytesMax));
  const CardArguments arguments{made.request.get(), made.answer.get(), nullptr};
  PENSTOCK_TRY_ASSIGN(made.digest, link.prepare(CardKernel::digest, arguments, clock));
  const CardArguments answer_alone{nullptr, made.answer.get(), nullptr};
  PENSTOCK_TRY_ASSIGN(made.describe, link.prepare(CardKernel::describe, answer_alone, clock));
  return made;
}

void write_request(MutableBytes request, size_t bytes) {
  const auto chunks = static_cast<uint32_t>(bytes / kChunkBytes);
  penstock_request_header header{};
  header.magic = PENSTOCK_REQUEST_MAGIC;
  header.abi_version = PENSTOCK_ABI_VERSION;
  header.operation = PENSTOCK_DIGEST;
  header.submissions = static_cast<uint32_t>(frames_of(bytes));
  header.chunks = chunks;
  header.chunks_offset = kChunksOffset;
  header.digests_offset = kDigestsOffset;
  header.hash = PENSTOCK_HASH_SHA2_256;
  header.input_bytes = kBatchBytesMax;
  std::memcpy(request.data(), &header, sizeof header);
  uint32_t chunk = 0;
  for (size_t frame = 0; frame < frames_of(bytes); ++frame) {
    const size_t begin = frame * PENSTOCK_EXTENT_BYTES_MAX;
    penstock_submission submission{};
    submission.input_offset = begin;
    submission.input_bytes =
        static_cast<uint32_t>(std::min<size_t>(bytes - begin, PENSTOCK_EXTENT_BYTES_MAX));
    submission.first_chunk = chunk;
    submission.chunks = static_cast<uint32_t>(submission.input_bytes / kChunkBytes);
    std::memcpy(request.data() + sizeof header + frame * sizeof submission, &submission, sizeof submission);
    for (uint32_t i = 0; i < submission.chunks; ++i, ++chunk) {
      const penstock_chunk one{static_cast<uint32_t>(i * kChunkBytes), kChunkBytes};
      std::memcpy(request.data() + kChunksOffset + chunk * sizeof one, &one, sizeof one);
    }
  }
}

bool all_done(Bytes answer, size_t bytes) {
  for (size_t frame = 0; frame < frames_of(bytes); ++frame) {
    penstock_completion completion;
    std::memcpy(&completion, answer.data() + frame * sizeof completion, sizeof completion);
    if (completion.status != PENSTOCK_DONE) return false;
  }
  return true;
}

// Of one size, run after run.
struct BatchTimes {
  size_t bytes = 0;
  Timing request;  // and the cleared completions
  Timing input;    // a sync for each frame
  Timing launch;   // of a kernel that has next to nothing to do
  Timing digest;   // a launch with the kernel's work
  Timing answer;
  Timing arena;  // as many bytes as the input

  double median_ms() const {
    return (request.median_ns() + input.median_ns() + launch.median_ns() + answer.median_ns() +
            arena.median_ns()) *
           1e-6;
  }
};

Status timed(Timing& timing, const std::function<bool()>& sync) {
  bool moved = false;
  timing.add_run(nanoseconds_of([&] { moved = sync(); }));
  return moved ? Status() : fail(Errc::failed, "a sync", "failed", "see what the emulated card says");
}

Status run_once(BatchTimes& times, const BatchMemory& memory, LaunchClock& clock) {
  const size_t frames = frames_of(times.bytes);
  const size_t chunks = times.bytes / kChunkBytes;
  const size_t completions_bytes = frames * sizeof(penstock_completion);
  const MutableBytes answer = memory.answer->host();
  write_request(memory.request->host(), times.bytes);
  std::memset(answer.data(), 0, answer.size());
  PENSTOCK_TRY(timed(times.request, [&] {
    return memory.request->sync_to_card(0, kChunksOffset + chunks * sizeof(penstock_chunk)) &&
           memory.answer->sync_to_card(0, completions_bytes);
  }));
  PENSTOCK_TRY(timed(times.input, [&] {
    bool moved = true;
    for (size_t at = 0; at < times.bytes && moved; at += PENSTOCK_EXTENT_BYTES_MAX)
      moved = memory.input->sync_to_card(at, std::min<size_t>(PENSTOCK_EXTENT_BYTES_MAX, times.bytes - at));
    return moved;
  }));
  PENSTOCK_TRY_ASSIGN(const uint64_t digest_ns, clock.time(*memory.digest, memory.input.get()));
  times.digest.add_run(digest_ns);
  PENSTOCK_TRY(
      timed(times.answer, [&] { return memory.answer->sync_to_host(0, kDigestsOffset + 32 * chunks); }));
  if (!all_done(answer, times.bytes)) return fail(Errc::failed, "digest_batch", "did not digest a frame");
  PENSTOCK_TRY_ASSIGN(const uint64_t launch_ns, clock.time(*memory.describe, nullptr));
  times.launch.add_run(launch_ns);
  return timed(times.arena, [&] { return memory.arena->sync_to_host(0, times.bytes); });
}

// What a sync takes that moves next to nothing, in ms.
struct FixedCosts {
  double to_card_ms = 0;
  double to_host_ms = 0;

  double of_batch_ms(size_t frames) const {
    return AssumedCard::syncs_to_card(frames) * to_card_ms + AssumedCard::syncs_to_host() * to_host_ms;
  }
};

Result<FixedCosts> measure_fixed(CardMemory& memory, unsigned runs) {
  Timing to_card;
  Timing to_host;
  for (unsigned run = 0; run < 10 * runs; ++run) {
    PENSTOCK_TRY(timed(to_card, [&] { return memory.sync_to_card(0, kFewBytes); }));
    PENSTOCK_TRY(timed(to_host, [&] { return memory.sync_to_host(0, kFewBytes); }));
  }
  return FixedCosts{to_card.median_ns() * 1e-6, to_host.median_ns() * 1e-6};
}

std::string size_name(size_t bytes) {
  return bytes < kMiB ? fmt::format("{} KiB", bytes / kKiB) : fmt::format("{} MiB", bytes / kMiB);
}

void print_measured(const std::vector<BatchTimes>& all, const FixedCosts& fixed, unsigned runs) {
  fmt::print(
      "MEASURED, over the real XRT runtime and an EMULATED card: a unix socket in the bus's place, one for\n"
      "all syncs, registers and polls. Nothing of it is a card's speed. Medians of {} runs, in ms. A sync "
      "of\n"
      "{} bytes: {:.3f} to the card, {:.3f} to the host. The arena is synced as long as the input is; "
      "fixed:\n"
      "the launch of `describe`, and {} syncs of next to nothing plus one a frame, as the driver makes "
      "them.\n"
      "The share is the fixed part's of all but digest_batch.\n\n",
      runs, kFewBytes, fixed.to_card_ms, fixed.to_host_ms,
      AssumedCard::syncs_to_card(0) + AssumedCard::syncs_to_host());
  fmt::print(
      "| batch | frames | request | input | launch | answer | arena | digest_batch | fixed | share |\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|---|\n");
  for (const BatchTimes& times : all) {
    const auto ms = [](const Timing& timing) { return timing.median_ns() * 1e-6; };
    const double fixed_ms = ms(times.launch) + fixed.of_batch_ms(frames_of(times.bytes));
    fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} | {:.2f} | {:.1f} % |\n",
               size_name(times.bytes), frames_of(times.bytes), ms(times.request), ms(times.input),
               ms(times.launch), ms(times.answer), ms(times.arena), ms(times.digest), fixed_ms,
               100 * std::min(1.0, fixed_ms / times.median_ms()));
  }
}

// The first of the sizes from which on `share` is small enough.
std::string smallest_under(const std::function<double(size_t)>& share) {
  std::string name = "no size";
  for (auto bytes = kBatchBytes.rbegin(); bytes != kBatchBytes.rend() && share(*bytes) < kShareAllowed;
       ++bytes)
    name = size_name(*bytes);
  return name;
}

void print_computed() {
  const AssumedCard card;
  const auto to_card_us = [&](size_t bytes) {
    return AssumedCard::syncs_to_card(frames_of(bytes)) * card.sync_us;
  };
  const double to_host_us = AssumedCard::syncs_to_host() * card.sync_us;
  using Share = std::function<double(size_t)>;
  const std::array<Share, 4> shares = {
      [&](size_t bytes) { return card.share_in_turn(bytes, to_card_us(bytes)); },
      [&](size_t bytes) { return card.share_beside(bytes, to_card_us(bytes)); },
      [&](size_t bytes) { return card.share_beside(bytes, to_host_us); },
      [&](size_t bytes) { return card.share_in_turn(bytes, card.launch_us); }};
  fmt::print(
      "\nCOMPUTED, for a card behind PCIe Gen3 x16. Assumed, not measured: {:.1f} GB/s each way, {:.0f} us "
      "a\n"
      "launch and its completion, {:.0f} us a sync beside its bytes; the arena as long as the input. In "
      "turn:\n"
      "each sync waits for the one before it. Beside: {:.0f} threads each way, one's syncs beside the "
      "other's\n"
      "bytes. A launch lies beside the batch before it, two of which are with a kernel; its share is what "
      "it\n"
      "would be if it did not.\n\n",
      card.bus_bytes_a_us * 1e-3, card.launch_us, card.sync_us, card.threads);
  fmt::print(
      "| batch | bytes on the bus | syncs to the card | in turn | beside | to the host | beside | launch, "
      "if it were not hidden |\n|---|---|---|---|---|---|---|---|\n");
  for (const size_t bytes : kBatchBytes) {
    fmt::print("| {} | {:.0f} us | {:.0f} us | {:.1f} % | {:.1f} % | {:.0f} us | {:.1f} % | {:.1f} % |\n",
               size_name(bytes), card.bytes_us(bytes), to_card_us(bytes), 100 * shares[0](bytes),
               100 * shares[1](bytes), to_host_us, 100 * shares[2](bytes), 100 * shares[3](bytes));
  }
  fmt::print("| under {:.0f} % from, of these sizes | | | {} | {} | | {} | {} |\n", 100 * kShareAllowed,
             smallest_under(shares[0]), smallest_under(shares[1]), smallest_under(shares[2]),
             smallest_under(shares[3]));
}

Status measure(unsigned runs) {
  PENSTOCK_TRY(prepare_xrt_emulation());
  PENSTOCK_TRY_ASSIGN(const Slab input, Slab::map(kBatchBytesMax));
  for (size_t at = 0; at < kBatchBytesMax; at += sizeof at)
    std::memcpy(input.bytes().data() + at, &at, sizeof at);
  LaunchClock clock;
  PENSTOCK_TRY_ASSIGN(const auto link, open_xrt_link({}));
  if (!link->emulated())
    return fail(Errc::failed, link->name(), "is no emulated card", "run it by emulation/with-card");
  PENSTOCK_TRY_ASSIGN(const BatchMemory memory, make_memory(*link, input, clock));
  PENSTOCK_TRY_ASSIGN(const FixedCosts fixed, measure_fixed(*memory.request, runs));
  std::vector<BatchTimes> all;
  for (const size_t bytes : kBatchBytes) {
    BatchTimes warming;
    warming.bytes = bytes;
    PENSTOCK_TRY(run_once(warming, memory, clock));
    BatchTimes& times = all.emplace_back();
    times.bytes = bytes;
    for (unsigned run = 0; run < runs; ++run) PENSTOCK_TRY(run_once(times, memory, clock));
  }
  link->stop();
  print_measured(all, fixed, runs);
  print_computed();
  return {};
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  using namespace penstock;
  unsigned runs = 9;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::string_view(argv[1]).size(), runs);
  const Status measured = measure(std::max(1U, runs));
  if (!measured) fmt::print(stderr, "xrt_launch_cost: {}\n", measured.error().message());
  return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
