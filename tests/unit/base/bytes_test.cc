// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

#include <vector>

namespace penstock {
namespace {

TEST(BytesTest, LoadsAndStoresLittleEndianAtAnyAddress) {
  uint8_t bytes[9] = {};
  store_le<uint32_t>(bytes + 1, 0x04030201);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(bytes[4], 4);
  EXPECT_EQ(bytes[0] | bytes[5], 0);
  EXPECT_EQ(load_le<uint32_t>(bytes + 1), 0x04030201u);
  EXPECT_EQ(load_le<uint16_t>(bytes + 2), 0x0302u);
  store_le<uint64_t>(bytes + 1, 0x0807060504030201);
  EXPECT_EQ(load_le<uint64_t>(bytes + 1), 0x0807060504030201u);
}

TEST(BytesTest, SeesTheSameBytesAsTextAndBack) {
  constexpr std::string_view kText("a\0b\xff", 4);
  EXPECT_EQ(as_text(as_bytes(kText)), kText);
  EXPECT_EQ(as_bytes("\xff")[0], 0xff);
  EXPECT_TRUE(as_bytes("").empty());
}

TEST(BytesTest, FindsTheOneByteThatIsNotZero) {
  EXPECT_TRUE(all_zero({}));
  for (size_t length : {1, 2, 3, 64, 1000}) {
    std::vector<uint8_t> bytes(length);
    EXPECT_TRUE(all_zero(bytes)) << length;
    for (size_t i = 0; i < length; ++i) {
      bytes[i] = 0x80;
      EXPECT_FALSE(all_zero(bytes)) << i << " of " << length;
      bytes[i] = 0;
    }
  }
  EXPECT_FALSE(all_zero(std::vector<uint8_t>(10, 7)));
}

}  // namespace
}  // namespace penstock
