// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fault/frame_maker.h"
#include "fault/simulated_store.h"

namespace penstock {
namespace {

// One put into a store that has some history, with each of its calls refused in turn.
class RefusedWriteTest : public testing::Test {
 protected:
  RefusedWriteTest() {
    Workload history = before_.workload(frames_, 1, kSegmentBytes);
    EXPECT_EQ(history.init(), std::nullopt);
    EXPECT_EQ(history.put_and_check(), std::nullopt);
    EXPECT_EQ(history.put_and_check(), std::nullopt);
    EXPECT_EQ(history.session(), std::nullopt);
  }

  std::unique_ptr<SimulatedStore> copy() {
    return std::make_unique<SimulatedStore>(before_.recording.view(), before_.index,
                                            before_.model.at(before_.recording.position()), Weakness::none);
  }

  // Whether the put was refused. What was acknowledged must be there, and a further put must go in, in the
  // same boot and after a power failure.
  bool put_with(FaultPlan plan) {
    const std::unique_ptr<SimulatedStore> store = copy();
    Workload workload = store->workload(frames_, 2, kSegmentBytes);
    store->recording.inject(plan);
    workload.expect_faults(true);
    EXPECT_EQ(workload.session(), std::nullopt);
    const bool refused = store->recording.faults_injected() > 0;
    store->recording.heal();
    workload.expect_faults(false);
    EXPECT_EQ(workload.check(Access::read), std::nullopt);
    EXPECT_EQ(workload.put_and_check(), std::nullopt);
    EXPECT_EQ(workload.check(Access::read), std::nullopt);
    SeededRandom random(plan.seed);
    const std::unique_ptr<SimulatedStore> after = store->crash(store->recording.position(), random);
    Workload recovery = after->workload(frames_, 3, kSegmentBytes);
    EXPECT_EQ(recovery.put_and_check(), std::nullopt) << "after a power failure";
    return refused;
  }

  static constexpr uint64_t kSegmentBytes = 16 << 10;

  FrameMaker frames_;
  SimulatedStore before_;
};

TEST_F(RefusedWriteTest, AnyCallThatFailsLosesNothing) {
  uint64_t call = 0;
  for (bool refused = true; refused && !HasFailure(); ++call) {
    for (uint64_t fate = 0; fate < 4; ++fate) {
      SCOPED_TRACE("call " + std::to_string(call) + " fails, fate " + std::to_string(fate));
      refused = put_with({.seed = fate, .fails_at = call});
    }
  }
  EXPECT_GT(call, 10u);
}

TEST_F(RefusedWriteTest, AFullDiskLosesNothingWhereverItIsFull) {
  uint64_t space = 0;
  for (bool refused = true; refused && !HasFailure(); space += 211) {
    SCOPED_TRACE("full after " + std::to_string(space) + " bytes");
    refused = put_with({.seed = space, .space_left = space});
  }
  EXPECT_GT(space, 2000u);
}

}  // namespace
}  // namespace penstock
