// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fault/frame_maker.h"
#include "fault/reference_model.h"
#include "fault/simulated_store.h"

namespace penstock {

// Where and how a store met a power failure that it did not stand.
struct Violation {
  std::string what;
  std::string moment;  // the last operations in the log
};

// Crash states, by number. State n is a power failure at a random moment of workload n / kStatesPerWorkload,
// and what comes of it:
//  1. the store opens to read, and holds what it must;
//  2. it opens to write, still does, what lay beyond the watermarks still exists, and takes another commit;
//  3. a second power failure, at a random moment of 2: it opens to write, holds what it must by then, and
//  takes
//     another commit.
// A state depends on its number and the weakness alone. One thread.
class CrashTrial {
 public:
  static constexpr uint64_t kStatesPerWorkload = 8;

  explicit CrashTrial(Weakness weakness = Weakness::none) : weakness_(weakness) {}

  // As in production. A state then depends on the scheduler too.
  void sync_in_background() { sync_in_background_ = true; }

  std::optional<Violation> run(uint64_t state);

  // What was met, to show that the states are not all alike.
  struct Counters {
    uint64_t states = 0;
    uint64_t workloads = 0;
    uint64_t operations = 0;            // in the workloads' logs
    uint64_t faults = 0;                // injected in workloads
    uint64_t commits_acknowledged = 0;  // before the first crash, over all states
    uint64_t commits_recovered = 0;     // listed without having been acknowledged
    uint64_t tails_set_aside = 0;
    uint64_t before_init = 0;  // states that came before the store was made
  };
  const Counters& counters() const { return counters_; }

 private:
  std::optional<std::string> make_workload(uint64_t number);
  std::optional<std::string> before_init(SimulatedStore& store, uint64_t seed);
  std::optional<std::string> recover(SimulatedStore& store, uint64_t seed);
  std::optional<std::string> power_failures(uint64_t state);
  std::unique_ptr<SimulatedStore> crash(const SimulatedStore& store, LogPosition position,
                                        SeededRandom& random);

  Weakness weakness_;
  bool sync_in_background_ = false;
  FrameMaker frames_;
  std::unique_ptr<SimulatedStore> workload_;
  uint64_t workload_number_ = 0;
  std::optional<std::string> workload_wrong_;
  std::string moment_;
  Counters counters_;
};

}  // namespace penstock
