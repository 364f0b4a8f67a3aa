// SPDX-License-Identifier: Apache-2.0
// Cards that lie, checked by other cards (`--verify cross`): the emulated ones, with faults before them.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "base/check.h"
#include "drivers/batch/card_device.h"
#include "drivers/software/software_device.h"
#include "emulation/card/emulated_card.h"
#include "emulation/faults/faulty_device.h"
#include "pipeline/put.h"
#include "unit/base/random_seed.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/put_on_devices.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

class CardFaultsTest : public testing::Test {
 protected:
  static std::unique_ptr<Device> card(unsigned number) {
    auto card = open_card(make_emulated_card({.number = number}));
    PENSTOCK_CHECK(card.has_value());
    return std::move(*card);
  }
  static std::unique_ptr<FaultyDevice> lying_card(FaultKind kind) {
    FaultOptions options;
    options.seed = process_seed();
    options.rate(kind) = 0.9;
    options.shares_host_memory = false;
    return std::make_unique<FaultyDevice>(card(0), options);
  }

  // No card is late, however long a busy machine takes to emulate it.
  static DispatcherOptions patient() {
    DispatcherOptions options;
    options.deadline_min = std::chrono::minutes(10);
    return options;
  }

  Result<PutReport> put(Dispatcher& dispatcher, MemorySink& sink) {
    ScriptedEntries entries;
    for (size_t i = 0; i < contents_.size(); ++i) entries.file("file" + std::to_string(i), contents_[i]);
    PutOptions options;
    options.threads = 2;
    options.codec = {CodecId::lz4, 1};
    options.verify = *parse_verify_level("cross");
    return put_entries(entries, dispatcher, sink, options);
  }

  void caught(FaultKind kind) {
    const auto cpu = make_software_device({});
    MemorySink expected;
    Dispatcher alone({cpu.get()}, *cpu, patient());
    const auto by_cpu = put(alone, expected);
    ASSERT_TRUE(by_cpu) << by_cpu.error().message();

    const auto liar = lying_card(kind);
    const auto honest = card(1);
    MemorySink sink;
    Dispatcher dispatcher({liar.get(), honest.get()}, *cpu, patient());
    const auto by_cards = put(dispatcher, sink);
    ASSERT_TRUE(by_cards) << by_cards.error().message();
    EXPECT_EQ(by_cards->root.cid, by_cpu->root.cid);
    EXPECT_EQ(sink.blocks(), expected.blocks());
    EXPECT_GT(liar->injected(kind), 0u);
    EXPECT_GT(dispatcher.members()[1]->counters().wrong, 0u);
    EXPECT_EQ(dispatcher.members()[1]->health().state(), DeviceState::suspect);
    EXPECT_EQ(dispatcher.members()[2]->counters().wrong, 0u);
    EXPECT_EQ(dispatcher.members()[2]->health().state(), DeviceState::healthy);
    EXPECT_GT(dispatcher.members()[2]->counters().jobs, 0u);
  }

  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_text(process_seed())};
  // Some eight batches: a chance of 10^-8 that there is no lie among them.
  std::vector<ScriptedContent> contents_ = {ScriptedContent::of(soft_bytes(8'000'000, 1)),
                                            ScriptedContent::of(soft_bytes(8'000'000, 2))};
};

TEST_F(CardFaultsTest, AWrongDigestOfOneCardIsCaughtByTheOther) {
  caught(FaultKind::wrong_digest);
}

TEST_F(CardFaultsTest, AWrongPayloadOfOneCardIsCaughtByTheOther) {
  caught(FaultKind::wrong_payload);
}

TEST_F(CardFaultsTest, HonestCardsLeaveTheHostNothingToDigest) {
  const auto cpu = make_software_device({});
  const auto one = card(0);
  const auto other = card(1);
  MemorySink sink;
  Dispatcher dispatcher({one.get(), other.get()}, *cpu, patient());
  const auto report = put(dispatcher, sink);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->verify.bytes_digested, 0u);
  EXPECT_EQ(report->verify.frames_crossed, report->counters.frames);
}

}  // namespace
}  // namespace penstock
