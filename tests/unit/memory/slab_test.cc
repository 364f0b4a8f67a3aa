// SPDX-License-Identifier: Apache-2.0
#include "memory/slab.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace penstock {
namespace {

bool mapped(const Slab& slab) {
  return !slab.bytes().empty();
}

TEST(SlabTest, IsZeroedAlignedAndOfWholePages) {
  const auto slab = Slab::map(10000);
  ASSERT_TRUE(slab);
  EXPECT_EQ(slab->bytes().size(), 12288u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(slab->bytes().data()) % Slab::kAlignment, 0u);
  EXPECT_TRUE(all_zero(slab->bytes()));
  slab->bytes().back() = 1;
}

TEST(SlabTest, MovesWithItsMemory) {
  Slab first = std::move(Slab::map(4096).value());
  first.bytes()[0] = 42;
  Slab second = std::move(first);
  EXPECT_FALSE(mapped(first));
  EXPECT_EQ(second.bytes()[0], 42);
  Slab third = std::move(Slab::map(4096).value());
  third = std::move(second);
  EXPECT_EQ(third.bytes()[0], 42);
  EXPECT_FALSE(mapped(second)) << "what was assigned to must not linger in what it came from";
}

TEST(SlabTest, SaysThatThereIsNoSuchMemory) {
  const auto slab = Slab::map(size_t{1} << 62);
  ASSERT_FALSE(slab);
  EXPECT_EQ(slab.error().code, Errc::failed);
  EXPECT_NE(slab.error().message().find("4.00 EiB"), std::string::npos) << slab.error().message();
}

}  // namespace
}  // namespace penstock
