// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory/buffer_pool.h"
#include "offload/capabilities.h"
#include "offload/queue_pair.h"

namespace penstock {

// A guarded device's queue pair: every job goes to the device as a copy, in buffers of the guard's own. So
// the caller's are quiescent once a job was abandoned, whatever the device does: abandon says `proven`. Where
// the device's own driver cannot prove it, the guard's buffers are not used again; they and the device's
// queue pair, whose end might wait for ever, are kept to the end of the process. An answer to nothing is
// counted stale and dropped; one without a status is passed on, with the job still in flight.
class GuardedQueuePair final : public QueuePair {
 public:
  // `buffers`: two a job, registered with the device. `kept` is set when they are kept with its queue pair:
  // their pool has to be, too.
  GuardedQueuePair(std::unique_ptr<QueuePair> guarded, std::vector<Buffer> buffers,
                   const Capabilities& capabilities, std::atomic<bool>& kept);
  // Abandons what is in flight.
  ~GuardedQueuePair() override;

  size_t submit(std::span<Job* const> jobs) noexcept override;
  size_t poll(std::span<Job*> finished) noexcept override;
  Quiescence abandon(Job& job) noexcept override;
  uint32_t generation() const noexcept override { return guarded_->generation(); }
  Quiescence leave_generation() noexcept override;
  size_t in_flight() const noexcept override { return in_flight_; }
  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  enum class Place : uint8_t {
    free,
    device,       // with the device
    refused,      // its answer was known without the device
    quarantined,  // the device may still touch its buffers
  };
  struct Slot {
    Place place = Place::free;
    Job* job = nullptr;  // the caller's
    Job copy;
    Buffer input;
    Buffer output;
    std::vector<ChunkRef> chunks;
    std::vector<Digest> digests;
  };
  struct Kept;

  Slot* free_slot() noexcept;
  Slot* slot_of(const Job* copy) noexcept;
  bool accept(Slot& slot, Job& job) noexcept;
  bool fits(const Slot& slot, const Job& job) const noexcept;
  void copy_in(Slot& slot, const Job& job) noexcept;
  void copy_out(Slot& slot) noexcept;
  Job* release(Slot& slot, Place place) noexcept;

  std::vector<Slot> slots_;
  size_t next_slot_ = 0;
  std::unique_ptr<QueuePair> guarded_;
  std::vector<Job*> answers_;
  size_t input_bytes_max_;
  size_t in_flight_ = 0;
  bool unquiet_ = false;  // a slot was quarantined
  std::atomic<bool>* kept_;
  QueuePairCounters counters_;
};

}  // namespace penstock
