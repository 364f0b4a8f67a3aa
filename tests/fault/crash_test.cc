// SPDX-License-Identifier: Apache-2.0
// penstock_crash_test [--seed=N] [--states=N] [GoogleTest options]: power failures, by number.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "fault/crash_trial.h"

namespace penstock {
namespace {

struct Options {
  uint64_t seed = 1;  // the first state
  uint64_t states = 3000;
};
Options options;

TEST(CrashTest, HoldsWhatItAcknowledgedAfterEveryPowerFailure) {
  CrashTrial trial;
  for (uint64_t state = options.seed; state < options.seed + options.states; ++state) {
    const std::optional<Violation> violation = trial.run(state);
    ASSERT_FALSE(violation) << violation->what << "\nthe last operations before the power failed:\n"
                            << violation->moment << "to see it again: penstock_crash_test --seed=" << state
                            << " --states=1";
  }
  const CrashTrial::Counters& met = trial.counters();
  fmt::print(
      "{} states of {} workloads: {} operations, {} faults, {} commits acknowledged before the crash, {} "
      "recovered, {} tails set aside, {} states before init was done\n",
      met.states, met.workloads, met.operations, met.faults, met.commits_acknowledged, met.commits_recovered,
      met.tails_set_aside, met.before_init);
  if (options.states < 1000) return;
  EXPECT_GT(met.faults, 0u);
  EXPECT_GT(met.commits_acknowledged, met.states);
  EXPECT_GT(met.commits_recovered, 0u);
  EXPECT_GT(met.tails_set_aside, 0u);
  EXPECT_GT(met.before_init, 0u);
}

TEST(CrashTest, HoldsItToTheSameWithSegmentsSyncedByAThread) {
  CrashTrial trial;
  trial.sync_in_background();
  for (uint64_t state = options.seed; state < options.seed + options.states / 5; ++state) {
    const std::optional<Violation> violation = trial.run(state);
    ASSERT_FALSE(violation) << violation->what << "\nthe last operations before the power failed:\n"
                            << violation->moment << "with --seed=" << state
                            << "; threads take part, so it may take several runs to see it again";
  }
}

// The simulator is only worth something if it finds a store out that forgets a barrier.
class WeakenedStoreTest : public testing::TestWithParam<WeaknessName> {};

TEST_P(WeakenedStoreTest, IsFoundOut) {
  constexpr uint64_t kStatesMax = 5000;
  CrashTrial trial(GetParam().weakness);
  for (uint64_t state = options.seed; state < options.seed + kStatesMax; ++state) {
    const std::optional<Violation> violation = trial.run(state);
    if (!violation) continue;
    fmt::print("found out at state {}: {}\n", state, violation->what);
    return;
  }
  FAIL() << "a store that lacks " << GetParam().name << " passed " << kStatesMax << " states from "
         << options.seed;
}

INSTANTIATE_TEST_SUITE_P(Weakness, WeakenedStoreTest,
                         testing::ValuesIn(weakness_names().begin(), weakness_names().end()),
                         [](const auto& weakness) { return std::string(weakness.param.name); });

bool take_number(std::string_view argument, std::string_view name, uint64_t& value) {
  if (!argument.starts_with(name)) return false;
  value = std::strtoull(argument.substr(name.size()).data(), nullptr, 10);
  return true;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  using penstock::options;
  if (const char* seed = std::getenv("PENSTOCK_SEED")) penstock::take_number(seed, "", options.seed);
  for (int i = 1; i < argc; ++i) {
    if (penstock::take_number(argv[i], "--seed=", options.seed)) continue;
    if (penstock::take_number(argv[i], "--states=", options.states)) continue;
    fmt::print(stderr, "penstock_crash_test [--seed=N] [--states=N] [--gtest_...]\n");
    return 2;
  }
  return RUN_ALL_TESTS();
}
