// SPDX-License-Identifier: Apache-2.0
// device_faults_test [--seed=N] [--seeds=N] [--jobs=N] [GoogleTest options]: devices that go wrong, by
// number.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "fault/device_faults_trial.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

struct Options {
  uint64_t seed = 0;  // the first; none was given where it is 0
  uint64_t seeds = 1;
  uint64_t jobs = 20'000;  // of a seed
};
Options options;

void print(uint64_t seed, const DeviceFaultsTrial::Counters& met) {
  fmt::print(
      "seed {}: {} puts, {} jobs of {} KiB on average with faulty devices, {} with the CPU\n"
      "  answers: {} found wrong, {} impossible, {} discarded, {} to nothing; {} jobs abandoned, {} devices "
      "lost, {} regions stranded; {} puts read back, {} refused\n  faults:",
      seed, met.rounds, met.jobs, met.bytes / met.jobs >> 10, met.jobs_cpu, met.wrong, met.impossible,
      met.discarded, met.stale, met.abandoned, met.devices_lost, met.regions_stranded, met.read_back,
      met.refused);
  for (size_t i = 0; i < kFaultKinds; ++i)
    fmt::print(" {} {}{}", met.injected[i], fault_kind_text(static_cast<FaultKind>(i)),
               i + 1 < kFaultKinds ? "," : "\n");
}

TEST(DeviceFaultsTest, EveryWrongAnswerIsCaughtAndEveryJobComesBackOnce) {
  const uint64_t first = options.seed != 0 ? options.seed : random_seed();
  for (uint64_t seed = first; seed < first + options.seeds; ++seed) {
    DeviceFaultsTrial trial(seed, options.jobs);
    const std::vector<std::string> complaints = trial.run();
    const DeviceFaultsTrial::Counters& met = trial.counters();
    print(seed, met);
    for (const std::string& complaint : complaints) ADD_FAILURE() << complaint;
    ASSERT_TRUE(complaints.empty()) << "in put " << met.rounds << "; " << seed_text(seed)
                                    << "; threads take part, so it may take several runs to see it again";
    if (options.jobs < 5'000) continue;
    EXPECT_GE(met.bytes / met.jobs, 4u << 10);
    for (size_t i = 0; i < kFaultKinds; ++i) {
      // A device that jobs were taken back from is not asked for answers any more.
      if (static_cast<FaultKind>(i) == FaultKind::after_abandon) continue;
      EXPECT_GT(met.injected[i], 0u) << fault_kind_text(static_cast<FaultKind>(i));
    }
  }
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto take = [&](std::string_view name, uint64_t& into) {
      if (!argument.starts_with(name)) return false;
      into = std::strtoull(argument.substr(name.size()).data(), nullptr, 0);
      return true;
    };
    using penstock::options;
    if (take("--seed=", options.seed) || take("--seeds=", options.seeds) || take("--jobs=", options.jobs))
      continue;
    fmt::print(stderr, "device_faults_test: {}: no such option\n", argument);
    return 2;
  }
  return RUN_ALL_TESTS();
}
