// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "emulation/faults/fault_state.h"
#include "emulation/faults/wrong_answers.h"
#include "offload/capabilities.h"
#include "offload/queue_pair.h"

namespace penstock {

// A queue pair whose jobs meet with faults: at most one each, chosen when it is submitted. What it hands back
// too often are jobs that it was given and does not have at that moment. What is never to be answered does
// not go to the queue pair inside. After its end nothing of it writes anywhere.
class FaultyQueuePair final : public QueuePair {
 public:
  FaultyQueuePair(FaultState& state, const Capabilities& capabilities, std::unique_ptr<QueuePair> inside,
                  uint32_t depth, uint64_t seed);
  ~FaultyQueuePair() override;

  size_t submit(std::span<Job* const> jobs) noexcept override;
  size_t poll(std::span<Job*> finished) noexcept override;
  // Unproven of jobs that were to have no answer in time, and of all once the device is lost; of others as
  // the queue pair inside says.
  Quiescence abandon(Job& job) noexcept override;
  uint32_t generation() const noexcept override { return inside_->generation(); }
  Quiescence leave_generation() noexcept override;
  size_t in_flight() const noexcept override { return in_flight_; }
  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  enum class Place : uint8_t {
    inside,
    unanswered,  // nobody works on it
    held,        // done, and kept back
  };
  struct Flight {
    Job* job = nullptr;  // null: free
    std::optional<FaultKind> fault;
    Place place = Place::inside;
    uint64_t until_ns = 0;    // held: late
    uint64_t until_poll = 0;  // held: reordered
    uint64_t overtaken = 0;   // held: reordered, when so many answers were given
    MutableBytes input;       // what the device was given, to write to out of time
    MutableBytes output;
  };
  // A job to be handed back once more.
  struct Echo {
    Job* job = nullptr;
    FaultKind fault = FaultKind::twice;
    uint64_t at_poll = 0;
  };
  // Memory to be written to after the answer.
  struct Scribble {
    MutableBytes input;
    MutableBytes output;
    uint64_t at_poll = 0;
  };

  bool accept(Flight& flight, Job& job) noexcept;
  std::optional<FaultKind> choose_fault() noexcept;
  Flight* flight_of(const Job* job) noexcept;
  void scribble() noexcept;
  size_t give_echoes(std::span<Job*> finished) noexcept;
  size_t give_answers(std::span<Job*> finished) noexcept;
  size_t give_held(std::span<Job*> finished) noexcept;
  bool hold(Flight& flight) noexcept;
  Job* hand_back(Flight& flight) noexcept;
  void corrupt(MutableBytes bytes) noexcept;
  uint64_t some_polls() noexcept;

  FaultState* state_;
  std::unique_ptr<QueuePair> inside_;
  std::mt19937_64 random_;
  WrongAnswers wrong_answers_;
  std::vector<Flight> flights_;
  std::vector<Job*> answers_;
  std::vector<Echo> echoes_;
  std::vector<Scribble> scribbles_;
  size_t in_flight_ = 0;
  uint64_t polls_ = 0;
  QueuePairCounters counters_;
};

}  // namespace penstock
