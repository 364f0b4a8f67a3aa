// SPDX-License-Identifier: Apache-2.0
#include "intake/partial_uploads.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/intake/intake_fixture.h"

namespace penstock {
namespace {

// An intake that is stopped and started again, as a server is.
class PartialUploadsTest : public IntakeTest {
 protected:
  void SetUp() override {
    IntakeTest::SetUp();
    partials_.emplace();
  }
  void TearDown() override { stop(); }

  void start() {
    intake_ = make_intake(2);
    worker_ = std::make_unique<IntakeWorker>(*intake_);
    intake_->run();
  }
  void stop() {
    if (intake_ == nullptr) return;
    // Workers go first, as they do in a server.
    worker_.reset();
    intake_->finish();
    intake_.reset();
  }
  void start_again() {
    stop();
    open_store();
    start();
  }
  PartialUploads& partials() { return *intake_->partials(); }

  std::string create(std::optional<uint64_t> bytes = {}) {
    UploadStart start{"object"};
    start.partial = PartialStart{{}, "me", bytes, 0};
    const uint64_t id = worker_->feed().begin(start).id;
    worker_->feed().suspend(id);
    return worker_->suspension_of(id).token;
  }
  uint64_t go_on(const std::string& token, uint64_t offset) {
    UploadStart start;
    start.partial = PartialStart{token, "me", {}, offset};
    const UploadAdmission admission = worker_->feed().begin(start);
    EXPECT_EQ(admission.verdict, UploadAdmission::Verdict::begun);
    return admission.id;
  }
  uint64_t offset_of(const std::string& token) {
    PartialUploads::Found found;
    EXPECT_EQ(partials().look_up(token, "me", found), PartialUploads::Verdict::found);
    return found.offset;
  }
  // Until whoever has it has let it go.
  uint64_t settled_offset_of(const std::string& token) {
    PartialUploads::Found found;
    while (partials().look_up(token, "me", found) == PartialUploads::Verdict::busy) {
      worker_->poll();
      std::this_thread::yield();
    }
    return offset_of(token);
  }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path() + "/uploads"), {}));
  }

  std::unique_ptr<Intake> intake_;
  std::unique_ptr<IntakeWorker> worker_;
};

// Zeros and noise, so that parts begin and end within zero runs too.
std::vector<uint8_t> holey_bytes(uint64_t seed) {
  std::vector<uint8_t> bytes;
  std::mt19937_64 random(seed);
  while (bytes.size() < 6'000'000) {
    const std::vector<uint8_t> part = random_bytes(random() % 900'000, random());
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(bytes.size() + random() % 1'500'000);
  }
  return bytes;
}

TEST_F(PartialUploadsTest, APartIsKeptToItsLastByteAndTheRootIsThatOfAPut) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const char* spec : {"cdc:16K:64K:256K", "cdc:64:256:1K", "fixed:64K", "fixed:1000"}) {
    SCOPED_TRACE(spec);
    stop();
    chunker_ = parse_chunker(spec).value();
    start();
    const std::vector<uint8_t> bytes = holey_bytes(random());
    const std::string token = create(bytes.size());
    uint64_t offset = 0;
    while (offset < bytes.size()) {
      const uint64_t id = go_on(token, offset);
      const size_t part = std::min<size_t>(1 + random() % 1'700'000, bytes.size() - offset);
      worker_->append(id, Bytes(bytes).subspan(offset, part), 70'000);
      worker_->feed().suspend(id);
      const UploadNews::Suspended suspended = worker_->suspension_of(id);
      EXPECT_EQ(suspended.offset, offset + part);
      EXPECT_EQ(suspended.token, token);
      offset += part;
      if (random() % 3 == 0) start_again();
      ASSERT_EQ(offset_of(token), offset);
    }
    const uint64_t last = go_on(token, offset);
    worker_->feed().finish(last);
    const auto stored = worker_->result_of(last);
    ASSERT_TRUE(stored) << stored.error().message();
    EXPECT_EQ(stored->cid, root_of(bytes));
    EXPECT_EQ(stored->bytes, bytes.size());
  }
}

TEST_F(PartialUploadsTest, WhatIsDroppedIsSuspendedAndGoesOnWithTheRestInOnePart) {
  start();
  const std::vector<uint8_t> bytes = holey_bytes(3);
  const std::string token = create();
  const uint64_t first = go_on(token, 0);
  const size_t half = bytes.size() / 2;
  worker_->append(first, Bytes(bytes).first(half), 50'000);
  worker_->feed().drop(first);
  const uint64_t offset = settled_offset_of(token);
  EXPECT_EQ(offset, half);
  start_again();
  const uint64_t second = go_on(token, offset);
  worker_->append(second, Bytes(bytes).subspan(offset), 50'000);
  worker_->feed().finish(second);
  const auto stored = worker_->result_of(second);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->cid, root_of(bytes));
  EXPECT_EQ(store_->commits().size(), 1U);
}

TEST_F(PartialUploadsTest, KnowsTheResultOfOneThatIsCommittedAfterARestartToo) {
  start();
  const std::string token = create();
  const uint64_t id = go_on(token, 0);
  worker_->append(id, random_bytes(300'000, 1), 50'000);
  worker_->feed().finish(id);
  const auto stored = worker_->result_of(id);
  ASSERT_TRUE(stored);
  start_again();
  PartialUploads::Found found;
  ASSERT_EQ(partials().look_up(token, "me", found), PartialUploads::Verdict::found);
  ASSERT_TRUE(found.result);
  EXPECT_EQ(found.result->cid, stored->cid);
  EXPECT_EQ(found.result->commit, stored->commit);
  EXPECT_EQ(found.offset, 300'000U);
  UploadStart start;
  start.partial = PartialStart{token, "me", {}, 300'000};
  EXPECT_EQ(worker_->feed().begin(start).verdict, UploadAdmission::Verdict::taken);
}

TEST_F(PartialUploadsTest, IsUnknownToOthersAndHadByOneAtATime) {
  start();
  const std::string token = create(10);
  PartialUploads::Found found;
  EXPECT_EQ(partials().look_up(token, "another", found), PartialUploads::Verdict::unknown);
  EXPECT_EQ(partials().remove(token, "another"), PartialUploads::Verdict::unknown);
  EXPECT_EQ(partials().look_up("../" + token, "me", found), PartialUploads::Verdict::unknown);
  EXPECT_EQ(partials().look_up(token, "me", found), PartialUploads::Verdict::found);
  EXPECT_EQ(found.bytes, 10U);
  IntakeWorker other(*intake_);
  const uint64_t id = go_on(token, 0);
  UploadStart start;
  start.partial = PartialStart{token, "me", {}, 0};
  EXPECT_EQ(other.feed().begin(start).verdict, UploadAdmission::Verdict::taken);
  EXPECT_EQ(partials().look_up(token, "me", found), PartialUploads::Verdict::busy);
  worker_->poll();
  EXPECT_EQ(worker_->wanted(), std::vector<uint64_t>{id});
  worker_->feed().drop(id);
  EXPECT_EQ(settled_offset_of(token), 0U);
  EXPECT_EQ(other.feed().begin(start).verdict, UploadAdmission::Verdict::begun);
}

TEST_F(PartialUploadsTest, SaysWhereToGoOnToWhoComesWithAnotherOffset) {
  start();
  const std::string token = create();
  const uint64_t id = go_on(token, 5);
  EXPECT_EQ(worker_->suspension_of(id).offset, 0U);
}

TEST_F(PartialUploadsTest, ForgetsWhatIsRemovedWhatIsOldAndWhatNobodyWasToldOf) {
  int64_t now = 1'000'000;
  partials_->now = [&now] { return now; };
  start();
  const std::string removed = create();
  const std::string old = create();
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(partials().remove(removed, "me"), PartialUploads::Verdict::found);
  PartialUploads::Found found;
  EXPECT_EQ(partials().look_up(removed, "me", found), PartialUploads::Verdict::unknown);
  UploadStart begun{"begun"};
  begun.partial = PartialStart{{}, "me", {}, 0};
  const uint64_t id = worker_->feed().begin(begun).id;
  worker_->append(id, random_bytes(1000, 1), 1000);
  worker_->feed().drop(id);
  while (partials().count() > 1) {
    worker_->poll();
    std::this_thread::yield();
  }
  now += 86'401;
  EXPECT_EQ(partials().look_up(old, "me", found), PartialUploads::Verdict::unknown);
  start_again();
  EXPECT_LE(files(), 1U);
}

TEST_F(PartialUploadsTest, TakesNoMoreOfACallerAndInAllThanItsLimits) {
  partials_->per_caller_max = 2;
  partials_->uploads_max = 3;
  start();
  const auto verdict = [&](const char* caller) {
    UploadStart start{"object"};
    start.partial = PartialStart{{}, caller, {}, 0};
    return worker_->feed().begin(start).verdict;
  };
  EXPECT_EQ(verdict("a"), UploadAdmission::Verdict::begun);
  EXPECT_EQ(verdict("a"), UploadAdmission::Verdict::begun);
  EXPECT_EQ(verdict("a"), UploadAdmission::Verdict::too_many);
  EXPECT_EQ(verdict("b"), UploadAdmission::Verdict::begun);
  EXPECT_EQ(verdict("c"), UploadAdmission::Verdict::too_many);
}

TEST_F(PartialUploadsTest, WhatIsCommittedTakesNobodysPlaceAndOfItTheLastAreKept) {
  partials_->per_caller_max = 2;
  partials_->uploads_max = 3;
  start();
  std::vector<std::string> tokens;
  for (uint64_t i = 0; i < 7; ++i) {
    tokens.push_back(create());
    const uint64_t id = go_on(tokens.back(), 0);
    worker_->append(id, random_bytes(1000, i), 1000);
    worker_->feed().finish(id);
    ASSERT_TRUE(worker_->result_of(id)) << i;
  }
  PartialUploads::Found found;
  EXPECT_EQ(partials().look_up(tokens.back(), "me", found), PartialUploads::Verdict::found);
  EXPECT_EQ(partials().count(), 2U);
}

// As after a crash: what was appended since the last point is there no more.
TEST_F(PartialUploadsTest, FallsBackToWhatTheStoreHas) {
  start();
  const std::vector<uint8_t> bytes = random_bytes(3'000'000, 5);
  const std::string token = create();
  const uint64_t first = go_on(token, 0);
  worker_->append(first, bytes, 90'000);
  worker_->feed().suspend(first);
  EXPECT_EQ(worker_->suspension_of(first).offset, bytes.size());
  stop();
  // The same journal over a store that has none of it.
  store_.reset();
  std::filesystem::rename(path() + "/uploads", directory_.path() + "/kept");
  std::filesystem::remove_all(path());
  ASSERT_TRUE(Store::init(posix_file_system(), path(), {}));
  std::filesystem::rename(directory_.path() + "/kept", path() + "/uploads");
  open_store();
  start();
  ASSERT_EQ(offset_of(token), bytes.size());
  EXPECT_EQ(worker_->suspension_of(go_on(token, bytes.size())).offset, 0U);
  EXPECT_EQ(offset_of(token), 0U);
  const uint64_t again = go_on(token, 0);
  worker_->append(again, bytes, 90'000);
  worker_->feed().finish(again);
  const auto stored = worker_->result_of(again);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->cid, root_of(bytes));
}

TEST_F(PartialUploadsTest, PointsAreMadeWhileAnUploadGoesOn) {
  start();
  const std::string token = create();
  const uint64_t id = go_on(token, 0);
  const std::vector<uint8_t> part = random_bytes(32 << 20, 9);
  for (int i = 0; i < 4; ++i) worker_->append(id, part, 1 << 20);
  PartialUploads::Found found;
  do {
    worker_->poll();
    std::this_thread::yield();
    EXPECT_EQ(partials().look_up(token, "me", found), PartialUploads::Verdict::busy);
  } while (found.offset < UploadTree::kPointBytes && !HasFailure());
  stop();
  open_store();
  start();
  EXPECT_GE(offset_of(token), found.offset);
}

// As pieces it need not be sent again.
TEST_F(PartialUploadsTest, WhatCameOfAnOrdinaryUploadIsKeptInTheStore) {
  start();
  const uint64_t id = worker_->feed().begin({"n"}).id;
  worker_->append(id, random_bytes(6'000'000, 3), 1 << 20);
  stop();
  open_store();
  EXPECT_TRUE(store_->commits().empty());
  ASSERT_FALSE(store_->segments().empty());
  EXPECT_GT(store_->segments().front().bytes, 3'000'000U);
}

TEST_F(PartialUploadsTest, LeavesOutJournalsThatAreDamagedOrCutInAnotherWay) {
  start();
  create();
  const std::string damaged = create();
  stop();
  std::ofstream(path() + "/uploads/" + damaged, std::ios::in | std::ios::out).seekp(14).put('x');
  std::ofstream(path() + "/uploads/" + damaged + ".new").put('x');
  open_store();
  start();
  EXPECT_EQ(partials().count(), 1U);
  stop();
  chunker_ = parse_chunker("fixed:1M").value();
  open_store();
  start();
  EXPECT_EQ(partials().count(), 0U);
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace penstock
