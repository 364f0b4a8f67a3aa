// SPDX-License-Identifier: Apache-2.0
#include "chunking/gear_table.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <string>

#include "base/bytes.h"

namespace penstock {
namespace {

TEST(GearTableTest, HoldsTheDigestsThatTheDefinitionNames) {
  for (size_t byte = 0; byte < 256; ++byte) {
    const std::string message = "penstock gear v1" + std::string(1, static_cast<char>(byte));
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const uint8_t*>(message.data()), message.size(), digest);
    EXPECT_EQ(kGearTable[byte], load_le<uint32_t>(digest)) << byte;
  }
}

}  // namespace
}  // namespace penstock
