// SPDX-License-Identifier: Apache-2.0
#pragma once

// Modelled time of a launch: processes of a dataflow region overlap, so it takes as many clock cycles as the
// process that needs most, and more where they wait for each other, which is not counted: a lower bound. A
// kernel says what each loop costs, its trip count times the initiation interval that it is written for;
// nothing here is measured, and what comes of it is to be printed as *modelled*.
//
// HLS_CYCLES("process", n): n cycles of that process, said once for a run of a loop and not in the loop.
// HLS_CYCLES_OF("process", unit, n): the same where several units of one process work side by side.
// HLS_COUNT("name", n): another figure of the launch, summed up under a name: blocks, say, or slots that were
// busy.

#ifdef __SYNTHESIS__

// Counters that nothing else uses are used, and removed by synthesis.
#define HLS_CYCLES(process, cycles) ((void)(cycles))
#define HLS_CYCLES_OF(process, unit, cycles) ((void)(unit), (void)(cycles))
#define HLS_COUNT(name, amount) ((void)(amount))

#else

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace fabric {

// Cycles of each process, and other sums that a kernel reports by name, of the launches of one CycleScope.
// Any thread.
class CycleRecord {
 public:
  using Key = std::pair<std::string, unsigned>;  // process, unit

  void add(const char* process, unsigned unit, uint64_t cycles) {
    const std::lock_guard<std::mutex> lock(mutex_);
    cycles_[Key(process, unit)] += cycles;
  }
  void count(const char* name, uint64_t amount) {
    const std::lock_guard<std::mutex> lock(mutex_);
    counts_[name] += amount;
  }
  // Modelled clock cycles of the whole: those of the longest process.
  uint64_t longest() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint64_t most = 0;
    for (const auto& process : cycles_) most = std::max(most, process.second);
    return most;
  }
  // Of one process, its busiest unit; 0 where it never ran.
  uint64_t of(const std::string& process) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint64_t most = 0;
    for (const auto& entry : cycles_) {
      if (entry.first.first == process) most = std::max(most, entry.second);
    }
    return most;
  }
  // What HLS_COUNT summed up under a name; 0 where it never did.
  uint64_t counted(const std::string& name) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
  }
  std::map<Key, uint64_t> cycles() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return cycles_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Key, uint64_t> cycles_;
  std::map<std::string, uint64_t> counts_;
};

// The record of the calling thread's launch; null where nobody asked for one. Processes inherit it.
inline CycleRecord*& current_cycle_record() {
  static thread_local CycleRecord* record = nullptr;
  return record;
}

// Launches of the calling thread are recorded until the scope ends. Scopes nest.
class CycleScope {
 public:
  explicit CycleScope(CycleRecord& record) : outer_(current_cycle_record()) {
    current_cycle_record() = &record;
  }
  CycleScope(const CycleScope&) = delete;
  CycleScope& operator=(const CycleScope&) = delete;
  ~CycleScope() { current_cycle_record() = outer_; }

 private:
  CycleRecord* outer_;
};

inline void add_cycles(const char* process, unsigned unit, uint64_t cycles) {
  if (CycleRecord* record = current_cycle_record()) record->add(process, unit, cycles);
}
inline void add_count(const char* name, uint64_t amount) {
  if (CycleRecord* record = current_cycle_record()) record->count(name, amount);
}

}  // namespace fabric

#define HLS_CYCLES(process, cycles) fabric::add_cycles(process, 0, cycles)
#define HLS_CYCLES_OF(process, unit, cycles) fabric::add_cycles(process, unit, cycles)
#define HLS_COUNT(name, amount) fabric::add_count(name, amount)

#endif
