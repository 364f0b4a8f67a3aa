// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/launch_bounds.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

#include "kernels/abi/penstock_abi.h"

namespace penstock {
namespace {

// A header whose lengths are exactly those of the buffers.
class LaunchBoundsTest : public testing::Test {
 protected:
  static constexpr penstock_request_header kExact{PENSTOCK_REQUEST_MAGIC,
                                                  PENSTOCK_ABI_VERSION,
                                                  PENSTOCK_DIGEST_ENCODE,
                                                  1,
                                                  2,
                                                  8,
                                                  192,
                                                  128,
                                                  PENSTOCK_CODEC_LZ4,
                                                  PENSTOCK_HASH_SHA2_256,
                                                  1000,
                                                  127,
                                                  {}};

  bool fits(CardKernel kernel, const penstock_request_header& header) {
    std::memcpy(request_.data(), &header, sizeof header);
    return check_launch_bounds(kernel, {request_, input_, answer_, arena_}).has_value();
  }
  bool fits_with(CardKernel kernel, const std::function<void(penstock_request_header&)>& change) {
    penstock_request_header header = kExact;
    change(header);
    return fits(kernel, header);
  }

  std::vector<uint8_t> request_ = std::vector<uint8_t>(256);
  std::vector<uint8_t> input_ = std::vector<uint8_t>(1024);
  std::vector<uint8_t> answer_ = std::vector<uint8_t>(384);
  std::vector<uint8_t> arena_ = std::vector<uint8_t>(64);
};

TEST_F(LaunchBoundsTest, TakesBuffersAsLongAsTheHeaderSays) {
  EXPECT_TRUE(fits(CardKernel::encode, kExact));
  EXPECT_TRUE(fits(CardKernel::describe, kExact));
}

TEST_F(LaunchBoundsTest, RefusesAHeaderThatSaysMoreThanThereIs) {
  for (const CardKernel kernel : {CardKernel::digest, CardKernel::encode, CardKernel::decode}) {
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.input_bytes = 1025; }));
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.input_bytes = UINT64_MAX; }));
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.chunks = 9; }));
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.chunks_offset = UINT32_MAX - 63; }));
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.digests_offset = 192; }));
    EXPECT_FALSE(fits_with(kernel, [](auto& header) { header.submissions = 4; }));
    EXPECT_EQ(fits_with(kernel, [](auto& header) { header.arena_bytes = 128; }),
              kernel == CardKernel::digest);
  }
}

TEST_F(LaunchBoundsTest, LeavesToTheKernelWhatItRefusesByItself) {
  EXPECT_TRUE(fits_with(CardKernel::digest, [](auto& header) { header.submissions = 0; }));
  EXPECT_TRUE(fits_with(CardKernel::digest, [](auto& header) { header.submissions = 257; }));
  EXPECT_TRUE(fits_with(CardKernel::digest, [](auto& header) { header.chunks = 2 * 4096 + 1; }));
  EXPECT_TRUE(fits_with(CardKernel::digest, [](auto& header) { header.magic = 0; }));
}

TEST_F(LaunchBoundsTest, RefusesBuffersShorterThanAHeaderOrAnAnswer) {
  request_.resize(64);
  answer_.resize(64);
  EXPECT_FALSE(check_launch_bounds(CardKernel::describe, {request_, input_, answer_, arena_}));
  EXPECT_FALSE(check_launch_bounds(CardKernel::digest, {{}, input_, answer_, arena_}));
}

}  // namespace
}  // namespace penstock
