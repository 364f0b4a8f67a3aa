// SPDX-License-Identifier: Apache-2.0
#include "intake/intake.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "dag/commit.h"
#include "unit/intake/intake_fixture.h"

namespace penstock {
namespace {

using Worker = IntakeWorker;

std::vector<uint8_t> mixed_bytes(uint64_t seed, size_t parts) {
  std::vector<uint8_t> bytes;
  std::mt19937_64 random(seed);
  for (size_t i = 0; i < parts; ++i) {
    const std::vector<uint8_t> part = random_bytes(random() % 600'000, seed + i % 3);
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(bytes.size() + random() % 100'000);
  }
  return bytes;
}

TEST_F(IntakeTest, AnUploadHasTheRootOfAPutAndACommitOfItsOwn) {
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const std::vector<std::vector<uint8_t>> contents = {{}, {'x'}, mixed_bytes(1, 1), mixed_bytes(2, 20)};
  for (size_t i = 0; i < contents.size(); ++i) {
    const auto result = worker.result_of(worker.send("object " + std::to_string(i), contents[i], 40'000));
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->cid, root_of(contents[i]));
    EXPECT_EQ(result->bytes, contents[i].size());
    ASSERT_EQ(store_->commits().size(), i + 1);
    EXPECT_EQ(store_->commits().back().cid, result->commit);
    const auto commit = read_commit(*store_->new_reader(), result->commit);
    ASSERT_TRUE(commit);
    EXPECT_EQ(commit->root, result->cid);
    EXPECT_EQ(commit->name, "object " + std::to_string(i));
    EXPECT_EQ(commit->host, "here");
    EXPECT_EQ(commit->depth, i + 1);
    EXPECT_EQ(commit->sizes.content_bytes, contents[i].size());
    EXPECT_EQ(commit->sizes.files, 1U);
  }
  intake->finish();
}

TEST_F(IntakeTest, ACommitTellsWhatWasNewOnlyWhereItMay) {
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const std::vector<uint8_t> bytes = random_bytes(1'000'000, 4);
  UploadStart start{"n"};
  start.tells_new = false;
  const auto quiet = worker.result_of(worker.send(start, bytes, 40'000));
  const auto open = worker.result_of(worker.send("n", random_bytes(1'000'000, 5), 40'000));
  ASSERT_TRUE(quiet && open);
  const auto reader = store_->new_reader();
  const auto told = read_commit(*reader, open->commit);
  ASSERT_TRUE(told);
  EXPECT_GE(told->sizes.new_bytes, 1'000'000U);
  const auto untold = read_commit(*reader, quiet->commit);
  ASSERT_TRUE(untold);
  EXPECT_EQ(untold->sizes.new_blocks, 0U);
  EXPECT_EQ(untold->sizes.new_bytes, 0U);
  EXPECT_EQ(untold->sizes.stored_bytes, 0U);
  EXPECT_EQ(untold->sizes.content_bytes, 1'000'000U);
  intake->finish();
}

TEST_F(IntakeTest, WhatWasAnsweredIsThereWhenTheStoreIsOpenedAgain) {
  std::vector<Cid> commits;
  {
    const auto intake = make_intake(1);
    Worker worker(*intake);
    intake->run();
    std::vector<uint64_t> ids;
    for (uint64_t i = 0; i < 300; ++i) ids.push_back(worker.send("n", random_bytes(i * 7, i), 1000));
    for (const uint64_t id : ids) commits.push_back(worker.result_of(id)->commit);
    EXPECT_EQ(intake->counters().commits, 300U);
    EXPECT_LE(intake->counters().groups, 300U);
    intake->finish();
  }
  open_store();
  ASSERT_EQ(store_->commits().size(), 300U);
  for (const Cid& commit : commits) {
    EXPECT_TRUE(
        std::ranges::any_of(store_->commits(), [&](const auto& logged) { return logged.cid == commit; }));
  }
  const auto reader = store_->new_reader();
  for (const LoggedCommit& logged : store_->commits()) EXPECT_TRUE(read_commit(*reader, logged.cid));
}

TEST_F(IntakeTest, CountsWhatBecameOfEachByteAndWhichCopiesWereMade) {
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const std::vector<uint8_t> bytes = random_bytes(3'000'000, 7);
  std::vector<uint8_t> with_zeros = random_bytes(200'000, 8);
  with_zeros.resize(with_zeros.size() + 5'000'000);
  for (const std::vector<uint8_t>& content : {bytes, bytes, with_zeros})
    ASSERT_TRUE(worker.result_of(worker.send("n", content, 60'000)));
  intake->finish();
  const IntakeCounters counted = intake->counters();
  EXPECT_EQ(counted.commits, 3U);
  EXPECT_EQ(counted.bytes_taken, 2 * bytes.size() + with_zeros.size());
  EXPECT_EQ(counted.bytes_windowed, counted.bytes_taken);
  EXPECT_EQ(counted.bytes_placed + counted.bytes_zero, counted.bytes_taken);
  EXPECT_GE(counted.bytes_zero, 5'000'000U - 1000);
  EXPECT_EQ(counted.lanes.bytes_unique, counted.bytes_placed - bytes.size());
  EXPECT_EQ(counted.lanes.bytes_duplicate, bytes.size());
  EXPECT_GT(counted.lanes.chunks_duplicate, 10U);
  EXPECT_GT(counted.lanes.chunks_new, counted.lanes.chunks_duplicate);
  EXPECT_GE(counted.lanes.bytes_stored, bytes.size());
  EXPECT_GT(counted.lanes.times[Stage::encode], 0U);
}

TEST_F(IntakeTest, UploadsOfManyWorkersTakeTurnsChunkByChunk) {
  const auto intake = make_intake(3);
  std::vector<std::unique_ptr<Worker>> workers;
  workers.reserve(3);
  for (int i = 0; i < 3; ++i) workers.push_back(std::make_unique<Worker>(*intake));
  intake->run();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < workers.size(); ++i) {
    threads.emplace_back([&, i] {
      Worker& worker = *workers[i];
      // Two that alternate, and small ones between.
      const std::vector<uint8_t> one = mixed_bytes(i, 12);
      const std::vector<uint8_t> two = mixed_bytes(i + 10, 9);
      const uint64_t a = worker.feed().begin({"a"}).id;
      const uint64_t b = worker.feed().begin({"b"}).id;
      Bytes left_a = one;
      Bytes left_b = two;
      std::mt19937_64 random(i);
      while (!left_a.empty() || !left_b.empty()) {
        const size_t most = 1 + random() % 90'000;
        const size_t taken_a = worker.feed().append(a, left_a.first(std::min(left_a.size(), most)));
        const size_t taken_b = worker.feed().append(b, left_b.first(std::min(left_b.size(), most)));
        left_a = left_a.subspan(taken_a);
        left_b = left_b.subspan(taken_b);
        if (random() % 20 == 0) worker.send("small", random_bytes(random() % 3000, random()), 3000);
        worker.poll();
        if (taken_a + taken_b == 0) worker.wait();
      }
      worker.feed().finish(a);
      worker.feed().finish(b);
      EXPECT_EQ(worker.result_of(a)->cid, root_of(one));
      EXPECT_EQ(worker.result_of(b)->cid, root_of(two));
    });
  }
  for (std::thread& thread : threads) thread.join();
  intake->finish();
  EXPECT_EQ(store_->commits().size(), intake->counters().commits);
}

TEST_F(IntakeTest, TakesNoMoreThanItsBuffersWhileNoLaneWorks) {
  const auto intake = make_intake(1);
  Worker worker(*intake);
  const uint64_t id = worker.feed().begin({"n"}).id;
  const std::vector<uint8_t> bytes = random_bytes(100 << 20, 1);
  Bytes left = bytes;
  while (const size_t taken = worker.feed().append(id, left)) left = left.subspan(taken);
  EXPECT_LT(bytes.size() - left.size(), size_t{24} << 20);
  intake->run();
  while (!left.empty()) {
    const size_t taken = worker.feed().append(id, left);
    left = left.subspan(taken);
    worker.poll();
    if (taken == 0) worker.wait();
  }
  worker.feed().finish(id);
  EXPECT_EQ(worker.result_of(id)->cid, root_of(bytes));
  intake->finish();
}

TEST_F(IntakeTest, WhatIsDroppedComesToNothingAndHoldsUpNobody) {
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const uint64_t begun = worker.feed().begin({"begun"}).id;
  const uint64_t half = worker.feed().begin({"half"}).id;
  const std::vector<uint8_t> bytes = random_bytes(1 << 20, 1);
  Bytes left = bytes;
  while (!left.empty()) {
    left = left.subspan(worker.feed().append(half, left));
    worker.poll();
  }
  worker.feed().drop(begun);
  worker.feed().drop(half);
  const uint64_t ended = worker.send("ended", random_bytes(10, 1), 10);
  worker.feed().drop(ended);
  const auto last = worker.result_of(worker.send("last", bytes, 5000));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->cid, root_of(bytes));
  EXPECT_EQ(worker.results().size(), 1U);
  intake->finish();
}

TEST_F(IntakeTest, LargeUploadsBeyondTheLimitWaitForOthersToEnd) {
  limits_.large_uploads_max = 1;
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const std::vector<uint8_t> bytes = random_bytes(100'000, 1);
  const uint64_t first = worker.feed().begin({"first"}).id;
  const uint64_t second = worker.feed().begin({"second"}).id;
  ASSERT_EQ(worker.feed().append(first, bytes), bytes.size());
  EXPECT_EQ(worker.feed().append(second, bytes), 0U);
  EXPECT_TRUE(worker.result_of(worker.send("small", random_bytes(100, 2), 100)));
  worker.feed().finish(first);
  EXPECT_TRUE(worker.result_of(first));
  worker.poll();
  ASSERT_EQ(worker.feed().append(second, bytes), bytes.size());
  worker.feed().finish(second);
  EXPECT_TRUE(worker.result_of(second));
  intake->finish();
}

TEST_F(IntakeTest, RefusesMoreUploadsThanItsLimitAndWhileItDrains) {
  limits_.uploads_max = 1;
  const auto intake = make_intake(1);
  Worker worker(*intake);
  intake->run();
  const uint64_t only = worker.feed().begin({"only"}).id;
  EXPECT_EQ(worker.feed().begin({"more"}).verdict, UploadAdmission::Verdict::too_many);
  worker.feed().drain();
  EXPECT_EQ(worker.feed().begin({"late"}).verdict, UploadAdmission::Verdict::draining);
  worker.feed().finish(only);
  EXPECT_TRUE(worker.result_of(only));
  intake->finish();
}

}  // namespace
}  // namespace penstock
