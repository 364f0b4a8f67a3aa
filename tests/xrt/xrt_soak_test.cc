// SPDX-License-Identifier: Apache-2.0
// The driver over the real XRT and an emulated card, launch after launch, while neither the host's process
// nor the card's may grow: run by emulation/with-card. ARGUMENT: how many launches (15000).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "conformance/reference_results.h"
#include "drivers/batch/card_device.h"
#include "drivers/xrt/xrt_link.h"
#include "memory/slab.h"
#include "unit/base/random_seed.h"
#include "xrt/counted_link.h"
#include "xrt/process_sample.h"

namespace penstock {
namespace {

uint64_t launches_wanted = 15'000;

// Buffers are touched, threads begun and the allocators' pools nearly as fragmented as they get by then.
constexpr uint64_t kLaunchesBefore = 5'000;
constexpr uint64_t kLaunchesOfPhase = 250;
constexpr uint64_t kSampleEach = 1'000;
// What a process may have more of, at rest, 10,000 launches behind that: some 80 bytes a launch. The card's
// pools still grow by 0.2 to 0.3 MiB then, where 3 of 814,000 allocations in 10,000 launches were not freed
// (heaptrack); a buffer object a launch would be 36 MiB.
constexpr uint64_t kGrowthKibMax = 768;
constexpr size_t kInputs = 64;
// Small: the emulated card's work a byte would take nearly all of the time, and what is looked for comes with
// launches.
constexpr size_t kInputBytesMin = 1 << 10;
constexpr size_t kInputBytesMax = 8 << 10;
constexpr size_t kChunkBytes = 2 << 10;
constexpr uint32_t kDepth = 16;
constexpr std::array kOperations = {Operation::digest, Operation::encode, Operation::digest_encode,
                                    Operation::decode};

// What jobs are made of, and what the libraries say of it.
struct Input {
  Bytes raw;
  Bytes payload;  // LZ4
  std::vector<ChunkRef> chunks;
  std::vector<Digest> digests;
};

std::vector<uint8_t> compressible(std::mt19937_64& random, size_t bytes) {
  std::array<std::array<uint8_t, 24>, 32> words;
  for (auto& word : words) std::ranges::generate(word, [&] { return static_cast<uint8_t>(random()); });
  std::vector<uint8_t> content;
  while (content.size() < bytes) {
    const auto& word = words[random() % words.size()];
    content.insert(content.end(), word.begin(), word.begin() + static_cast<ptrdiff_t>(1 + random() % 24));
  }
  content.resize(bytes);
  return content;
}

std::vector<Input> make_inputs(const Slab& slab, std::mt19937_64& random) {
  std::vector<Input> inputs(kInputs);
  MutableBytes room = slab.bytes();
  const auto keep = [&](const std::vector<uint8_t>& content) {
    std::ranges::copy(content, room.begin());
    const Bytes kept = room.first(content.size());
    room = room.subspan(kInputBytesMax);
    return kept;
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    Input& input = inputs[i];
    const bool largest = i == 0;
    const size_t bytes =
        largest ? kInputBytesMax : kInputBytesMin + random() % (kInputBytesMax - kInputBytesMin);
    const auto content = compressible(random, bytes);
    input.raw = keep(content);
    input.payload = keep(reference_encode(CodecId::lz4, content));
    for (size_t at = 0; at < bytes; at += kChunkBytes) {
      const size_t length = std::min(kChunkBytes, bytes - at);
      input.chunks.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(length)});
      input.digests.push_back(reference_digest(input.raw.subspan(at, length)));
    }
  }
  return inputs;
}

// A job with memory for its answer, made anew each time.
struct Flight {
  Job job;
  const Input* input = nullptr;
  std::vector<uint8_t> output = std::vector<uint8_t>(kInputBytesMax);
  std::vector<Digest> digests;

  void prepare(Operation operation, const Input& of, uint32_t generation) {
    input = &of;
    digests.assign(of.digests.size(), {});
    job = {};
    job.operation = operation;
    job.codec = CodecId::lz4;
    job.generation = generation;
    job.input = operation == Operation::decode ? of.payload : of.raw;
    if (operation != Operation::digest) job.output = MutableBytes(output).first(of.raw.size());
    if (operation == Operation::decode) return;
    job.chunks = of.chunks;
    if (operation != Operation::encode) job.digests = digests;
  }

  bool right() const {
    if (job.status != JobStatus::done) return false;
    if (!job.digests.empty() && digests != input->digests) return false;
    const Bytes given = Bytes(output).first(job.output_length);
    if (job.operation == Operation::decode) return std::ranges::equal(given, input->raw);
    if (job.operation == Operation::digest) return given.empty();
    return std::ranges::equal(reference_decode(CodecId::lz4, given, input->raw.size()), input->raw);
  }
};

// Two sets of inputs: the card reads the registered ones where they are, the others are copied.
class Soak {
 public:
  Soak(Device& device, std::atomic<uint64_t>& launches)
      : device_(&device), launches_(&launches), random_(process_seed()), flights_(kDepth) {
    for (Flight& flight : flights_) idle_.push_back(&flight);
    for (const Slab& slab : slabs_) inputs_.push_back(make_inputs(slab, random_));
  }

  uint64_t wrong() const { return wrong_; }
  uint64_t jobs() const { return jobs_; }

  // Each a queue pair of its own, as for one put after the other. False: it could not be opened.
  bool run_phase() {
    if (!open()) return false;
    for (uint64_t job = 0; job < kLaunchesOfPhase; ++job) {
      const uint64_t before = *launches_;
      submit(1, draw_operation());
      while (queue_->in_flight() > 0) poll();
      one_each_ = one_each_ && *launches_ == before + 1;
    }
    const uint64_t end = *launches_ + kLaunchesOfPhase;
    while (*launches_ < end) {
      submit(1 + random_() % 4, draw_operation());
      poll();
    }
    while (queue_->in_flight() > 0) poll();
    queue_.reset();
    return true;
  }

  // As many batches at a time as there are buffers for, of the largest inputs: what they take is touched.
  bool touch_buffers() {
    if (!open()) return false;
    for (int round = 0; round < 8; ++round) {
      for (const Operation operation : kOperations) {
        for (const size_t set : {0, 1}) {
          while (idle_.size() < 4) poll();
          submit(4, operation, &inputs_[set][0]);
        }
      }
      while (queue_->in_flight() > 0) poll();
    }
    queue_.reset();
    return true;
  }

  // Whether a job that was alone in flight was always one launch.
  bool one_each() const { return one_each_; }

 private:
  bool open() {
    // A device forgets its memory with its last queue pair.
    if (!device_->register_memory({slabs_.data(), 1})) return false;
    auto queue = device_->open_queue_pair(kDepth);
    if (queue) queue_ = std::move(*queue);
    return queue.has_value();
  }

  Operation draw_operation() { return kOperations[random_() % kOperations.size()]; }

  // As many as there are flights for. Without `input`: of any one each.
  void submit(size_t count, Operation operation, const Input* input = nullptr) {
    std::array<Job*, kDepth> jobs;
    count = std::min(count, idle_.size());
    for (size_t i = 0; i < count; ++i) {
      const auto& set = inputs_[random_() % inputs_.size()];
      const Input& drawn = set[random_() % set.size()];
      Flight& flight = *idle_[idle_.size() - 1 - i];
      flight.prepare(operation, input == nullptr ? drawn : *input, queue_->generation());
      jobs[i] = &flight.job;
    }
    idle_.resize(idle_.size() - queue_->submit({jobs.data(), count}));
  }

  void poll() {
    std::array<Job*, kDepth> finished;
    const size_t count = queue_->poll(finished);
    for (size_t i = 0; i < count; ++i) {
      const auto flight =
          std::ranges::find_if(flights_, [&](const Flight& one) { return &one.job == finished[i]; });
      wrong_ += flight->right() ? 0 : 1;
      idle_.push_back(&*flight);
      ++jobs_;
    }
    if (count == 0) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }

  Device* device_;
  std::atomic<uint64_t>* launches_;
  std::mt19937_64 random_;
  std::array<Slab, 2> slabs_ = {*Slab::map(2 * kInputs * kInputBytesMax),
                                *Slab::map(2 * kInputs * kInputBytesMax)};
  std::vector<std::vector<Input>> inputs_;  // by slab
  std::vector<Flight> flights_;
  std::vector<Flight*> idle_;
  std::unique_ptr<QueuePair> queue_;
  uint64_t wrong_ = 0;
  uint64_t jobs_ = 0;
  bool one_each_ = true;
};

struct Samples {
  ProcessSample host;
  ProcessSample card;

  // At rest: what the last phase's buffers took, the card gives back when it has seen to the calls that free
  // them.
  static Samples take(pid_t card) {
    constexpr int kReadings = 10;
    Samples least{ProcessSample::of(::getpid()), ProcessSample::of(card)};
    for (int reading = 1; reading < kReadings; ++reading) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const Samples now{ProcessSample::of(::getpid()), ProcessSample::of(card)};
      if (now.host.memory_kib < least.host.memory_kib) least.host = now.host;
      if (now.card.memory_kib < least.card.memory_kib) least.card = now.card;
    }
    return least;
  }
  void print(uint64_t launches) const {
    fmt::print("{:>6} launches: host {}\n{:>17} card {}\n", launches, host.text(), "", card.text());
    std::fflush(stdout);
  }
};

void expect_no_growth(const char* whose, const ProcessSample& before, const ProcessSample& after) {
  EXPECT_LE(after.memory_kib, before.memory_kib + kGrowthKibMax) << whose;
  EXPECT_LE(after.descriptors, before.descriptors) << whose;
  EXPECT_LE(after.threads, before.threads) << whose;
}

TEST(XrtSoakTest, NeitherHostNorCardGrowsWithTheBatches) {
  fmt::print("{}\n", seed_text(process_seed()));
  SCOPED_TRACE(seed_text(process_seed()));
  std::atomic<uint64_t> launches = 0;
  auto link = open_xrt_link({});
  ASSERT_TRUE(link) << link.error().message();
  const auto device = open_card(std::make_unique<CountedLink>(std::move(*link), launches));
  ASSERT_TRUE(device) << device.error().message();
  const std::vector<pid_t> cards = children_named("genericpciemode");
  ASSERT_EQ(cards.size(), 1U);

  Soak soak(**device, launches);
  ASSERT_TRUE(soak.touch_buffers());
  while (launches < kLaunchesBefore) ASSERT_TRUE(soak.run_phase());
  const Samples before = Samples::take(cards[0]);
  ASSERT_GT(before.host.memory_kib, 0U);
  ASSERT_GT(before.card.memory_kib, 0U);
  ASSERT_GT(before.card.descriptors, 0U);
  before.print(launches);
  for (uint64_t next = kLaunchesBefore + kSampleEach; launches < launches_wanted;) {
    ASSERT_TRUE(soak.run_phase());
    if (launches < next) continue;
    Samples::take(cards[0]).print(launches);
    next += kSampleEach;
  }
  const Samples after = Samples::take(cards[0]);
  fmt::print("{} launches, {} jobs\n", launches.load(), soak.jobs());
  EXPECT_GE(launches, launches_wanted);
  EXPECT_EQ(soak.wrong(), 0U);
  EXPECT_TRUE(soak.one_each());
  expect_no_growth("host", before.host, after.host);
  expect_no_growth("card", before.card, after.card);
}

}  // namespace
}  // namespace penstock

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (count > 1) penstock::launches_wanted = std::strtoull(arguments[1], nullptr, 10);
  return RUN_ALL_TESTS();
}
