// SPDX-License-Identifier: Apache-2.0
#include "store/store_toml.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace penstock {
namespace {

const StoreConfig kConfig{"01234567-89ab-4def-8123-456789abcdef", "cdc:16K:64K:256K", "zstd:3"};

// `text` with a true checksum line behind it.
std::string sealed(const std::string& text) {
  char line[32];
  std::snprintf(line, sizeof line, "crc32c = \"%08x\"\n", crc32c(as_bytes(text)));
  return text + line;
}

std::string body() {
  const std::string text = encode_store_toml(kConfig);
  return text.substr(0, text.size() - 20);
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = body();
  text.replace(text.find(from), from.size(), to);
  return sealed(text);
}

TEST(StoreTomlTest, ReadsBackWhatItWrote) {
  const auto config = parse_store_toml(encode_store_toml(kConfig));
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->uuid, kConfig.uuid);
  EXPECT_EQ(config->chunker, kConfig.chunker);
  EXPECT_EQ(config->codec, kConfig.codec);
}

TEST(StoreTomlTest, NamesEveryFlippedBitAndCutAsDamage) {
  const std::string whole = encode_store_toml(kConfig);
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string text = whole;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    const auto config = parse_store_toml(text);
    ASSERT_FALSE(config) << "bit " << bit;
    EXPECT_EQ(config.error().code, Errc::corrupt);
  }
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_store_toml(whole.substr(0, size)));
}

TEST(StoreTomlTest, SaysThatANewerFormatIsNewerAndNotDamaged) {
  const auto config = parse_store_toml(replaced("format = 1", "format = 2\nshards = 7"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::failed);
  EXPECT_NE(config.error().message().find("newer"), std::string::npos);
}

TEST(StoreTomlTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(parse_store_toml(replaced("format = 1", "format = 1\ncolour = \"red\"")).error().code,
            Errc::failed);
  EXPECT_EQ(parse_store_toml(replaced("\"none\"", "\"4+2\"")).error().code, Errc::failed);
  EXPECT_EQ(parse_store_toml(replaced("[]", "[\"/a\"]")).error().code, Errc::failed);
}

TEST(StoreTomlTest, RefusesMissingAndMistypedKeys) {
  EXPECT_EQ(parse_store_toml(replaced("format = 1", "")).error().code, Errc::corrupt);
  EXPECT_EQ(parse_store_toml(replaced("format = 1", "format = \"1\"")).error().code, Errc::corrupt);
  EXPECT_EQ(parse_store_toml(replaced("volumes = []", "")).error().code, Errc::corrupt);
  EXPECT_EQ(parse_store_toml(replaced("0123", "012x")).error().code, Errc::corrupt);
  EXPECT_FALSE(parse_store_toml(sealed("format = 1\nformat = 1\n")));
  EXPECT_FALSE(parse_store_toml(sealed("\xef\xbb\xaf")));
  EXPECT_FALSE(parse_store_toml(replaced("\"none\"", "\"n\xc3\xb6ne\"")));
  EXPECT_FALSE(parse_store_toml(sealed("a = " + std::string(10000, '['))));
}

}  // namespace
}  // namespace penstock
