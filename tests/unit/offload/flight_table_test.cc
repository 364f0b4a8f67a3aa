// SPDX-License-Identifier: Apache-2.0
#include "offload/flight_table.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

namespace penstock {
namespace {

TEST(FlightTableTest, GivesThePlaceThatHasBeenFreeTheLongest) {
  constexpr size_t kDepth = 20;
  FlightTable table(kDepth);
  // The same each time: NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  std::mt19937_64 random(5);
  Job job;
  std::deque<Flight*> free;
  for (Flight& place : table.places()) free.push_back(&place);
  std::vector<Flight*> taken;
  for (int i = 0; i < 10'000; ++i) {
    if (random() % 2 == 0) {
      Flight* flight = table.take();
      ASSERT_EQ(flight == nullptr, taken.size() == kDepth);
      if (flight == nullptr) continue;
      ASSERT_EQ(flight, free.front());
      free.pop_front();
      flight->job = &job;
      taken.push_back(flight);
    } else if (!taken.empty()) {
      std::swap(taken[random() % taken.size()], taken.back());
      table.give_back(*taken.back());
      free.push_back(taken.back());
      taken.pop_back();
    }
    ASSERT_EQ(table.taken(), taken.size());
  }
}

TEST(FlightTableTest, TakesAPlaceThatCameToNothingAgain) {
  FlightTable table(2);
  Flight* const kept = table.take();
  Flight* const first = table.take();
  for (int i = 0; i < 1000; ++i) {
    table.put_back(*first);
    EXPECT_EQ(table.take(), first);
  }
  EXPECT_EQ(table.taken(), 2u);
  table.give_back(*kept);
  table.give_back(*first);
  EXPECT_NE(table.take(), first);
}

TEST(FlightTableTest, HasFourPlacesAFlightAndManyInAnyCase) {
  EXPECT_GE(FlightTable(1).places().size(), 64u);
  EXPECT_GE(FlightTable(50).places().size(), 200u);
}

TEST(FlightTableTest, FindsAttemptsThatAreUnderWayAndNothingElse) {
  FlightTable table(4);
  Job job;
  Flight* flight = table.take();
  flight->job = &job;
  EXPECT_EQ(table.find(&flight->attempt), flight);
  EXPECT_EQ(table.find_job(&job), flight);
  EXPECT_EQ(table.find(nullptr), nullptr);
  EXPECT_EQ(table.find(&job), nullptr);
  EXPECT_EQ(table.find(&table.places().back().attempt), nullptr) << "it is free";
  const auto* inside = reinterpret_cast<const uint8_t*>(&flight->attempt) + 8;
  EXPECT_EQ(table.find(reinterpret_cast<const Job*>(inside)), nullptr);
  EXPECT_EQ(table.find(&(table.places().data() + table.places().size())->attempt), nullptr);
  table.give_back(*flight);
  EXPECT_EQ(table.find(&flight->attempt), nullptr);
  EXPECT_EQ(table.find_job(&job), nullptr);
}

}  // namespace
}  // namespace penstock
