// SPDX-License-Identifier: Apache-2.0
// Uploads that leave out what the store has.
#include <gtest/gtest.h>

#include <random>

#include "chunking/chunker.h"
#include "hash/sha256.h"
#include "unit/intake/body_of_pieces.h"
#include "unit/intake/intake_fixture.h"

namespace penstock {
namespace {

Digest digest_of(Bytes bytes) {
  Digest digest;
  sha256_path().digest({&bytes, 1}, {&digest, 1});
  return digest;
}

struct Cut {
  Piece piece;
  Bytes bytes;  // data
};

std::vector<Cut> cut(Bytes content) {
  std::vector<Piece> pieces;
  Chunker(ChunkerSpec{}).scan(content, Tail::end, 0, pieces);
  std::vector<Cut> cuts;
  for (const Piece& piece : pieces) {
    cuts.push_back({piece, content.first(piece.length)});
    content = content.subspan(piece.length);
  }
  return cuts;
}

// Leaves out each data piece of which `known` says so.
template <class Known>
std::vector<uint8_t> body_of(Bytes content, Known known) {
  BodyOfPieces body;
  for (const Cut& cut : cut(content)) {
    if (cut.piece.kind == Piece::Kind::zero_run)
      body.zeros(cut.piece.length);
    else if (known(cut))
      body.known(digest_of(cut.bytes), cut.piece.length);
    else
      body.data(cut.bytes);
  }
  body.end();
  return body.bytes();
}

UploadStart pieces_called(const std::string& name) {
  return {name, UploadKind::pieces};
}

class PiecesIntakeTest : public IntakeTest {
 protected:
  void SetUp() override {
    IntakeTest::SetUp();
    std::mt19937_64 random(3);
    content_.resize(3'000'000);
    for (uint8_t& byte : content_) byte = static_cast<uint8_t>(random());
    std::fill(content_.begin() + 1'000'000, content_.begin() + 1'400'000, uint8_t{0});
    intake_ = make_intake(1);
    worker_ = std::make_unique<IntakeWorker>(*intake_);
    intake_->run();
  }
  void TearDown() override {
    worker_->feed().drain();
    intake_->finish();
    worker_.reset();
  }

  Result<StoredUpload> send(const UploadStart& start, Bytes bytes) {
    return worker_->result_of(worker_->send(start, bytes, 50'000));
  }

  std::vector<uint8_t> content_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<IntakeWorker> worker_;
};

TEST_F(PiecesIntakeTest, TheRootIsThatOfTheWholeWhateverWasLeftOut) {
  const Cid root = root_of(content_);
  const auto nothing_known = send(pieces_called("a"), body_of(content_, [](const Cut&) { return false; }));
  ASSERT_TRUE(nothing_known) << nothing_known.error().message();
  EXPECT_EQ(nothing_known->cid, root);
  const uint64_t written = store_->bytes_written();
  std::mt19937_64 random(5);
  for (int round = 0; round < 6; ++round) {
    const auto body = body_of(content_, [&](const Cut&) { return round == 0 || random() % 2 == 0; });
    const auto again = send(pieces_called("b"), body);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->cid, root);
    EXPECT_EQ(again->bytes, content_.size());
  }
  EXPECT_LT(store_->bytes_written() - written, 100'000U);
}

TEST_F(PiecesIntakeTest, WhatIsNotThereOrOfAnotherLengthIsRefusedAtOnceAndHoldsUpNobody) {
  const auto absent = send(pieces_called("absent"),
                           body_of(content_, [](const Cut& cut) { return cut.piece.length % 2 == 0; }));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::absent);

  const auto whole = send({"whole"}, content_);
  ASSERT_TRUE(whole);
  BodyOfPieces lying;
  const Cut first = cut(content_)[0];
  lying.known(digest_of(first.bytes), first.piece.length - 1);
  lying.end();
  const auto wrong_length = send(pieces_called("lying"), lying.bytes());
  ASSERT_FALSE(wrong_length);
  EXPECT_EQ(wrong_length.error().code, Errc::absent);

  // It is told before the body has ended.
  const uint64_t id = worker_->feed().begin(pieces_called("endless")).id;
  BodyOfPieces endless;
  endless.known({}, 20'000);
  endless.data(content_);  // more than a piece may have
  Bytes left = endless.bytes();
  while (worker_->results().find(id) == worker_->results().end()) {
    left = left.subspan(worker_->feed().append(id, left));
    worker_->poll();
    if (left.empty()) left = endless.bytes();
  }
  EXPECT_FALSE(worker_->results().at(id));
  EXPECT_EQ(worker_->feed().append(id, left), left.size());
  worker_->feed().finish(id);
  worker_->feed().drop(id);

  const auto after = send(pieces_called("after"), body_of(content_, [](const Cut&) { return true; }));
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(after->cid, whole->cid);
  EXPECT_EQ(store_->commits().size(), 2U);
}

TEST_F(PiecesIntakeTest, WhatIsNoBodyOfPiecesIsRefused) {
  const auto no_body = send(pieces_called("n"), content_);
  ASSERT_FALSE(no_body);
  EXPECT_EQ(no_body.error().code, Errc::usage);
  auto short_body = body_of(content_, [](const Cut&) { return false; });
  short_body.pop_back();
  const auto ended_early = send(pieces_called("n"), short_body);
  ASSERT_FALSE(ended_early);
  EXPECT_EQ(ended_early.error().code, Errc::usage);
  EXPECT_TRUE(store_->commits().empty());
}

}  // namespace
}  // namespace penstock
