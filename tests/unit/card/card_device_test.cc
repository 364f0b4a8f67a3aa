// SPDX-License-Identifier: Apache-2.0
// The host's side of the batch contract, over a card that works and over one that does not.
#include "drivers/batch/card_device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <latch>
#include <thread>
#include <vector>

#include "codec/codec.h"
#include "emulation/card/emulated_card.h"
#include "hash/sha256.h"
#include "memory/buffer_pool.h"
#include "unit/card/spoilt_link.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

constexpr size_t kBufferBytes = 128 << 10;

// A job over buffers of its own, of memory that is registered or not.
struct CardJob {
  explicit CardJob(BufferPool& pool) : input(pool.acquire()), output(pool.acquire()) {}

  void lay_out(Operation operation, Bytes raw, uint32_t generation) {
    std::ranges::copy(raw, input.bytes().begin());
    const auto length = static_cast<uint32_t>(raw.size());
    chunks = {{0, length / 3}, {length / 3, length - length / 3}};
    digests.assign(2, Digest{});
    job = Job{};
    job.operation = operation;
    job.codec = CodecId::lz4;
    job.input = input.bytes().first(length);
    job.chunks = chunks;
    job.output = output.bytes();
    job.digests = digests;
    job.generation = generation;
  }
  bool digests_right() const {
    for (size_t i = 0; i < chunks.size(); ++i) {
      const Bytes chunk = job.input.subspan(chunks[i].offset, chunks[i].length);
      Digest digest;
      sha256_path().digest({&chunk, 1}, {&digest, 1});
      if (digest != digests[i]) return false;
    }
    return true;
  }
  bool payload_right() const {
    std::vector<uint8_t> raw(job.input.size());
    Decoder decoder;
    return decoder.decode(CodecId::lz4, Bytes(job.output).first(job.output_length), raw) &&
           std::ranges::equal(raw, job.input);
  }

  Buffer input;
  Buffer output;
  std::vector<ChunkRef> chunks;
  std::vector<Digest> digests;
  Job job;
};

class CardDeviceTest : public testing::Test {
 protected:
  void SetUp() override { open({}, true); }

  void open(std::function<void(MutableBytes, size_t)> spoil, bool registered) {
    queue_.reset();
    jobs_.clear();
    device_.reset();
    pool_.reset();
    faults_.spoil_answer = nullptr;  // describe answers too
    auto device = open_card(std::make_unique<SpoiltLink>(make_emulated_card({}), faults_));
    ASSERT_TRUE(device) << device.error().message();
    device_ = std::move(*device);
    faults_.spoil_answer = std::move(spoil);
    auto pool = BufferPool::create("test", kBufferBytes, 32);
    ASSERT_TRUE(pool);
    pool_ = std::move(*pool);
    if (registered) {
      ASSERT_TRUE(device_->register_memory(pool_->slabs()));
    }
    auto queue = device_->open_queue_pair(8);
    ASSERT_TRUE(queue) << queue.error().message();
    queue_ = std::move(*queue);
  }
  // The first completion of each batch is told otherwise.
  void open_lying(std::function<void(penstock_completion&)> tell) {
    open(
        [tell = std::move(tell)](MutableBytes answer, size_t offset) {
          if (offset > 0) return;
          penstock_completion completion;
          std::memcpy(&completion, answer.data(), sizeof completion);
          tell(completion);
          std::memcpy(answer.data(), &completion, sizeof completion);
        },
        true);
  }
  void TearDown() override {
    queue_.reset();
    jobs_.clear();
  }

  CardJob& job(Operation operation, size_t bytes = 50000) {
    jobs_.push_back(std::make_unique<CardJob>(*pool_));
    jobs_.back()->lay_out(operation, text_sample(bytes, jobs_.size()), queue_->generation());
    return *jobs_.back();
  }
  void submit(CardJob& job) {
    Job* one = &job.job;
    ASSERT_EQ(queue_->submit({&one, 1}), 1u);
  }
  // Polls until nothing is in flight; the watchdog of ctest ends what never does.
  std::vector<Job*> drain() {
    std::vector<Job*> back;
    std::array<Job*, 8> finished{};
    while (queue_->in_flight() > 0) {
      const size_t count = queue_->poll(finished);
      back.insert(back.end(), finished.begin(), finished.begin() + count);
      if (count == 0) std::this_thread::yield();
    }
    return back;
  }
  JobStatus run(CardJob& job) {
    submit(job);
    EXPECT_EQ(drain(), std::vector<Job*>{&job.job});
    return job.job.status;
  }

  LinkFaults faults_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<BufferPool> pool_;
  std::vector<std::unique_ptr<CardJob>> jobs_;
  std::unique_ptr<QueuePair> queue_;
};

TEST_F(CardDeviceTest, ReadsRegisteredMemoryWhereItLiesAndCopiesOther) {
  for (const bool registered : {true, false}) {
    open({}, registered);
    CardJob& one = job(Operation::digest_encode);
    EXPECT_EQ(run(one), JobStatus::done);
    EXPECT_TRUE(one.digests_right());
    EXPECT_TRUE(one.payload_right());
    const uint64_t answered = one.job.output_length + 64;
    EXPECT_EQ(queue_->counters().bytes_copied, answered + (registered ? 0 : one.job.input.size()));
  }
}

TEST_F(CardDeviceTest, NeedsTheMemoryThatItSays) {
  for (const uint32_t depth : {1u, 4u, 64u}) {
    const size_t before = faults_.allocated_bytes;
    ASSERT_TRUE(device_->open_queue_pair(depth));
    const size_t a_queue_pair = device_->memory_needed(1, depth) - device_->memory_needed(0, depth);
    EXPECT_EQ(faults_.allocated_bytes - before, a_queue_pair) << depth;
    EXPECT_EQ(device_->memory_needed(3, depth), device_->memory_needed(0, depth) + 3 * a_queue_pair);
  }
}

TEST_F(CardDeviceTest, CopiesFromMemoryThatTheRuntimeCannotMirror) {
  faults_.mirrors_fail = true;
  open({}, true);
  EXPECT_EQ(run(job(Operation::digest)), JobStatus::done);
  EXPECT_TRUE(jobs_.front()->digests_right());
  EXPECT_EQ(queue_->counters().bytes_copied, 50000u + 64u);
  const auto figures = device_->figures();
  const auto said = std::ranges::find(figures, "memory_out_of_reach", &DeviceFigure::name);
  ASSERT_NE(said, figures.end());
  EXPECT_GE(said->value * (1 << 20), 32.0 * kBufferBytes);
}

TEST_F(CardDeviceTest, CopiesInputThatBeginsInsideAWord) {
  CardJob& one = job(Operation::encode);
  std::memmove(one.input.bytes().data() + 5, one.input.bytes().data(), 50000);
  one.job.input = one.input.bytes().subspan(5, 50000);
  EXPECT_EQ(run(one), JobStatus::done);
  EXPECT_TRUE(one.payload_right());
  EXPECT_EQ(queue_->counters().bytes_copied, 50000 + one.job.output_length);
}

TEST_F(CardDeviceTest, GathersJobsIntoBatchesWhileTheCardIsBusy) {
  faults_.launches_hang = true;
  for (int i = 0; i < 8; ++i) submit(job(Operation::encode));
  faults_.launches_hang = false;
  faults_.launches_hang.notify_all();
  EXPECT_EQ(drain().size(), 8u);
  // The first went by itself, because the card had nothing.
  EXPECT_EQ(faults_.launches, 2u);
  for (const auto& one : jobs_) EXPECT_TRUE(one->payload_right());
}

// Else each waits for the other until the watchdog ends it.
TEST_F(CardDeviceTest, SyncsTwoBatchesAtOnceInEachDirection) {
  std::latch there(2);
  std::latch back(2);
  faults_.at_sync = [&](CardBank bank, bool to_card) {
    if (to_card && bank == CardBank::input) there.arrive_and_wait();
    if (!to_card && bank == CardBank::arena) back.arrive_and_wait();
  };
  submit(job(Operation::encode));
  submit(job(Operation::digest_encode));
  EXPECT_EQ(drain().size(), 2u);
  queue_.reset();
  device_.reset();
  EXPECT_TRUE(there.try_wait() && back.try_wait());
}

TEST_F(CardDeviceTest, TakesJobsOfAllOperationsAtOnce) {
  CardJob& digest = job(Operation::digest);
  CardJob& encode = job(Operation::encode);
  CardJob& both = job(Operation::digest_encode);
  for (CardJob* one : {&digest, &encode, &both}) submit(*one);
  EXPECT_EQ(drain().size(), 3u);
  EXPECT_TRUE(digest.digests_right());
  EXPECT_TRUE(encode.payload_right());
  EXPECT_TRUE(both.digests_right() && both.payload_right());
  CardJob& decode = job(Operation::decode);
  const Bytes payload = Bytes(encode.job.output).first(encode.job.output_length);
  std::ranges::copy(payload, decode.input.bytes().begin());
  decode.job.input = decode.input.bytes().first(payload.size());
  decode.job.output = decode.output.bytes().first(50000);
  EXPECT_EQ(run(decode), JobStatus::done);
  EXPECT_TRUE(std::ranges::equal(decode.job.output, encode.job.input));
}

TEST_F(CardDeviceTest, TakesNothingOfAnAnswerThatCannotBe) {
  struct Lie {
    const char* what;
    std::function<void(penstock_completion&)> tell;
    JobStatus expected;
  };
  const std::vector<Lie> lies = {
      {"longer than allowed", [](auto& c) { c.output_bytes = 50000; }, JobStatus::contradictory},
      {"far longer", [](auto& c) { c.output_bytes = UINT32_MAX; }, JobStatus::contradictory},
      {"nothing", [](auto& c) { c.output_bytes = 0; }, JobStatus::contradictory},
      {"behind the arena", [](auto& c) { c.output_offset = uint64_t{1} << 40; }, JobStatus::contradictory},
      {"an offset that wraps", [](auto& c) { c.output_offset = UINT64_MAX - 63; }, JobStatus::contradictory},
      {"inside a word", [](auto& c) { c.output_offset += 1; }, JobStatus::contradictory},
      {"another count of digests", [](auto& c) { c.chunks = 1; }, JobStatus::contradictory},
      {"corrupt, of an encoding", [](auto& c) { c.status = PENSTOCK_CORRUPT; }, JobStatus::contradictory},
      {"a status that is none", [](auto& c) { c.status = 77; }, JobStatus::contradictory},
      {"another job's cookie", [](auto& c) { ++c.cookie; }, JobStatus::contradictory},
      {"another batch's generation", [](auto& c) { --c.generation; }, JobStatus::contradictory},
      {"still pending", [](auto& c) { c.status = PENSTOCK_PENDING; }, JobStatus::failed},
      {"malformed", [](auto& c) { c.status = PENSTOCK_MALFORMED; }, JobStatus::failed},
      {"failed", [](auto& c) { c.status = PENSTOCK_FAILED; }, JobStatus::failed},
      {"unsupported", [](auto& c) { c.status = PENSTOCK_UNSUPPORTED; }, JobStatus::contradictory},
  };
  for (const Lie& lie : lies) {
    open_lying(lie.tell);
    CardJob& one = job(Operation::digest_encode);
    std::ranges::fill(one.output.bytes(), uint8_t{0xee});
    EXPECT_EQ(run(one), lie.expected) << lie.what;
    EXPECT_EQ(one.job.output_length, 0u) << lie.what;
    EXPECT_TRUE(std::ranges::all_of(one.output.bytes(), [](uint8_t byte) { return byte == 0xee; }))
        << lie.what;
    EXPECT_EQ(one.digests, std::vector<Digest>(2)) << lie.what;
  }
}

TEST_F(CardDeviceTest, GivesBackEveryJobOfALaunchThatFails) {
  for (std::atomic<bool>* fault :
       {&faults_.launches_refused, &faults_.launches_end_badly, &faults_.syncs_fail}) {
    *fault = true;
    for (int i = 0; i < 4; ++i) submit(job(Operation::digest));
    const auto back = drain();
    EXPECT_EQ(back.size(), 4u);
    for (const Job* one : back) EXPECT_EQ(one->status, JobStatus::failed);
    *fault = false;
    EXPECT_EQ(run(job(Operation::digest)), JobStatus::done);
  }
}

TEST_F(CardDeviceTest, HearsOfALaunchOnce) {
  faults_.launches_end_twice = true;
  for (int i = 0; i < 20; ++i) {
    CardJob& one = job(Operation::digest);
    EXPECT_EQ(run(one), JobStatus::done);
    EXPECT_TRUE(one.digests_right());
    jobs_.clear();
  }
}

TEST_F(CardDeviceTest, ClosesAQueuePairWhoseKernelNeverEnds) {
  faults_.launches_never_end = true;
  CardJob& one = job(Operation::digest_encode);
  submit(one);
  while (faults_.launches == 0) std::this_thread::yield();
  while (queue_->abandon(one.job) == Quiescence::unproven) FAIL() << "its input was read";
  queue_.reset();  // returns
  faults_.launches_never_end = false;
  auto queue = device_->open_queue_pair(8);
  ASSERT_TRUE(queue);
  queue_ = std::move(*queue);
  EXPECT_EQ(run(job(Operation::digest)), JobStatus::done) << "another unit";
  queue_.reset();
  jobs_.clear();
  device_.reset();  // returns, too
}

TEST_F(CardDeviceTest, NeverUsesABatchAgainThatTheCardMayBeAt) {
  faults_.launches_end_badly = true;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(run(job(Operation::digest)), JobStatus::failed);
    jobs_.clear();
  }
  EXPECT_LE(faults_.launches, 8u) << "what no batch is left for fails without the card";
  // A new queue pair has batches of its own.
  faults_.launches_end_badly = false;
  queue_ = std::move(*device_->open_queue_pair(8));
  EXPECT_EQ(run(job(Operation::digest)), JobStatus::done);
}

// Who says that it ended does not mean this launch: the card may be at that.
TEST_F(CardDeviceTest, UsesNoBatchAgainWhoseCompletionsNobodyWrote) {
  struct Lie {
    const char* what;
    void (*tell)(penstock_completion&);
    bool used_again;
  };
  for (const Lie& lie : {Lie{"pending", [](auto& c) { c = {}; }, false},
                         Lie{"another launch's", [](auto& c) { --c.generation; }, false},
                         Lie{"failed, by itself", [](auto& c) { c.status = PENSTOCK_FAILED; }, true}}) {
    open_lying(lie.tell);
    const uint64_t before = faults_.launches;
    for (int i = 0; i < 40; ++i) {
      EXPECT_NE(run(job(Operation::digest)), JobStatus::done);
      jobs_.clear();
    }
    EXPECT_EQ(faults_.launches - before == 40, lie.used_again) << lie.what;
  }
}

TEST_F(CardDeviceTest, SendsTheOldestOpenBatchFirst) {
  // Both are for the unit that encodes, which is busy.
  faults_.launches_hang = true;
  submit(job(Operation::encode));
  while (faults_.launches < 1) std::this_thread::yield();
  submit(job(Operation::digest_encode));
  submit(job(Operation::encode));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(queue_->poll({}), 0u);
  while (faults_.launches < 2) std::this_thread::yield();
  faults_.launches_hang = false;
  faults_.launches_hang.notify_all();
  drain();
  EXPECT_EQ(faults_.operations(),
            (std::vector<uint16_t>{PENSTOCK_ENCODE, PENSTOCK_DIGEST_ENCODE, PENSTOCK_ENCODE}));
}

TEST_F(CardDeviceTest, TakesNothingOfPayloadsThatLieOverEachOther) {
  open(
      [](MutableBytes answer, size_t offset) {
        if (offset > 0) return;
        std::array<penstock_completion, 3> all;
        std::memcpy(all.data(), answer.data(), sizeof all);
        if (all[1].output_offset == 0 || all[2].output_offset == 0) return;  // a batch of fewer
        all[2].output_offset = all[1].output_offset;
        std::memcpy(answer.data(), all.data(), sizeof all);
      },
      true);
  faults_.launches_hang = true;
  for (int i = 0; i < 4; ++i) submit(job(Operation::encode));
  faults_.launches_hang = false;
  faults_.launches_hang.notify_all();
  drain();
  std::vector<JobStatus> statuses;
  for (const auto& one : jobs_) statuses.push_back(one->job.status);
  EXPECT_EQ(statuses, (std::vector<JobStatus>{JobStatus::done, JobStatus::done, JobStatus::done,
                                              JobStatus::contradictory}));
}

TEST_F(CardDeviceTest, ProvesNothingWhereASyncFailed) {
  faults_.syncs_fail = true;
  CardJob& one = job(Operation::encode);
  submit(one);
  EXPECT_EQ(queue_->abandon(one.job), Quiescence::unproven);
  faults_.syncs_fail = false;
}

TEST_F(CardDeviceTest, ProvesQuiescenceOnceTheInputIsRead) {
  faults_.launches_hang = true;
  CardJob& read = job(Operation::encode);
  CardJob& waiting = job(Operation::encode);
  submit(read);
  while (faults_.launches == 0) std::this_thread::yield();
  submit(waiting);  // in a batch that is not sent
  EXPECT_EQ(queue_->abandon(read.job), Quiescence::proven);
  EXPECT_EQ(queue_->abandon(waiting.job), Quiescence::proven);
  EXPECT_EQ(queue_->in_flight(), 0u);
  faults_.launches_hang = false;
  faults_.launches_hang.notify_all();
  EXPECT_EQ(run(job(Operation::encode)), JobStatus::done);
}

TEST_F(CardDeviceTest, WritesNothingToAJobThatWasAbandonedWithItsBatchUnderWay) {
  faults_.launches_hang = true;
  CardJob& one = job(Operation::digest_encode);
  std::ranges::fill(one.output.bytes(), uint8_t{0xee});
  submit(one);
  while (faults_.launches == 0) std::this_thread::yield();
  ASSERT_EQ(queue_->abandon(one.job), Quiescence::proven);
  faults_.launches_hang = false;
  faults_.launches_hang.notify_all();
  EXPECT_EQ(run(job(Operation::encode)), JobStatus::done);
  std::array<Job*, 1> none{};
  while (queue_->counters().stale == 0) ASSERT_EQ(queue_->poll(none), 0u);
  EXPECT_TRUE(std::ranges::all_of(one.output.bytes(), [](uint8_t byte) { return byte == 0xee; }));
  EXPECT_EQ(one.digests, std::vector<Digest>(2));
  EXPECT_EQ(queue_->counters().stale, 1u);
}

TEST_F(CardDeviceTest, ForgetsMemoryOnceNoQueuePairUsesIt) {
  for (int round = 0; round < 3; ++round) {
    open({}, true);
    EXPECT_TRUE(device_->register_memory(pool_->slabs())) << "again";
    queue_.reset();
    auto queue = device_->open_queue_pair(8);
    ASSERT_TRUE(queue);
    queue_ = std::move(*queue);
    // What was registered before ended with the last queue pair: the input is copied.
    CardJob& one = job(Operation::digest);
    EXPECT_EQ(run(one), JobStatus::done);
    EXPECT_TRUE(one.digests_right());
    EXPECT_EQ(queue_->counters().bytes_copied, 50000u + 64u);
  }
}

struct BadCard {
  const char* what;
  void (*spoil)(penstock_capabilities&);
};

TEST(CardOpenTest, RefusesACardThatIsNotOurs) {
  const std::vector<BadCard> cards = {
      {"no magic", [](penstock_capabilities& c) { c.magic = 0; }},
      {"another version", [](penstock_capabilities& c) { ++c.abi_version; }},
      {"extents of nothing", [](penstock_capabilities& c) { c.extent_bytes_max = 0; }},
      {"extents too large",
       [](penstock_capabilities& c) { c.extent_bytes_max = PENSTOCK_EXTENT_BYTES_MAX + 1; }},
      {"no chunks", [](penstock_capabilities& c) { c.extent_chunks_max = 0; }},
      {"batches too large", [](penstock_capabilities& c) { c.submissions_max = 257; }},
      {"no batches", [](penstock_capabilities& c) { c.submissions_max = 0; }},
  };
  for (const BadCard& card : cards) {
    LinkFaults faults;
    faults.spoil_answer = [&card](MutableBytes answer, size_t) {
      penstock_capabilities capabilities;
      std::memcpy(&capabilities, answer.data(), sizeof capabilities);
      card.spoil(capabilities);
      std::memcpy(answer.data(), &capabilities, sizeof capabilities);
    };
    const auto device = open_card(std::make_unique<SpoiltLink>(make_emulated_card({}), faults));
    ASSERT_FALSE(device) << card.what;
    EXPECT_EQ(device.error().code, Errc::failed);
  }
}

TEST(CardOpenTest, KeepsACardThatMayBeDescribingItself) {
  static LinkFaults faults;  // the card stays
  faults.descriptions_fail = true;
  const auto device = open_card(std::make_unique<SpoiltLink>(make_emulated_card({}), faults));
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, Errc::failed);
}

TEST(CardOpenTest, TakesACardOfSmallBatches) {
  LinkFaults faults;
  faults.spoil_answer = [](MutableBytes answer, size_t) {
    penstock_capabilities capabilities;
    std::memcpy(&capabilities, answer.data(), sizeof capabilities);
    capabilities.submissions_max = 3;
    std::memcpy(answer.data(), &capabilities, sizeof capabilities);
  };
  const auto device = open_card(std::make_unique<SpoiltLink>(make_emulated_card({}), faults));
  ASSERT_TRUE(device) << device.error().message();
  EXPECT_EQ((*device)->capabilities().queue_depth, 3u);
  EXPECT_TRUE((*device)->open_queue_pair(3));
  EXPECT_FALSE((*device)->open_queue_pair(4));
}

TEST(CardOpenTest, SaysSoWhenTheCardHasNoRoom) {
  auto device = open_card(make_emulated_card({.number = 0, .bank_bytes = 1 << 20}));
  ASSERT_TRUE(device);
  const auto queue = (*device)->open_queue_pair(64);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().code, Errc::failed);
}

}  // namespace
}  // namespace penstock
