// SPDX-License-Identifier: Apache-2.0
#include "hls/describe/describe.h"

#include <gtest/gtest.h>

#include <cstring>

#include "hls/lz4_compress/lz4_encoding.h"
#include "hls/lz4_decompress/lz4_decoding.h"
#include "hls/sha256/message_pieces.h"
#include "unit/hls_sha256/guarded_words.h"

namespace penstock {
namespace {

TEST(DescribeTest, SaysWhatTheKernelsCan) {
  GuardedWords answer(2);
  describe(answer.words());
  penstock_capabilities capabilities;
  std::memcpy(&capabilities, answer.bytes().data(), sizeof capabilities);
  EXPECT_EQ(capabilities.magic, PENSTOCK_CAPABILITIES_MAGIC);
  EXPECT_EQ(capabilities.abi_version, PENSTOCK_ABI_VERSION);
  EXPECT_EQ(capabilities.kernel_version, 1u);
  EXPECT_EQ(capabilities.operations, 0b11110u);
  EXPECT_EQ(capabilities.codecs, 0b10u);
  EXPECT_EQ(capabilities.hashes, PENSTOCK_HASH_BIT_SHA2_256);
  EXPECT_EQ(capabilities.submissions_max, PENSTOCK_SUBMISSIONS_MAX);
  EXPECT_EQ(capabilities.extent_bytes_max, PENSTOCK_EXTENT_BYTES_MAX);
  EXPECT_EQ(capabilities.extent_chunks_max, PENSTOCK_EXTENT_CHUNKS_MAX);
  EXPECT_EQ(capabilities.digest_slots, fabric::kDigestSlots);
  EXPECT_EQ(capabilities.encode_engines, fabric::kEncodeEngines);
  EXPECT_EQ(capabilities.decode_engines, fabric::kDecodeEngines);
  EXPECT_EQ(capabilities.clock_khz, 300000u);
  EXPECT_STREQ(reinterpret_cast<const char*>(capabilities.name), "penstock hls kernels");
  for (const uint8_t byte : capabilities.reserved) EXPECT_EQ(byte, 0);
}

}  // namespace
}  // namespace penstock
