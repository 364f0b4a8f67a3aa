// SPDX-License-Identifier: Apache-2.0
#include "kernels/abi/penstock_abi.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>

#include "base/ids.h"
#include "base/limits.h"
#include "unit/abi/abi_in_c.h"

namespace penstock {
namespace {

struct Place {
  size_t offset;
  size_t bytes;

  friend bool operator==(const Place&, const Place&) = default;
};

// kernels/abi/abi.md's layout, counted by hand: fields in order, without padding.
const std::map<std::string, Place> kExpected = {
    {"penstock_request_header.magic", {0, 4}},
    {"penstock_request_header.abi_version", {4, 2}},
    {"penstock_request_header.operation", {6, 2}},
    {"penstock_request_header.generation", {8, 4}},
    {"penstock_request_header.submissions", {12, 4}},
    {"penstock_request_header.chunks", {16, 4}},
    {"penstock_request_header.chunks_offset", {20, 4}},
    {"penstock_request_header.digests_offset", {24, 4}},
    {"penstock_request_header.codec", {28, 2}},
    {"penstock_request_header.hash", {30, 2}},
    {"penstock_request_header.input_bytes", {32, 8}},
    {"penstock_request_header.arena_bytes", {40, 8}},
    {"penstock_submission.cookie", {0, 8}},
    {"penstock_submission.input_offset", {8, 8}},
    {"penstock_submission.input_bytes", {16, 4}},
    {"penstock_submission.first_chunk", {20, 4}},
    {"penstock_submission.chunks", {24, 4}},
    {"penstock_submission.output_bytes_max", {28, 4}},
    {"penstock_chunk.offset", {0, 4}},
    {"penstock_chunk.bytes", {4, 4}},
    {"penstock_completion.cookie", {0, 8}},
    {"penstock_completion.output_offset", {8, 8}},
    {"penstock_completion.generation", {16, 4}},
    {"penstock_completion.status", {20, 4}},
    {"penstock_completion.output_bytes", {24, 4}},
    {"penstock_completion.chunks", {28, 4}},
    {"penstock_capabilities.magic", {0, 4}},
    {"penstock_capabilities.abi_version", {4, 2}},
    {"penstock_capabilities.kernel_version", {6, 2}},
    {"penstock_capabilities.operations", {8, 4}},
    {"penstock_capabilities.codecs", {12, 4}},
    {"penstock_capabilities.hashes", {16, 4}},
    {"penstock_capabilities.submissions_max", {20, 4}},
    {"penstock_capabilities.extent_bytes_max", {24, 4}},
    {"penstock_capabilities.extent_chunks_max", {28, 4}},
    {"penstock_capabilities.digest_slots", {32, 4}},
    {"penstock_capabilities.encode_engines", {36, 4}},
    {"penstock_capabilities.decode_engines", {40, 4}},
    {"penstock_capabilities.clock_khz", {44, 4}},
    {"penstock_capabilities.name", {48, 64}},
};

TEST(AbiTest, CPutsEveryFieldWhereTheContractSays) {
  std::map<std::string, Place> found;
  for (size_t i = 0; i < abi_place_count; ++i)
    found[abi_places[i].field] = {abi_places[i].offset, abi_places[i].bytes};
  EXPECT_EQ(found.size(), kExpected.size());
  for (const auto& [field, place] : kExpected) {
    ASSERT_TRUE(found.contains(field)) << field;
    EXPECT_EQ(found[field].offset, place.offset) << field;
    EXPECT_EQ(found[field].bytes, place.bytes) << field;
  }
}

TEST(AbiTest, CppAgreesWithC) {
  EXPECT_EQ(offsetof(penstock_request_header, arena_bytes), 40u);
  EXPECT_EQ(offsetof(penstock_submission, output_bytes_max), 28u);
  EXPECT_EQ(offsetof(penstock_completion, chunks), 28u);
  EXPECT_EQ(offsetof(penstock_capabilities, name), 48u);
}

TEST(AbiTest, NumbersAndLimitsAreTheStores) {
  EXPECT_EQ(uint32_t{PENSTOCK_CODEC_LZ4}, static_cast<uint32_t>(CodecId::lz4));
  EXPECT_EQ(uint32_t{PENSTOCK_HASH_SHA2_256}, static_cast<uint32_t>(HashId::sha2_256));
  EXPECT_EQ(PENSTOCK_EXTENT_BYTES_MAX, kFrameBytesMax);
  EXPECT_EQ(PENSTOCK_EXTENT_CHUNKS_MAX, kFrameChunksMax);
}

}  // namespace
}  // namespace penstock
