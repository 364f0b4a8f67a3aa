// SPDX-License-Identifier: Apache-2.0
#include "store/store_check.h"
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

// A store with a commit, that a writer then appends to: in the segment that the commit left, and in two more.
class UncommittedCheckTest : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    segment_options_.segment_bytes = 4400;
    store_ = open(Access::write);
    const TestBlock committed = raw_block(1, 400);
    ASSERT_TRUE(BlockMaker().append(*store_, {committed}));
    ASSERT_TRUE(BlockMaker().commit(*store_, committed.cid));
    committed_ = store_->segments()[0].bytes;
  }
  void append() {
    for (uint64_t i = 2; i < 30; ++i) ASSERT_TRUE(BlockMaker().append(*store_, {raw_block(i, 400)}));
    ASSERT_GT(store_->written().size(), 2u);
    ASSERT_GT(store_->written()[0].bytes, committed_);
  }
  Errc outcome() {
    const Status status = check_uncommitted(*store_);
    return status ? Errc{} : status.error().code;
  }

  std::unique_ptr<Store> store_;
  uint32_t committed_ = 0;
};

TEST_F(UncommittedCheckTest, PassesWhatIsWholeAndWhereThereIsNothing) {
  EXPECT_TRUE(check_uncommitted(*store_));
  append();
  EXPECT_TRUE(check_uncommitted(*store_));
}

TEST_F(UncommittedCheckTest, FindsAFlippedBitInAnyUncommittedRecord) {
  append();
  for (const Watermark& written : store_->written()) {
    const uint32_t begin = written.segment == store_->segments()[0].segment ? committed_ : 0;
    for (uint32_t at = begin; at < written.bytes; at += 7) {
      flip(paths().segment(written.segment), at, 1);
      EXPECT_EQ(outcome(), Errc::corrupt) << "segment " << written.segment << ", byte " << at;
      flip(paths().segment(written.segment), at, 1);
    }
  }
  EXPECT_TRUE(check_uncommitted(*store_));
}

TEST_F(UncommittedCheckTest, LeavesWhatIsCommittedToOtherChecks) {
  append();
  flip(paths().segment(store_->segments()[0].segment), committed_ - 1, 1);
  EXPECT_TRUE(check_uncommitted(*store_));
}

TEST_F(UncommittedCheckTest, IsDoneOnceItIsCommitted) {
  append();
  const TestBlock last = raw_block(100, 400);
  ASSERT_TRUE(BlockMaker().append(*store_, {last}));
  ASSERT_TRUE(BlockMaker().commit(*store_, last.cid));
  flip(paths().segment(store_->segments()[1].segment), 200, 1);
  EXPECT_TRUE(check_uncommitted(*store_));
}

}  // namespace
}  // namespace penstock
