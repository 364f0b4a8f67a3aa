// SPDX-License-Identifier: Apache-2.0
#include "dag/unixfs.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

std::string with_sizes(const std::string& rest) {
  return std::string("\x08\x02", 2) + rest;
}

TEST(UnixfsTest, ReadsWhatItWrites) {
  UnixfsData file;
  file.data = as_bytes("inline");
  file.block_bytes = {0, 1, 300, uint64_t{1} << 40};
  file.file_bytes = 6 + 301 + (uint64_t{1} << 40);
  const auto message = encode_unixfs(file);
  const auto read = decode_unixfs(message);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(as_text(read->data), "inline");
  EXPECT_EQ(read->block_bytes, file.block_bytes);
  EXPECT_EQ(read->file_bytes, file.file_bytes);

  UnixfsData shard;
  shard.type = UnixfsType::hamt_shard;
  shard.data = as_bytes("bits");
  shard.fanout = kHamtFanout;
  shard.hash_type = kHamtHashType;
  const auto shard_message = encode_unixfs(shard);
  const auto shard_read = decode_unixfs(shard_message);
  ASSERT_TRUE(shard_read);
  EXPECT_EQ(shard_read->fanout, kHamtFanout);
  EXPECT_EQ(shard_read->hash_type, kHamtHashType);
}

TEST(UnixfsTest, TakesPackedBlockSizesModeAndMtime) {
  // filesize 7; block sizes 3 and 4 packed; mode 0644; mtime {seconds 1}
  const std::string message =
      with_sizes(std::string("\x18\x07\x22\x02\x03\x04\x38\xa4\x03\x42\x02\x08\x01", 13));
  const auto read = decode_unixfs(as_bytes(message));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->block_bytes, (std::vector<uint64_t>{3, 4}));
}

TEST(UnixfsTest, TakesAFileWithoutFilesizeAtItsSum) {
  const std::string message = with_sizes(std::string("\x20\x05\x20\x06", 4));
  EXPECT_EQ(decode_unixfs(as_bytes(message)).value().file_bytes, 11u);
}

TEST(UnixfsTest, RefusesLyingAndOverflowingSizes) {
  const std::string half("\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9);  // 2^63 - 1
  const std::string cases[] = {
      with_sizes(std::string("\x18\x08\x20\x03\x20\x04", 6)), with_sizes(std::string("\x18\x00\x20\x01", 4)),
      with_sizes(std::string("\x18\x02\x12\x01x", 5)), with_sizes(" " + half + std::string("\x20\x01", 2)),
      with_sizes(" " + half + " " + half + std::string("\x20\x02", 2)),
      // Block sizes in a directory.
      std::string("\x08\x01\x20\x01", 4)};
  for (const std::string& message : cases) {
    const auto read = decode_unixfs(as_bytes(message));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::corrupt);
  }
}

TEST(UnixfsTest, RefusesMalformedMessages) {
  const std::pair<const char*, std::string> cases[] = {
      {"empty", ""},
      {"no type", std::string("\x18\x00", 2)},
      {"unknown type", std::string("\x08\x06", 2)},
      {"type twice", std::string("\x08\x02\x08\x02", 4)},
      {"unknown field", with_sizes(std::string("\x48\x01", 2))},
      {"field 0", with_sizes(std::string("\x00\x01", 2))},
      {"data as varint", with_sizes(std::string("\x10\x01", 2))},
      {"filesize with a length", with_sizes(std::string("\x1a\x01\x01", 3))},
      {"mtime as varint", with_sizes(std::string("\x40\x01", 2))},
      {"64-bit wire type", with_sizes(std::string("\x19\x01\x01\x01\x01\x01\x01\x01\x01", 9))},
      {"data cut off", with_sizes(std::string("\x12\x05x", 3))},
      {"packed size cut off", with_sizes(std::string("\x22\x01\x80", 3))},
      {"number cut off", with_sizes("\x18")}};
  for (const auto& [what, message] : cases) {
    const auto read = decode_unixfs(as_bytes(message));
    ASSERT_FALSE(read) << what;
    EXPECT_EQ(read.error().code, Errc::corrupt) << what;
  }
}

}  // namespace
}  // namespace penstock
