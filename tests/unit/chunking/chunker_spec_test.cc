// SPDX-License-Identifier: Apache-2.0
#include "chunking/chunker_spec.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(ChunkerSpecTest, TheDefaultIsTheOneInTheDefinition) {
  EXPECT_EQ(chunker_text(ChunkerSpec{}), "cdc:16K:64K:256K");
}

TEST(ChunkerSpecTest, WhatIsPrintedParsesToTheSame) {
  for (const char* text : {"cdc:16K:64K:256K", "cdc:64:256:256", "cdc:1M:1M:1M", "cdc:65:512:1000",
                           "fixed:1M", "fixed:1", "fixed:100", "fixed:256K"}) {
    const Result<ChunkerSpec> spec = parse_chunker(text);
    ASSERT_TRUE(spec.has_value()) << text;
    EXPECT_EQ(chunker_text(*spec), text);
  }
}

TEST(ChunkerSpecTest, EquivalentSizesPrintInOneForm) {
  EXPECT_EQ(chunker_text(*parse_chunker("cdc:16384:65536:262144")), "cdc:16K:64K:256K");
  EXPECT_EQ(chunker_text(*parse_chunker("fixed:1024K")), "fixed:1M");
}

TEST(ChunkerSpecTest, RefusesWhatIsNotASpecAsUsageErrorThatSaysWhatIs) {
  for (const char* text : {"",
                           ":",
                           "cdc",
                           "cdc:",
                           "cdc:16K",
                           "cdc:16K:64K",
                           "cdc:16K:64K:256K:1M",
                           "cdc:16K:64K:256K:",
                           "cdc::64K:256K",
                           "fixed",
                           "fixed:",
                           "fixed:0",
                           "fixed:1M:1M",
                           "fixed:1048577",
                           "fixed:2M",
                           "fixed:-1",
                           "fixed:16Q",
                           "cdc:63:256:512",
                           "cdc:64:128:512",
                           "cdc:64:300:512",
                           "cdc:512:256:1K",
                           "cdc:64:1K:512",
                           "cdc:64:256:2M",
                           "cdc:64:256:17E",
                           "cdc:64:256:99999999999999999999",
                           "CDC:16K:64K:256K",
                           "rabin:1:2:3",
                           " cdc:16K:64K:256K"}) {
    const Result<ChunkerSpec> spec = parse_chunker(text);
    ASSERT_FALSE(spec.has_value()) << text;
    EXPECT_EQ(spec.error().code, Errc::usage) << text;
    EXPECT_NE(spec.error().message().find("cdc:16K:64K:256K"), std::string::npos) << text;
  }
}

TEST(ChunkerSpecTest, ZeroRunsSplitIntoTheLargestLeafOrTheGridsCell) {
  EXPECT_EQ(parse_chunker("cdc:64:256:1K")->zero_leaf_bytes(), 1u << 20);
  EXPECT_EQ(parse_chunker("fixed:4K")->zero_leaf_bytes(), 4096u);
}

}  // namespace
}  // namespace penstock
