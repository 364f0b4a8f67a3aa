// SPDX-License-Identifier: Apache-2.0
#include "store/block_catalog.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <utility>

#include "store/memory_index.h"

namespace penstock {
namespace {

TEST(BlockCatalogTest, NeverForgetsHowFarTheIndexOnceKnewASegment) {
  CatalogContents contents;
  contents.index = std::make_unique<MemoryIndex>();
  MemoryIndex& index = static_cast<MemoryIndex&>(*contents.index);
  BlockCatalog catalog(std::move(contents), nullptr, {}, {},
                       [](const Error& error) -> Result<CatalogContents> { return Failure(error); });
  // A recovery was cut off, and its segment is shorter now; then it grows.
  for (const uint32_t bytes : {4041u, 2103u, 5000u}) {
    const std::array coverage{Coverage{3, bytes}};
    ASSERT_TRUE(catalog.learn({}, coverage));
    uint32_t known = 0;
    ASSERT_TRUE(index.for_each_coverage([&](Coverage covered) { known = covered.bytes; }));
    EXPECT_EQ(known, std::max(bytes, 4041u));
  }
}

}  // namespace
}  // namespace penstock
