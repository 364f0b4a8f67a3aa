// SPDX-License-Identifier: Apache-2.0
// A card as XRT's calls see it: buffers, registers, launches.
#include "emulation/xrt_card/shim_session.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "emulation/xrt_card/card_platform.h"
#include "kernels/abi/penstock_abi.h"
#include "unit/xrt_card/shim_peer.h"

namespace penstock {
namespace {

constexpr uint64_t kAnswers = platform_bank_base(CardBank::answer);
constexpr uint64_t kInputs = platform_bank_base(CardBank::input);
constexpr uint32_t kRunning = 1;
constexpr uint32_t kDoneAndIdle = 6;

const PlatformKernel& kernel_of(CardKernel kernel) {
  return platform_kernels()[static_cast<size_t>(kernel)];
}

// A register map as XRT writes it: control, then the arguments.
std::string register_map(uint32_t control, const std::vector<uint64_t>& arguments) {
  std::string registers(64, '\0');
  std::memcpy(registers.data(), &control, sizeof control);
  for (size_t place = 0; place < arguments.size(); ++place) {
    std::memcpy(registers.data() + argument_offset(place), &arguments[place], 8);
  }
  return registers;
}

class ShimSessionTest : public testing::Test {
 protected:
  // False: what XRT takes for a card that is gone.
  bool launch(CardKernel kernel, const std::vector<uint64_t>& arguments) {
    const uint64_t base = kernel_of(kernel).base;
    return peer_->write_registers(base, register_map(0, arguments)) &&
           peer_->write_registers(base, register_map(1, arguments));
  }
  void await(CardKernel kernel) {
    while (peer_->control(kernel_of(kernel).base) != kDoneAndIdle) std::this_thread::yield();
  }
  penstock_capabilities capabilities(uint64_t address) {
    const std::string bytes = peer_->read(address, sizeof(penstock_capabilities));
    penstock_capabilities capabilities;
    std::memcpy(&capabilities, bytes.data(), sizeof capabilities);
    return capabilities;
  }
  void be(const XrtCardOptions& options) { peer_ = std::make_unique<ShimPeer>(options); }

  std::unique_ptr<ShimPeer> peer_ = std::make_unique<ShimPeer>();
};

TEST_F(ShimSessionTest, KeepsWhatIsWrittenToABuffer) {
  ASSERT_TRUE(peer_->allocate(kInputs, 4096));
  EXPECT_EQ(peer_->read(kInputs, 8), std::string(8, '\0'));
  EXPECT_EQ(peer_->write(kInputs + 100, "penstock"), 8U);
  EXPECT_EQ(peer_->read(kInputs + 99, 10), std::string("\0penstock\0", 10));
  EXPECT_TRUE(peer_->free(kInputs));
  EXPECT_TRUE(peer_->complaints.empty());
}

TEST_F(ShimSessionTest, SaysOfCopiesBesideABufferThatThereIsNone) {
  ASSERT_TRUE(peer_->allocate(kInputs, 4096));
  EXPECT_EQ(peer_->write(kInputs + 4090, "penstock"), 0U);
  EXPECT_EQ(peer_->read(kInputs + 4090, 8), std::string(8, '\0'));
  EXPECT_EQ(peer_->write(UINT64_MAX, "penstock"), 0U);
  EXPECT_FALSE(peer_->free(kInputs + 1));
  EXPECT_FALSE(peer_->allocate(kInputs + 4095, 1));
  EXPECT_EQ(peer_->complaints.size(), 5U);
}

TEST_F(ShimSessionTest, RunsAKernelWhenItsStartBitIsWritten) {
  ASSERT_TRUE(peer_->allocate(kAnswers, 4096));
  const uint64_t base = kernel_of(CardKernel::describe).base;
  ASSERT_TRUE(peer_->write_registers(base, register_map(0, {kAnswers})));
  EXPECT_EQ(capabilities(kAnswers).magic, 0U);
  ASSERT_TRUE(launch(CardKernel::describe, {kAnswers}));
  await(CardKernel::describe);
  EXPECT_EQ(capabilities(kAnswers).magic, PENSTOCK_CAPABILITIES_MAGIC);
  EXPECT_TRUE(peer_->write_registers(base, std::string("\x10\0\0\0", 4))) << "continue";
  EXPECT_EQ(peer_->control(base), kDoneAndIdle);
  EXPECT_TRUE(peer_->complaints.empty());
}

TEST_F(ShimSessionTest, EndsALaunchWithWrongArgumentsAndAnswersNothing) {
  ASSERT_TRUE(peer_->allocate(kAnswers, 4096));
  ASSERT_TRUE(peer_->allocate(kInputs, 4096));
  const std::vector<uint64_t> wrong{kInputs, kAnswers + 4096, kAnswers + 8, kAnswers + 4090, UINT64_MAX, 0};
  for (const uint64_t argument : wrong) {
    EXPECT_TRUE(launch(CardKernel::describe, {argument})) << argument;
    await(CardKernel::describe);
  }
  EXPECT_EQ(peer_->complaints.size(), wrong.size());
  EXPECT_EQ(peer_->read(kAnswers, 4096), std::string(4096, '\0'));
  EXPECT_EQ(peer_->read(kInputs, 4096), std::string(4096, '\0'));
}

TEST_F(ShimSessionTest, KeepsABatchPendingThatItCannotRun) {
  for (const CardBank bank : {CardBank::request, CardBank::input, CardBank::answer}) {
    ASSERT_TRUE(peer_->allocate(platform_bank_base(bank), 4096));
  }
  // Two arguments are in each other's place.
  EXPECT_TRUE(launch(CardKernel::digest, {0, kAnswers, kInputs}));
  await(CardKernel::digest);
  EXPECT_EQ(peer_->complaints.size(), 1U);
  EXPECT_EQ(peer_->read(kAnswers, 64), std::string(64, '\0'));
}

TEST_F(ShimSessionTest, HangsTheLaunchThatItWasTold) {
  be({KernelHang{CardKernel::describe, 2}, {}});
  ASSERT_TRUE(peer_->allocate(kAnswers, 4096));
  ASSERT_TRUE(launch(CardKernel::describe, {kAnswers}));
  await(CardKernel::describe);
  ASSERT_TRUE(launch(CardKernel::describe, {kAnswers}));
  for (int look = 0; look < 100; ++look) {
    ASSERT_EQ(peer_->control(kernel_of(CardKernel::describe).base), kRunning);
  }
  EXPECT_TRUE(peer_->free(kAnswers)) << "the others go on";
}

TEST_F(ShimSessionTest, SaysTheVersionThatItWasTold) {
  be({{}, uint16_t{9}});
  ASSERT_TRUE(peer_->allocate(kAnswers, 4096));
  ASSERT_TRUE(launch(CardKernel::describe, {kAnswers}));
  await(CardKernel::describe);
  EXPECT_EQ(capabilities(kAnswers).abi_version, 9);
  EXPECT_EQ(capabilities(kAnswers).magic, PENSTOCK_CAPABILITIES_MAGIC);
}

TEST_F(ShimSessionTest, KnowsNoRegistersButItsUnits) {
  const uint64_t base = kernel_of(CardKernel::describe).base;
  EXPECT_FALSE(peer_->write_registers(0, std::string(4, '\0')));
  EXPECT_FALSE(peer_->write_registers(base + 2, std::string(4, '\0')));
  EXPECT_FALSE(peer_->write_registers(base, std::string(5, '\0')));
  EXPECT_FALSE(peer_->write_registers(base + kUnitBytes - 4, std::string(8, '\0')));
  EXPECT_FALSE(peer_->write_registers(UINT64_MAX - 3, std::string(4, '\0')));
  EXPECT_EQ(peer_->control(UINT64_MAX - 3), 0U);
  EXPECT_EQ(peer_->complaints.size(), 6U);
  EXPECT_TRUE(peer_->write_registers(base + 0x40, std::string(256, '\1'))) << "nobody's registers";
  EXPECT_EQ(peer_->control(base), 4U) << "idle";
}

TEST_F(ShimSessionTest, EndsWhenAllIsClosedAndNotBefore) {
  shim::Close call;
  auto answer = peer_->answer({1, call.SerializeAsString()});
  EXPECT_TRUE(answer && !answer->last);
  call.set_all(true);
  answer = peer_->answer({1, call.SerializeAsString()});
  EXPECT_TRUE(answer && answer->last);
}

TEST_F(ShimSessionTest, RefusesWhatIsNoCall) {
  EXPECT_FALSE(peer_->answer({0, ""}));
  EXPECT_FALSE(peer_->answer({2, ""}));
  EXPECT_FALSE(peer_->answer({4000000000U, ""}));
  for (const uint32_t call : {4U, 5U, 6U, 7U, 9U, 11U}) {
    EXPECT_FALSE(peer_->answer({call, ""})) << call << ": fields are missing";
    EXPECT_FALSE(peer_->answer({call, "\x0b\xff\xff"})) << call;
  }
  shim::CopyToCard liar;
  liar.set_address(kInputs);
  liar.set_content("four");
  liar.set_bytes(4096);
  EXPECT_FALSE(peer_->answer({6, liar.SerializeAsString()}));
  shim::CopyToHost greedy;
  greedy.set_address(kInputs);
  greedy.set_bytes(UINT64_MAX);
  EXPECT_FALSE(peer_->answer({7, greedy.SerializeAsString()}));
}

TEST(XrtCardOptionsTest, ReadsWhatTestsAskFor) {
  const auto none = XrtCardOptions::parse(nullptr, "");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->hang || none->abi_version);
  const auto both = XrtCardOptions::parse("encode_batch:12", "7");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->hang->kernel, CardKernel::encode);
  EXPECT_EQ(both->hang->launch, 12U);
  EXPECT_EQ(both->abi_version, 7);
  EXPECT_EQ(XrtCardOptions::parse("describe", nullptr)->hang->launch, 1U);
}

TEST(XrtCardOptionsTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* hang : {"x", "describe:", "describe:0", "describe:-1", "describe:1x", "digest"}) {
    EXPECT_FALSE(XrtCardOptions::parse(hang, nullptr)) << hang;
  }
  for (const char* version : {"x", "-1", "65536", "1 "}) {
    EXPECT_FALSE(XrtCardOptions::parse(nullptr, version)) << version;
  }
}

}  // namespace
}  // namespace penstock
