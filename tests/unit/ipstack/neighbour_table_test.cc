// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/neighbour_table.h"

#include <gtest/gtest.h>

#include "drivers/ipstack/big_endian.h"
#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

using Table = NeighbourTable;
using Answer = NeighbourTable::Answer;

constexpr uint64_t kStart = 1'000'000'000'000;

IpAddress host(uint32_t number) {
  std::array<uint8_t, 4> bytes{};
  store_be32(bytes.data(), 0x0a000000 + number);
  return IpAddress::ipv4(bytes.data());
}

class NeighbourTableTest : public testing::Test {
 protected:
  Answer find(const IpAddress& address) { return table.find(address, now_ns, mac); }
  // What is asked at this moment, and how often a station that is known is meant.
  size_t requests(size_t* probes = nullptr) {
    size_t count = 0;
    while (const auto request = table.next_request(now_ns)) {
      ++count;
      if (probes != nullptr && request->at) ++*probes;
    }
    return count;
  }
  void pass(uint64_t ns) { now_ns += ns; }
  void answer(const IpAddress& address, uint8_t number) {
    table.hear({.address = address, .mac = test_mac(number), .solicited = true, .overrides = true}, now_ns);
  }
  bool ask_us(const IpAddress& address, uint8_t number) {
    return table.hear({.address = address, .mac = test_mac(number), .overrides = true, .asks_us = true},
                      now_ns);
  }
  bool changed() {
    const uint64_t before = seen_changes;
    seen_changes = table.changes();
    return before != seen_changes;
  }

  const IpAddress gateway = host(254);
  Table table{std::span(&gateway, 1), 99};
  uint64_t now_ns = kStart;
  MacAddress mac{};
  uint64_t seen_changes = table.changes();
};

// Without a gateway, which has a clock of its own.
class PlainNeighboursTest : public NeighbourTableTest {
 protected:
  PlainNeighboursTest() { table = Table({}, 99); }
};

TEST_F(PlainNeighboursTest, NothingIsDueOfAnEmptyTable) {
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(table.due_ns(), Table::kNever);
}

TEST_F(PlainNeighboursTest, ThreeRequestsASecondApartThenSilenceThenAgain) {
  EXPECT_EQ(find(host(1)), Answer::resolving);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_EQ(table.due_ns(), now_ns);
    EXPECT_EQ(requests(), 1U);
    EXPECT_EQ(find(host(1)), Answer::resolving);
    EXPECT_EQ(table.due_ns(), now_ns + Table::kSecond);
    pass(Table::kSecond - 1);
    EXPECT_EQ(requests(), 0U);
    pass(1);
    EXPECT_FALSE(changed());
  }
  EXPECT_EQ(requests(), 0U);
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(host(1)), Answer::silent);
  EXPECT_EQ(table.silent(), 1U);
  EXPECT_EQ(table.due_ns(), now_ns + Table::kSilenceNs);
  pass(Table::kSilenceNs - 1);
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(find(host(1)), Answer::silent);
  EXPECT_FALSE(changed());
  pass(1);
  EXPECT_EQ(requests(), 0U);
  EXPECT_TRUE(changed());  // whoever waits for it may try again
  EXPECT_EQ(table.silent(), 0U);
  EXPECT_EQ(find(host(1)), Answer::resolving);
  EXPECT_EQ(requests(), 1U);
}

TEST_F(PlainNeighboursTest, OneThatIsSilentMayStillSpeak) {
  find(host(1));
  for (int i = 0; i < 4; ++i, pass(Table::kSecond)) requests();
  ASSERT_EQ(find(host(1)), Answer::silent);
  changed();
  EXPECT_TRUE(ask_us(host(1), 7));
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_EQ(mac, test_mac(7));
}

TEST_F(PlainNeighboursTest, AnAnswerHoldsForHalfAMinuteAndIsProbedIfItIsInUse) {
  find(host(1));
  requests();
  answer(host(1), 7);
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_LE(table.due_ns(), now_ns + Table::kReachableNs);
  pass(Table::kReachableNs - 1);
  EXPECT_EQ(requests(), 0U);
  EXPECT_FALSE(changed());
  EXPECT_EQ(table.due_ns(), now_ns + 1);
  pass(1);
  EXPECT_EQ(requests(), 0U);
  EXPECT_TRUE(changed());  // who still needs it looks it up again
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_EQ(table.due_ns(), now_ns + Table::kDelayNs);
  pass(Table::kDelayNs);
  size_t probes = 0;
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 1U);
  answer(host(1), 7);
  EXPECT_FALSE(changed());
  // And so on, though nobody looked it up since.
  pass(Table::kReachableNs);
  EXPECT_EQ(requests(), 0U);
  EXPECT_TRUE(changed());
}

TEST_F(PlainNeighboursTest, OneThatNobodyUsesIsLeftAlone) {
  find(host(1));
  requests();
  answer(host(1), 7);
  find(host(1));
  pass(Table::kReachableNs);
  requests();
  changed();
  EXPECT_EQ(table.due_ns(), Table::kNever);
  pass(100 * Table::kReachableNs);
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_FALSE(changed());
}

TEST_F(PlainNeighboursTest, WhoAnswersNoProbeIsAskedForAmongAllAndThenSilent) {
  ask_us(host(1), 7);
  EXPECT_EQ(find(host(1)), Answer::known);
  pass(Table::kDelayNs);
  size_t probes = 0;
  for (int i = 0; i < 3; ++i, pass(Table::kSecond)) {
    EXPECT_EQ(requests(&probes), 1U);
    EXPECT_EQ(find(host(1)), Answer::known);
  }
  EXPECT_EQ(probes, 3U);
  EXPECT_FALSE(changed());
  for (int i = 0; i < 3; ++i, pass(Table::kSecond)) {
    EXPECT_EQ(requests(&probes), 1U);
    EXPECT_EQ(find(host(1)), Answer::resolving);
  }
  EXPECT_TRUE(changed());
  EXPECT_EQ(probes, 3U);
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(find(host(1)), Answer::silent);
}

TEST_F(PlainNeighboursTest, ChangesCloseToEachOtherAreOne) {
  for (uint32_t i = 0; i < 100; ++i) {
    find(host(i));
    requests();
    answer(host(i), 7);
    find(host(i));
    pass(Table::kTogetherNs / 100);
  }
  now_ns = kStart + Table::kReachableNs;
  changed();
  EXPECT_EQ(requests(), 0U);
  EXPECT_TRUE(changed());
  pass(Table::kTogetherNs - Table::kTogetherNs / 100);
  EXPECT_EQ(requests(), 0U);
  EXPECT_FALSE(changed());
}

TEST_F(NeighbourTableTest, AGatewayIsAskedForFromTheStart) {
  EXPECT_EQ(table.due_ns(), 0U);
  EXPECT_EQ(requests(), 1U);
  answer(gateway, 9);
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(gateway), Answer::known);
  EXPECT_EQ(mac, test_mac(9));
}

TEST_F(NeighbourTableTest, AGatewayIsKeptKnownThoughNobodyUsesIt) {
  requests();
  answer(gateway, 9);
  changed();
  for (int i = 0; i < 10; ++i) {
    pass(Table::kReachableNs);
    size_t probes = 0;
    EXPECT_EQ(requests(&probes), 1U);
    EXPECT_EQ(probes, 1U);
    pass(Table::kSecond / 100);
    answer(gateway, 9);
    EXPECT_FALSE(changed());
  }
}

TEST_F(NeighbourTableTest, AGatewayThatSpokeFirstIsProbedAtOnce) {
  ask_us(gateway, 9);
  size_t probes = 0;
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 1U);
}

TEST_F(NeighbourTableTest, AGatewayThatIsSilentIsTriedForEver) {
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 3; ++i, pass(Table::kSecond)) EXPECT_EQ(requests(), 1U);
    EXPECT_EQ(requests(), 0U);
    EXPECT_EQ(find(gateway), Answer::silent);
    EXPECT_EQ(table.silent(), 1U);
    pass(Table::kSilenceNs);
  }
  EXPECT_EQ(requests(), 1U);
  answer(gateway, 9);
  EXPECT_EQ(find(gateway), Answer::known);
  EXPECT_EQ(table.silent(), 0U);
}

TEST_F(NeighbourTableTest, AMillionStrangersWhoAskDisplaceNobodyThatMatters) {
  requests();
  answer(gateway, 9);
  for (uint32_t i = 1; i <= 200; ++i) {
    find(host(i));
    requests();
    answer(host(i), 7);
  }
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    ask_us(host(1000 + i), 6);
    ++now_ns;
  }
  EXPECT_EQ(table.known(), 1 + 200 + Table::kUnaskedMax);
  EXPECT_TRUE(table.knows(gateway));
  for (uint32_t i = 1; i <= 200; ++i) EXPECT_TRUE(table.knows(host(i))) << i;
  EXPECT_TRUE(table.knows(host(1000 + 999'999)));  // the last ones stay
}

TEST_F(NeighbourTableTest, AMillionAddressesThatNobodyHasDisplaceNobodyThatMatters) {
  requests();
  answer(gateway, 9);
  for (uint32_t i = 1; i <= 200; ++i) {
    find(host(i));
    requests();
    answer(host(i), 7);
  }
  size_t asked = 0;
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    EXPECT_NE(find(host(1000 + i)), Answer::known);
    if (i % 1000 == 0) asked += requests();
    pass(10'000);
  }
  // Ten seconds: each of the unresolved is asked for once a second at most.
  EXPECT_LE(asked, 12 * (Table::kUnresolvedMax + 1));
  EXPECT_LE(table.silent(), Table::kUnresolvedMax);
  EXPECT_TRUE(table.knows(gateway));
  for (uint32_t i = 1; i <= 200; ++i) EXPECT_TRUE(table.knows(host(i))) << i;
}

TEST_F(NeighbourTableTest, WhenItIsFullTheOnesThatAreUsedLeastMakeRoom) {
  uint32_t next = 1000;
  for (size_t i = 0; i < Table::kSlots; ++i, ++next, ++now_ns) {
    ASSERT_EQ(find(host(next)), Answer::resolving);
    requests();
    answer(host(next), 7);
    ASSERT_EQ(find(host(next)), Answer::known);
  }
  // All are in use: another has to wait, and an asker is not entered.
  EXPECT_EQ(find(host(next)), Answer::resolving);
  EXPECT_FALSE(ask_us(host(next + 1), 7));
  EXPECT_EQ(table.known(), Table::kSlots);
  pass(Table::kReachableNs);
  requests();
  for (uint32_t i = 1001; i < next; ++i) find(host(i));  // but for the first
  EXPECT_EQ(find(host(next)), Answer::resolving);
  requests();
  answer(host(next), 8);
  EXPECT_EQ(find(host(next)), Answer::known);
  EXPECT_FALSE(table.knows(host(1000)));
  for (uint32_t i = 1001; i < next; ++i) EXPECT_TRUE(table.knows(host(i))) << i;
}

TEST_F(NeighbourTableTest, OneThatWasTurnedAwayIsNewsWhenItSpeaks) {
  for (uint32_t i = 0; i < Table::kUnresolvedMax; ++i) find(host(1000 + i));
  EXPECT_EQ(find(host(1)), Answer::resolving);  // there is no room for it
  changed();
  EXPECT_TRUE(ask_us(host(1), 7));
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(host(1)), Answer::known);
}

TEST_F(PlainNeighboursTest, NewsThatContradictWhatIsInUseHaveItProbed) {
  find(host(1));
  requests();
  answer(host(1), 7);
  find(host(1));
  table.hear({.address = host(1), .mac = test_mac(8), .overrides = false}, now_ns);
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_EQ(mac, test_mac(7));
  pass(Table::kDelayNs - 1);
  EXPECT_EQ(requests(), 0U);
  EXPECT_EQ(table.due_ns(), now_ns + 1);
  pass(1);
  size_t probes = 0;
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 1U);
}

TEST_F(PlainNeighboursTest, AnAnswerToNoRequestIsNoProof) {
  find(host(1));
  requests();
  answer(host(1), 9);
  find(host(1));
  answer(host(1), 6);  // somebody else
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_EQ(mac, test_mac(6));
  EXPECT_EQ(table.moved(), 1U);
  pass(Table::kDelayNs);
  size_t probes = 0;
  for (int i = 0; i < 3; ++i, pass(Table::kSecond)) EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 3U);
  // He answers none, and so all are asked.
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 3U);
  answer(host(1), 9);
  EXPECT_EQ(find(host(1)), Answer::known);
  EXPECT_EQ(mac, test_mac(9));
  EXPECT_EQ(table.moved(), 2U);
}

// All that leaves the network goes to the gateway: nobody becomes it by saying so.
class ContestedGatewayTest : public NeighbourTableTest {
 protected:
  ContestedGatewayTest() {
    requests();
    answer(gateway, 9);
    changed();
  }
  void expect_true_one() {
    EXPECT_EQ(find(gateway), Answer::known);
    EXPECT_EQ(mac, test_mac(9));
    EXPECT_FALSE(changed());
    EXPECT_EQ(table.moved(), 0U);
  }
};

TEST_F(ContestedGatewayTest, TheOneThatIsKnownIsAskedFirst) {
  for (int i = 0; i < 5; ++i) {
    ask_us(gateway, 6);
    answer(gateway, 6);
    expect_true_one();
    const auto request = table.next_request(now_ns);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->at, test_mac(9));
    answer(gateway, 6);  // as if he had been asked
    expect_true_one();
    EXPECT_FALSE(table.next_request(now_ns));
    answer(gateway, 9);
    expect_true_one();
    pass(Table::kSecond);
    EXPECT_EQ(requests(), 0U);
  }
}

TEST_F(ContestedGatewayTest, OneThatIsSilentIsReplacedWithinASecond) {
  ask_us(gateway, 6);
  size_t probes = 0;
  for (int i = 0; i < 3; ++i, pass(Table::kContestedNs)) {
    EXPECT_EQ(requests(&probes), 1U);
    ask_us(gateway, 6);
    expect_true_one();
  }
  EXPECT_EQ(probes, 3U);
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 3U);
  EXPECT_EQ(find(gateway), Answer::resolving);
  answer(gateway, 6);
  EXPECT_TRUE(changed());
  EXPECT_EQ(find(gateway), Answer::known);
  EXPECT_EQ(mac, test_mac(6));
  EXPECT_EQ(table.moved(), 1U);
  EXPECT_EQ(requests(), 0U);
}

TEST_F(PlainNeighboursTest, StrangersAreHeardOnlyIfTheyAsk) {
  EXPECT_FALSE(
      table.hear({.address = host(1), .mac = test_mac(7), .solicited = true, .overrides = true}, now_ns));
  EXPECT_FALSE(table.hear({.address = host(1), .asks_us = true}, now_ns));
  EXPECT_EQ(table.known(), 0U);
}

TEST_F(NeighbourTableTest, WhatWasAskedWithoutALinkIsAskedAnewWhenThereIsOne) {
  EXPECT_EQ(find(host(1)), Answer::resolving);
  for (unsigned i = 0; i < Table::kTries; ++i) {
    EXPECT_EQ(requests(), 2U);
    pass(Table::kRetransNs);
  }
  EXPECT_EQ(requests(), 0U);
  for (const IpAddress& each : {gateway, host(1)}) EXPECT_EQ(find(each), Answer::silent);
  (void)changed();
  table.ask_anew(now_ns);
  EXPECT_TRUE(changed());
  EXPECT_EQ(table.silent(), 0U);
  EXPECT_EQ(requests(), 1U) << "the gateway; of others whoever is sent to";
  for (const IpAddress& each : {gateway, host(1)}) EXPECT_EQ(find(each), Answer::resolving);
  answer(host(1), 1);
  answer(gateway, 254);
  (void)requests();
  table.ask_anew(now_ns);
  for (const IpAddress& each : {gateway, host(1)})
    EXPECT_EQ(find(each), Answer::known) << "till it is silent";
  size_t probes = 0;
  EXPECT_EQ(requests(&probes), 1U);
  EXPECT_EQ(probes, 1U);
}

}  // namespace
}  // namespace penstock
