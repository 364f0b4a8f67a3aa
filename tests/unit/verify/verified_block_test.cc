// SPDX-License-Identifier: Apache-2.0
#include "verify/verified_block.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace penstock {
namespace {

template <class T>
concept HasWritableFields = requires(T block) {
  block.codec() = CodecId::lz4;
};

TEST(VerifiedBlockTest, CannotBeMadeFromNothingNorFromWhatADeviceClaims) {
  EXPECT_FALSE(std::is_default_constructible_v<VerifiedBlock>);
  EXPECT_FALSE(std::is_aggregate_v<VerifiedBlock>);
  EXPECT_FALSE((std::is_constructible_v<VerifiedBlock, EncodedBlock>));
  EXPECT_FALSE(
      (std::is_constructible_v<VerifiedBlock, CodecId, uint32_t, std::span<const BlockEntry>, Bytes>));
  EXPECT_FALSE((std::is_convertible_v<EncodedBlock, VerifiedBlock>));
  EXPECT_FALSE(HasWritableFields<VerifiedBlock>);
}

}  // namespace
}  // namespace penstock
