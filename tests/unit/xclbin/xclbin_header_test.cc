// SPDX-License-Identifier: Apache-2.0
#include "drivers/xclbin/xclbin_header.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/base/random_seed.h"
#include "unit/xclbin/made_xclbin.h"

namespace penstock {
namespace {

TEST(XclbinHeaderTest, ReadsUuidAndPlatform) {
  const auto header = parse_xclbin_header(made_xclbin(0xa7, "xilinx_u55c_gen3x16_xdma_3_202210_1"));
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(uuid_text(header->uuid), "a7a7a7a7-a7a7-a7a7-a7a7-a7a7a7a7a7a7");
  EXPECT_EQ(header->platform, "xilinx_u55c_gen3x16_xdma_3_202210_1");
}

TEST(XclbinHeaderTest, TakesAPlatformOfAllItsBytes) {
  EXPECT_EQ(parse_xclbin_header(made_xclbin(1, std::string(64, 'p')))->platform, std::string(64, 'p'));
}

TEST(XclbinHeaderTest, RefusesEveryTruncation) {
  const auto file = made_xclbin();
  for (size_t bytes = 0; bytes < file.size(); ++bytes)
    EXPECT_FALSE(parse_xclbin_header(Bytes(file).first(bytes))) << bytes;
}

TEST(XclbinHeaderTest, RefusesSectionsOutsideTheFile) {
  for (const uint64_t offset : {uint64_t{1} << 40, UINT64_MAX - 8, made_xclbin().size() - 31}) {
    auto file = made_xclbin();
    std::memcpy(file.data() + 456 + 24, &offset, sizeof offset);
    EXPECT_FALSE(parse_xclbin_header(file)) << offset;
  }
  auto file = made_xclbin();
  const uint32_t sections = UINT32_MAX;
  std::memcpy(file.data() + 448, &sections, sizeof sections);
  EXPECT_FALSE(parse_xclbin_header(file));
}

TEST(XclbinHeaderTest, ReadsNothingOutsideOfAnyBytes) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    auto file = made_xclbin();
    for (uint64_t i = random() % 8; i > 0; --i) file[random() % file.size()] = static_cast<uint8_t>(random());
    file.resize(random() % 2 == 0 ? file.size() : random() % (file.size() + 1));
    const auto header = parse_xclbin_header(std::vector<uint8_t>(file));  // a sanitizer sees what is read
    if (header) {
      EXPECT_LE(header->platform.size(), 64u);
    }
  }
}

}  // namespace
}  // namespace penstock
