// SPDX-License-Identifier: Apache-2.0
// The real XRT runtime over two emulated cards: run by emulation/with-card.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "hash/sha256.h"
#include "xrt/open_card.h"

namespace penstock {
namespace {

std::vector<uint8_t> random_content(size_t bytes) {
  std::mt19937_64 random(bytes);
  std::vector<uint8_t> content(bytes);
  for (size_t i = 0; i + 8 <= bytes; i += 8) store_le(content.data() + i, static_cast<uint64_t>(random()));
  return content;
}

// XRT starts a process for each card, so they are opened once.
OpenCard& card(unsigned number) {
  static OpenCard first(0);
  static OpenCard second(1);
  return number == 0 ? first : second;
}

penstock_capabilities describe(OpenCard& card) {
  xrt::bo answer(card.device, sizeof(penstock_capabilities), card.describe.group_id(0));
  card.describe(answer).wait();
  answer.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  penstock_capabilities capabilities;
  std::memcpy(&capabilities, host_side(answer).data(), sizeof capabilities);
  return capabilities;
}

TEST(XrtRuntimeTest, IsTheRealRuntimeInSoftwareEmulation) {
  card(0);
  std::ifstream maps("/proc/self/maps");
  const std::string text{std::istreambuf_iterator<char>(maps), {}};
  EXPECT_NE(text.find("libxrt_swemu.so"), std::string::npos);
  EXPECT_NE(text.find("libxrt_coreutil.so"), std::string::npos);
}

TEST(XrtRuntimeTest, DescribesBothCards) {
  for (const unsigned number : {0U, 1U}) {
    const penstock_capabilities capabilities = describe(card(number));
    EXPECT_EQ(capabilities.magic, PENSTOCK_CAPABILITIES_MAGIC);
    EXPECT_EQ(capabilities.abi_version, PENSTOCK_ABI_VERSION);
  }
}

TEST(XrtRuntimeTest, MovesBytesThereAndBack) {
  constexpr size_t kBytes = size_t{64} << 20;
  const auto content = random_content(kBytes);
  xrt::bo buffer(card(0).device, kBytes, card(0).digest.group_id(1));
  std::ranges::copy(content, host_side(buffer).begin());
  buffer.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  std::ranges::fill(host_side(buffer), uint8_t{0});
  buffer.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  EXPECT_TRUE(std::ranges::equal(host_side(buffer), content));
}

TEST(XrtRuntimeTest, MovesPartsOfABufferAndNothingBeside) {
  constexpr size_t kBytes = size_t{4} << 20;
  const auto content = random_content(kBytes);
  xrt::bo buffer(card(0).device, kBytes, card(0).digest.group_id(1));
  std::ranges::fill(host_side(buffer), uint8_t{0xee});
  buffer.sync(XCL_BO_SYNC_BO_TO_DEVICE);
  std::ranges::copy(content, host_side(buffer).begin());
  constexpr size_t kOffset = 1234560;
  constexpr size_t kPart = 2345664;
  buffer.sync(XCL_BO_SYNC_BO_TO_DEVICE, kPart, kOffset);
  std::ranges::fill(host_side(buffer), uint8_t{0});
  buffer.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
  for (size_t i = 0; i < kBytes; ++i) {
    const bool moved = i >= kOffset && i < kOffset + kPart;
    ASSERT_EQ(host_side(buffer)[i], moved ? content[i] : 0xee) << i;
  }
}

TEST(XrtRuntimeTest, LeavesTheCardAloneUntilItIsSynced) {
  xrt::bo answer(card(0).device, 4096, card(0).describe.group_id(0));
  std::ranges::fill(host_side(answer), uint8_t{0xee});
  card(0).describe(answer).wait();
  EXPECT_EQ(host_side(answer)[0], 0xee);
}

TEST(XrtRuntimeTest, DigestsWhatOpensslDigests) {
  constexpr uint32_t kChunkBytes = 64 << 10;
  const auto content = random_content(2 << 20);
  for (const unsigned number : {0U, 1U}) {
    DigestBatch batch(card(number), content, kChunkBytes);
    card(number).digest(batch.request, batch.input, batch.answer).wait();
    const penstock_completion completion = batch.completion();
    EXPECT_EQ(completion.status, static_cast<uint32_t>(PENSTOCK_DONE));
    EXPECT_EQ(completion.cookie, 0x1234U);
    ASSERT_EQ(completion.chunks, batch.chunks);
    for (uint32_t i = 0; i < batch.chunks; ++i) {
      const Digest expected = sha256(Bytes(content).subspan(size_t{i} * kChunkBytes, kChunkBytes));
      EXPECT_TRUE(std::ranges::equal(batch.digest(i), expected.bytes)) << i;
    }
  }
}

TEST(XrtRuntimeTest, LaunchesAThousandTimes) {
  xrt::bo answer(card(0).device, sizeof(penstock_capabilities), card(0).describe.group_id(0));
  xrt::run run(card(0).describe);
  run.set_arg(0, answer);
  for (int i = 0; i < 1000; ++i) {
    run.start();
    ASSERT_EQ(run.wait(), ERT_CMD_STATE_COMPLETED) << i;
  }
}

// with-card has PENSTOCK_EMULATED_CARD_HANG=digest_batch.
TEST(XrtHangTest, LeavesTheOtherUnitsAliveWhenOneHangs) {
  ASSERT_STREQ(std::getenv("PENSTOCK_EMULATED_CARD_HANG"), "digest_batch") << "else no unit hangs";
  const auto content = random_content(1 << 16);
  DigestBatch batch(card(0), content, 1 << 16);
  xrt::run run = card(0).digest(batch.request, batch.input, batch.answer);
  EXPECT_EQ(describe(card(0)).magic, PENSTOCK_CAPABILITIES_MAGIC);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_NE(run.state(), ERT_CMD_STATE_COMPLETED);
  EXPECT_EQ(batch.completion().status, static_cast<uint32_t>(PENSTOCK_PENDING));
  // Destructors of XRT wait for the run.
  std::_Exit(testing::Test::HasFailure() ? 1 : 0);
}

}  // namespace
}  // namespace penstock
