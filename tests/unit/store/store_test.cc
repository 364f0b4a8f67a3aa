// SPDX-License-Identifier: Apache-2.0
#include "unit/store/store_fixture.h"

namespace penstock {
namespace {

class StoreTest : public StoreFixture {};

TEST_F(StoreTest, GivesBackWhatWasCommitted) {
  const TestBlock small = text_block("hello");
  const TestBlock large = raw_block(1, 1 << 20);
  TestBlock commit;
  {
    auto store = open(Access::write);
    BlockMaker maker;
    ASSERT_TRUE(maker.append(*store, {small, large}));
    EXPECT_TRUE(holds(*store, small));
    auto made = maker.commit(*store, small.cid);
    ASSERT_TRUE(made) << why(made);
    commit = *made;
  }
  auto store = open(Access::read);
  ASSERT_EQ(store->commits().size(), 1u);
  EXPECT_EQ(store->commits()[0].cid, commit.cid);
  EXPECT_TRUE(holds(*store, small));
  EXPECT_TRUE(holds(*store, large));
  EXPECT_TRUE(holds(*store, commit));
  EXPECT_EQ(store->new_reader()->block_bytes(large.cid.digest).value(), large.bytes.size());
  EXPECT_EQ(store->new_reader()->read(raw_block(7, 10).cid).error().code, Errc::absent);
}

}  // namespace
}  // namespace penstock
