// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/buffer_map.h"

#include <gtest/gtest.h>

#include "emulation/xrt_card/card_platform.h"

namespace penstock {
namespace {

constexpr uint64_t kInputs = platform_bank_base(CardBank::input);

TEST(BufferMapTest, FindsTheRestOfABuffer) {
  BufferMap buffers;
  ASSERT_TRUE(buffers.allocate(kInputs + 4096, 100));
  EXPECT_EQ(buffers.find(kInputs + 4096, 100)->size(), 100U);
  EXPECT_EQ(buffers.find(kInputs + 4096 + 90, 10)->size(), 10U);
  const uint8_t* const begin = buffers.find(kInputs + 4096, 1)->data();
  EXPECT_EQ(buffers.find(kInputs + 4096 + 90, 1)->data(), begin + 90);
}

TEST(BufferMapTest, FindsNothingBesideABuffer) {
  BufferMap buffers;
  EXPECT_FALSE(buffers.find(kInputs, 1));
  ASSERT_TRUE(buffers.allocate(kInputs + 4096, 100));
  EXPECT_FALSE(buffers.find(kInputs + 4095, 1));
  EXPECT_FALSE(buffers.find(kInputs + 4096, 101));
  EXPECT_FALSE(buffers.find(kInputs + 4096 + 100, 0));
  EXPECT_FALSE(buffers.find(kInputs + 4096 + 50, UINT64_MAX));
  EXPECT_FALSE(buffers.find(UINT64_MAX, 1));
}

TEST(BufferMapTest, PutsNoBufferOverAnother) {
  BufferMap buffers;
  ASSERT_TRUE(buffers.allocate(kInputs + 8192, 4096));
  EXPECT_FALSE(buffers.allocate(kInputs + 8192, 1));
  EXPECT_FALSE(buffers.allocate(kInputs + 8192 + 4095, 1));
  EXPECT_FALSE(buffers.allocate(kInputs + 4096, 4097));
  EXPECT_TRUE(buffers.allocate(kInputs + 4096, 4096));
  EXPECT_TRUE(buffers.allocate(kInputs + 8192 + 4096, 1));
}

TEST(BufferMapTest, KeepsBuffersInsideTheirBank) {
  BufferMap buffers;
  EXPECT_FALSE(buffers.allocate(kInputs, 0));
  EXPECT_FALSE(buffers.allocate(kInputs, kPlatformBankBytes + 1));
  EXPECT_FALSE(buffers.allocate(kInputs + kPlatformBankBytes - 4096, 4097));
  EXPECT_TRUE(buffers.allocate(kInputs + kPlatformBankBytes - 4096, 4096));
  EXPECT_FALSE(buffers.allocate(kPlatformBanks * kPlatformBankBytes, 4096));
  EXPECT_FALSE(buffers.allocate(UINT64_MAX - 100, 4096));
}

TEST(BufferMapTest, ForgetsWhatIsFreedAndKeepsItsMemoryForKernels) {
  BufferMap buffers;
  ASSERT_TRUE(buffers.allocate(kInputs, 4096));
  const MutableBytes memory = *buffers.find(kInputs, 4096);
  EXPECT_FALSE(buffers.free(kInputs + 1));
  EXPECT_TRUE(buffers.free(kInputs));
  EXPECT_FALSE(buffers.free(kInputs));
  EXPECT_FALSE(buffers.find(kInputs, 1));
  memory[4095] = 1;  // a kernel that is not done
  buffers.drop_freed();
  EXPECT_TRUE(buffers.allocate(kInputs, 4096));
}

TEST(BufferMapTest, KnowsTheBankOfAnAddress) {
  EXPECT_EQ(*bank_of(0), CardBank::request);
  EXPECT_EQ(*bank_of(kInputs - 1), CardBank::request);
  EXPECT_EQ(*bank_of(kInputs), CardBank::input);
  EXPECT_EQ(*bank_of(platform_bank_base(CardBank::arena) + 5), CardBank::arena);
  EXPECT_FALSE(bank_of(kPlatformBanks * kPlatformBankBytes));
}

}  // namespace
}  // namespace penstock
