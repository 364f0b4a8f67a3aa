// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "offload/dispatcher.h"
#include "offload/flight_table.h"
#include "offload/queue_pair.h"

namespace penstock {

// One thread's path to all of a dispatcher's devices: a queue pair of each. A device sees a copy of the job,
// the *attempt*, so that it cannot touch the caller's after its time. The CPU's work is done in poll, when no
// device has anything to give. submit and poll take a lock only where a device's state changes, or what it
// keeps is stranded.
class DispatchQueuePair final : public QueuePair {
 public:
  static constexpr size_t kMembersMax = 32;

  // One queue pair a member, in their order; null for one that is left out.
  DispatchQueuePair(Dispatcher& dispatcher, std::vector<std::unique_ptr<QueuePair>> queue_pairs,
                    uint32_t depth);
  // Waits for what devices have, up to its deadline.
  ~DispatchQueuePair() override;

  size_t submit(std::span<Job* const> jobs) noexcept override;
  size_t poll(std::span<Job*> finished) noexcept override;
  // Always proven: what a device may still touch is stranded, and the job has others. A job that does not say
  // where its buffers are is the CPU's.
  Quiescence abandon(Job& job) noexcept override;
  uint32_t generation() const noexcept override { return generation_; }
  Quiescence leave_generation() noexcept override;
  size_t in_flight() const noexcept override { return flights_.taken(); }
  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  static constexpr size_t kCpu = 0;

  struct Path {
    DispatchMember* member = nullptr;
    std::unique_ptr<QueuePair> queue_pair;
    size_t in_flight = 0;
    uint64_t deadline_ns = 0;  // nothing of what is in flight is overdue before
    uint64_t polled_ns = 0;    // when it was last looked at, while something is in flight
    unsigned failures = 0;     // one behind the other
    bool unquiet = false;      // what it left unproven: never to be waited for
  };

  enum class Offer : uint8_t {
    accepted,
    full,     // the device will have room again
    no_room,  // for the job's buffers, should they be lost
  };

  bool launch(Flight& flight) noexcept;
  Offer offer(Flight& flight, size_t member) noexcept;
  bool usable(const Flight& flight, size_t member) const noexcept;
  size_t poll_device(size_t member, std::span<Job*> finished, uint64_t now_ns) noexcept;
  size_t poll_cpu(std::span<Job*> finished) noexcept;
  uint64_t deadline_of(const Flight& flight) const noexcept;
  void grant_absence(size_t member, uint64_t now_ns) noexcept;
  void check_deadlines(size_t member, uint64_t now_ns) noexcept;
  bool overdue(size_t member, uint64_t now_ns) noexcept;
  // Whether the answer may be handed back; it is still to be verified.
  bool plausible(const Job& attempt) const noexcept;
  bool take_answer(Flight& flight) noexcept;
  Job* retire(Flight& flight) noexcept;
  void leave(Flight& flight) noexcept;
  void take_back(Flight& flight) noexcept;
  void take_all_back(size_t member) noexcept;
  void fall_back(Flight& flight) noexcept;

  Dispatcher* dispatcher_;
  std::vector<Path> paths_;
  FlightTable flights_;
  uint32_t generation_ = 1;
  std::vector<Job*> answers_;
  QueuePairCounters counters_;
};

}  // namespace penstock
