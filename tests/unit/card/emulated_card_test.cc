// SPDX-License-Identifier: Apache-2.0
// The emulated card as a link: memory of its own, banks, launches.
#include "emulation/card/emulated_card.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "kernels/abi/penstock_abi.h"
#include "memory/slab.h"

namespace penstock {
namespace {

class Listener final : public LaunchListener {
 public:
  void launch_ended(uint64_t token, bool well) noexcept override {
    token_ = token;
    well_ = well;
    ended_ = true;
    ended_.notify_all();
  }
  // Whether that launch ended well.
  bool wait(uint64_t token) {
    ended_.wait(false);
    ended_ = false;
    return well_ && token_ == token;
  }

 private:
  std::atomic<bool> ended_{false};
  bool well_ = false;
  uint64_t token_ = 0;
};

class EmulatedCardTest : public testing::Test {
 protected:
  std::unique_ptr<CardMemory> memory(CardBank bank, size_t bytes = 65536) {
    auto memory = card_->allocate(bank, bytes);
    EXPECT_TRUE(memory) << memory.error().message();
    return std::move(*memory);
  }

  Listener listener_;  // outlives the card's threads
  std::unique_ptr<CardLink> card_ = make_emulated_card({.number = 3, .bank_bytes = 1 << 20});
};

TEST_F(EmulatedCardTest, HoldsWhatWasSyncedAndNothingElse) {
  const auto input = memory(CardBank::input, 8192);
  std::ranges::fill(input->host(), uint8_t{7});
  EXPECT_TRUE(input->sync_to_card(0, 100));
  std::ranges::fill(input->host(), uint8_t{9});
  EXPECT_TRUE(input->sync_to_host(0, 8192));
  for (size_t i = 0; i < 8192; ++i) ASSERT_EQ(input->host()[i], i < 100 ? 7 : 0) << i;
}

TEST_F(EmulatedCardTest, RefusesToSyncWhatIsNotThere) {
  const auto input = memory(CardBank::input, 8192);
  EXPECT_FALSE(input->sync_to_card(0, 8193));
  EXPECT_FALSE(input->sync_to_card(8193, 0));
  EXPECT_FALSE(input->sync_to_host(8000, 193));
  EXPECT_FALSE(input->sync_to_host(SIZE_MAX, 2));
}

TEST_F(EmulatedCardTest, NeverWritesMemoryThatItMirrors) {
  auto slab = Slab::map(8192);
  ASSERT_TRUE(slab);
  const auto mirror = card_->mirror(CardBank::input, slab->bytes());
  ASSERT_TRUE(mirror);
  EXPECT_EQ((*mirror)->host().data(), slab->bytes().data());
  EXPECT_TRUE((*mirror)->sync_to_card(0, 8192));
  EXPECT_FALSE((*mirror)->sync_to_host(0, 8192));
}

TEST_F(EmulatedCardTest, HasBanksThatGetFullAndEmptyAgain) {
  auto most = memory(CardBank::arena, 1 << 20);
  const auto more = card_->allocate(CardBank::arena, 4096);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::failed);
  EXPECT_TRUE(card_->allocate(CardBank::answer, 1 << 20)) << "each bank has room of its own";
  most.reset();
  EXPECT_TRUE(card_->allocate(CardBank::arena, 1 << 20));
}

TEST_F(EmulatedCardTest, RefusesArgumentsInTheWrongBank) {
  const auto request = memory(CardBank::request);
  const auto input = memory(CardBank::input);
  const auto answer = memory(CardBank::answer);
  const auto arena = memory(CardBank::arena);
  const CardArguments right{request.get(), answer.get(), arena.get()};
  EXPECT_TRUE(card_->prepare(CardKernel::encode, right, listener_));
  for (const CardArguments& wrong : {CardArguments{answer.get(), answer.get(), arena.get()},
                                     CardArguments{request.get(), arena.get(), arena.get()},
                                     CardArguments{request.get(), answer.get(), answer.get()},
                                     CardArguments{request.get(), answer.get(), nullptr},
                                     CardArguments{nullptr, answer.get(), arena.get()}}) {
    EXPECT_FALSE(card_->prepare(CardKernel::encode, wrong, listener_));
  }
  EXPECT_FALSE(card_->prepare(CardKernel::digest, right, listener_)) << "digest_batch has no arena";
  const auto launch = card_->prepare(CardKernel::encode, right, listener_);
  EXPECT_FALSE((*launch)->start(arena.get(), 1));
  EXPECT_FALSE((*launch)->start(nullptr, 1));
}

TEST_F(EmulatedCardTest, SaysWhatItsKernelsCanDo) {
  const auto answer = memory(CardBank::answer);
  CardArguments arguments;
  arguments.answer = answer.get();
  const auto launch = card_->prepare(CardKernel::describe, arguments, listener_);
  ASSERT_TRUE(launch);
  ASSERT_TRUE((*launch)->start(nullptr, 7));
  EXPECT_TRUE(listener_.wait(7));
  penstock_capabilities capabilities{};
  std::memcpy(&capabilities, answer->host().data(), sizeof capabilities);
  EXPECT_EQ(capabilities.magic, 0u) << "nothing was synced";
  EXPECT_TRUE(answer->sync_to_host(0, sizeof capabilities));
  std::memcpy(&capabilities, answer->host().data(), sizeof capabilities);
  EXPECT_EQ(capabilities.magic, PENSTOCK_CAPABILITIES_MAGIC);
}

TEST_F(EmulatedCardTest, QueuesLaunchesAndCountsModelledTime) {
  const auto request = memory(CardBank::request);
  const auto input = memory(CardBank::input);
  const auto answer = memory(CardBank::answer);
  penstock_request_header header{};  // no magic: every completion is MALFORMED
  header.submissions = 1;
  std::memcpy(request->host().data(), &header, sizeof header);
  ASSERT_TRUE(request->sync_to_card(0, 4096));
  const auto launch = card_->prepare(CardKernel::digest, {request.get(), answer.get(), nullptr}, listener_);
  ASSERT_TRUE(launch);
  for (uint64_t token = 1; token <= 3; ++token) {
    ASSERT_TRUE((*launch)->start(input.get(), token));
    EXPECT_TRUE(listener_.wait(token));
  }
  ASSERT_TRUE(answer->sync_to_host(0, 4096));
  penstock_completion completion;
  std::memcpy(&completion, answer->host().data(), sizeof completion);
  EXPECT_EQ(completion.status, PENSTOCK_MALFORMED);
  bool modelled = false;
  for (const DeviceFigure& figure : card_->figures()) {
    if (figure.name == "launches_digest") {
      EXPECT_EQ(figure.value, 3);
    }
    if (figure.name == "seconds_digest") {
      EXPECT_EQ(figure.origin, DeviceFigure::Origin::modelled);
      EXPECT_GT(figure.value, 0);
      modelled = true;
    }
  }
  EXPECT_TRUE(modelled);
}

}  // namespace
}  // namespace penstock
