// SPDX-License-Identifier: Apache-2.0
#include "codec/codec_spec.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(CodecSpecTest, KeepsTheNumbersThatAreOnDisk) {
  EXPECT_EQ(codec_id(0), CodecId::stored);
  EXPECT_EQ(codec_id(1), CodecId::lz4);
  EXPECT_EQ(codec_id(2), CodecId::zstd);
  EXPECT_EQ(codec_id(3), CodecId::deflate);
  EXPECT_EQ(codec_id(4), std::nullopt);
  EXPECT_EQ(codec_id(0xffff), std::nullopt);
  EXPECT_EQ(codec_table().size(), 4u);
}

TEST(CodecSpecTest, NamesEveryCodecOfTheTable) {
  for (const CodecRow& row : codec_table()) EXPECT_EQ(codec_name(row.id), row.name);
  EXPECT_EQ(codec_name(static_cast<CodecId>(77)), "unknown");
}

TEST(CodecSpecTest, ReadsWhatItWrites) {
  for (const char* text : {"stored", "lz4", "deflate", "zstd:1", "zstd:19", "zstd:-5"}) {
    const auto spec = parse_codec(text);
    ASSERT_TRUE(spec) << text;
    EXPECT_EQ(codec_text(*spec), text);
  }
}

TEST(CodecSpecTest, TakesZstdWithoutALevelAsLevelOne) {
  EXPECT_EQ(parse_codec("zstd").value(), (CodecSpec{CodecId::zstd, 1}));
  EXPECT_EQ(parse_codec("auto").value(), (CodecSpec{CodecId::zstd, 1}));
}

TEST(CodecSpecTest, RefusesWhatDoesNotExist) {
  for (const char* text :
       {"", "brotli", "zstd:", "zstd:0", "zstd:20", "zstd:three", "zstd:3x", "zstd:999999999999",
        "zstd:-999999999", "lz4:1", "stored:0", "auto:1", "ZSTD", "zstd ", ":3"}) {
    const auto spec = parse_codec(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_EQ(spec.error().code, Errc::usage) << text;
    EXPECT_NE(spec.error().message().find("give auto, lz4"), std::string::npos) << text;
  }
}

TEST(CodecSpecTest, KnowsWhichLevelsExist) {
  EXPECT_TRUE(codec_exists({CodecId::zstd, 19}));
  EXPECT_TRUE(codec_exists({CodecId::zstd, -1}));
  EXPECT_FALSE(codec_exists({CodecId::zstd, 0}));
  EXPECT_FALSE(codec_exists({CodecId::zstd, 20}));
  EXPECT_TRUE(codec_exists({CodecId::lz4, 0})) << "levels count for zstd alone";
  EXPECT_FALSE(codec_exists({static_cast<CodecId>(9), 1}));
}

}  // namespace
}  // namespace penstock
