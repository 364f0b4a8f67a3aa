// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dag/cid.h"
#include "emulation/faults/faulty_device.h"
#include "fault/stranded_record.h"
#include "fault/watched_device.h"
#include "offload/dispatcher.h"
#include "pipeline/put.h"

namespace penstock {

// Puts through three faulty devices and the CPU, one put and one dispatcher a round, since a device that was
// lost stays so; and what has to hold of each, at every level of verification in turn. One thread, but for
// those of the puts.
class DeviceFaultsTrial {
 public:
  struct Counters {
    uint64_t rounds = 0;
    uint64_t jobs = 0;        // that faulty devices accepted
    uint64_t jobs_cpu = 0;    // that the CPU did
    uint64_t bytes = 0;       // of the jobs of faulty devices
    uint64_t wrong = 0;       // answers that verification found wrong
    uint64_t impossible = 0;  // that could not be
    uint64_t discarded = 0;   // that came from a suspect
    uint64_t stale = 0;       // to nothing
    uint64_t abandoned = 0;   // jobs
    uint64_t devices_lost = 0;
    uint64_t read_back = 0;  // puts that were, since a device was found wrong, and stood
    uint64_t refused = 0;    // puts: what was unchecked was wrong, or could not be checked any more
    uint64_t regions_stranded = 0;
    std::array<uint64_t, kFaultKinds> injected{};
  };

  DeviceFaultsTrial(uint64_t seed, uint64_t jobs) : seed_(seed), jobs_(jobs) {}

  // What did not hold, one line each; at most those of one round. Ends when faulty devices have had `jobs`.
  std::vector<std::string> run();
  const Counters& counters() const { return counters_; }

 private:
  static constexpr size_t kDevices = 3;
  static constexpr size_t kTrees = 8;  // rounds put them in turn

  struct Members {
    std::vector<std::unique_ptr<FaultyDevice>> faulty;
    std::vector<std::unique_ptr<WatchedDevice>> watched;  // in the same order; they end first
    std::unique_ptr<Device> cpu;
    std::unique_ptr<WatchedDevice> watched_cpu;
  };

  struct Outcome {
    Result<PutReport> report;
    bool whole = false;  // all that was claimed was appended
    size_t damages = 0;  // in what was appended
  };

  Members make_members(uint64_t round);
  void put_round(uint64_t round);
  void put_with_faults(size_t tree, const Cid& expected, uint64_t round);
  const Cid& expected_root(size_t tree);
  Outcome put_tree(size_t tree, Dispatcher& dispatcher, uint64_t round, VerifyLevel level);
  void judge(const Outcome& put, const Cid& expected, VerifyLevel level, bool digests_wrong);
  void check_jobs(const WatchedDevice& device);
  void check_answers(const FaultyDevice& device, const DispatchMember& member, VerifyLevel level);
  void add_up(const Members& members, const Dispatcher& dispatcher);
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  const uint64_t seed_;
  const uint64_t jobs_;
  StrandedRecord stranded_;
  std::array<std::optional<Cid>, kTrees> roots_;
  std::vector<std::string> complaints_;
  Counters counters_;
};

}  // namespace penstock
