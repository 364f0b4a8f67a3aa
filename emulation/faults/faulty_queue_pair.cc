// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/faulty_queue_pair.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr uint64_t kPollsMax = 16;  // until an echo, a scribble, or an answer that nobody has overtaken
constexpr size_t kPendingPerJob = 4;

// A device that shares memory can write where it should only read.
MutableBytes writable(Bytes bytes) {
  return {const_cast<uint8_t*>(bytes.data()), bytes.size()};
}

bool is_unanswered(FaultKind fault) {
  return fault == FaultKind::never || fault == FaultKind::after_abandon ||
         fault == FaultKind::write_after_deadline || fault == FaultKind::device_lost;
}

}  // namespace

FaultyQueuePair::FaultyQueuePair(FaultState& state, const Capabilities& capabilities,
                                 std::unique_ptr<QueuePair> inside, uint32_t depth, uint64_t seed)
    : state_(&state),
      inside_(std::move(inside)),
      random_(seed),
      wrong_answers_(capabilities),
      flights_(depth),
      answers_(depth) {
  echoes_.reserve(kPendingPerJob * depth);
  scribbles_.reserve(kPendingPerJob * depth);
}

FaultyQueuePair::~FaultyQueuePair() {
  state_->late_writer.forget(this);
}

size_t FaultyQueuePair::submit(std::span<Job* const> jobs) noexcept {
  size_t accepted = 0;
  for (Job* job : jobs) {
    Flight* flight = flight_of(nullptr);
    if (flight == nullptr || !accept(*flight, *job)) break;
    counters_.bytes_in += job->input.size();
    ++in_flight_;
    ++accepted;
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  return accepted;
}

bool FaultyQueuePair::accept(Flight& flight, Job& job) noexcept {
  flight = {};
  if (job.generation == generation() && !state_->lost) flight.fault = choose_fault();
  if (state_->lost || (flight.fault && is_unanswered(*flight.fault))) {
    flight.place = Place::unanswered;
    job.status = JobStatus::pending;
    job.output_length = 0;
  } else {
    Job* const one = &job;
    if (inside_->submit({&one, 1}) == 0) return false;
  }
  flight.job = &job;
  if (state_->options.shares_host_memory) flight.input = writable(job.input);
  flight.output = job.output;
  if (flight.fault == FaultKind::never || flight.fault == FaultKind::device_lost)
    state_->count(*flight.fault);
  if (flight.fault == FaultKind::device_lost) state_->lost = true;
  return true;
}

std::optional<FaultKind> FaultyQueuePair::choose_fault() noexcept {
  constexpr double kToUnitInterval = 0x1p-53;
  double chance = static_cast<double>(random_() >> 11) * kToUnitInterval;
  for (size_t i = 0; i < kFaultKinds; ++i) {
    if (chance < state_->options.rates[i]) return static_cast<FaultKind>(i);
    chance -= state_->options.rates[i];
  }
  return {};
}

FaultyQueuePair::Flight* FaultyQueuePair::flight_of(const Job* job) noexcept {
  const auto found = std::ranges::find(flights_, job, &Flight::job);
  return found == flights_.end() ? nullptr : &*found;
}

size_t FaultyQueuePair::poll(std::span<Job*> finished) noexcept {
  ++polls_;
  if (state_->lost) return 0;
  scribble();
  size_t returned = give_echoes(finished);
  returned += give_answers(finished.subspan(returned));
  returned += give_held(finished.subspan(returned));
  return returned;
}

void FaultyQueuePair::scribble() noexcept {
  std::erase_if(scribbles_, [this](const Scribble& scribble) {
    if (scribble.at_poll > polls_) return false;
    corrupt(scribble.input);
    corrupt(scribble.output);
    state_->count(FaultKind::write_after_answer);
    return true;
  });
}

void FaultyQueuePair::corrupt(MutableBytes bytes) noexcept {
  const auto value = static_cast<uint8_t>(1 + random_() % 255);
  for (uint8_t& byte : bytes.first(std::min(bytes.size(), state_->options.write_bytes_max))) byte ^= value;
}

size_t FaultyQueuePair::give_echoes(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  std::erase_if(echoes_, [&](const Echo& echo) {
    if (echo.at_poll > polls_ || returned == finished.size()) return false;
    // A driver knows the jobs that it has: this one was given to it once more.
    if (flight_of(echo.job) != nullptr) return true;
    finished[returned++] = echo.job;
    state_->count(echo.fault);
    return true;
  });
  return returned;
}

size_t FaultyQueuePair::give_answers(std::span<Job*> finished) noexcept {
  const size_t room = std::min(finished.size(), answers_.size());
  if (room == 0) return 0;
  const size_t count = inside_->poll(std::span(answers_).first(room));
  size_t returned = 0;
  for (Job* job : std::span(answers_).first(count)) {
    Flight* flight = flight_of(job);
    PENSTOCK_CHECK(flight != nullptr && flight->place == Place::inside);
    if (!hold(*flight)) finished[returned++] = hand_back(*flight);
  }
  return returned;
}

// Whether the answer is kept back for now.
bool FaultyQueuePair::hold(Flight& flight) noexcept {
  const FaultOptions& options = state_->options;
  if (flight.fault == FaultKind::late && options.late_ns_max > 0) {
    flight.until_ns = options.now_ns() + 1 + random_() % options.late_ns_max;
  } else if (flight.fault == FaultKind::reordered) {
    flight.until_poll = polls_ + kPollsMax;
    flight.overtaken = counters_.completed + 1;
  } else {
    return false;
  }
  flight.place = Place::held;
  return true;
}

size_t FaultyQueuePair::give_held(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  for (Flight& flight : flights_) {
    if (returned == finished.size()) break;
    if (flight.job == nullptr || flight.place != Place::held) continue;
    const bool late = flight.fault == FaultKind::late;
    const bool overtaken = !late && counters_.completed >= flight.overtaken;
    if (late ? state_->options.now_ns() < flight.until_ns : !overtaken && polls_ < flight.until_poll)
      continue;
    if (late || overtaken) state_->count(*flight.fault);
    finished[returned++] = hand_back(flight);
  }
  return returned;
}

Job* FaultyQueuePair::hand_back(Flight& flight) noexcept {
  Job* job = flight.job;
  const std::optional<FaultKind> fault = flight.fault;
  const bool falsified = fault && wrong_answers_.falsify(*fault, *job, random_);
  if (falsified) {
    state_->count(*fault);
  } else {
    wrong_answers_.remember(*job);
  }
  if (fault == FaultKind::twice && echoes_.size() < echoes_.capacity())
    echoes_.push_back({job, FaultKind::twice, polls_ + some_polls()});
  if (fault == FaultKind::write_after_answer && scribbles_.size() < scribbles_.capacity())
    scribbles_.push_back({flight.input, flight.output, polls_ + some_polls()});
  flight.job = nullptr;
  --in_flight_;
  ++counters_.completed;
  counters_.bytes_out += job->output_length;
  counters_.bytes_copied = inside_->counters().bytes_copied;
  return job;
}

uint64_t FaultyQueuePair::some_polls() noexcept {
  return 1 + random_() % kPollsMax;
}

Quiescence FaultyQueuePair::abandon(Job& job) noexcept {
  Flight* flight = flight_of(&job);
  PENSTOCK_CHECK(flight != nullptr);
  Quiescence quiescence = Quiescence::proven;
  if (flight->place == Place::inside) quiescence = inside_->abandon(job);
  job.status = JobStatus::failed;
  const std::optional<FaultKind> fault = flight->fault;
  const bool lost = state_->lost;
  if (lost || (fault && is_unanswered(*fault)) || fault == FaultKind::late) quiescence = Quiescence::unproven;
  if (lost || fault == FaultKind::write_after_deadline) {
    state_->late_writer.add(this, flight->input);
    state_->late_writer.add(this, flight->output);
    if (fault == FaultKind::write_after_deadline) state_->count(*fault);
  }
  if (fault == FaultKind::late) state_->count(*fault);
  if (fault == FaultKind::after_abandon && echoes_.size() < echoes_.capacity())
    echoes_.push_back({&job, FaultKind::after_abandon, polls_ + some_polls()});
  flight->job = nullptr;
  --in_flight_;
  ++counters_.abandoned;
  return quiescence;
}

Quiescence FaultyQueuePair::leave_generation() noexcept {
  Quiescence quiescence = Quiescence::proven;
  for (Flight& flight : flights_) {
    if (flight.job != nullptr && abandon(*flight.job) == Quiescence::unproven)
      quiescence = Quiescence::unproven;
  }
  return inside_->leave_generation() == Quiescence::unproven ? Quiescence::unproven : quiescence;
}

}  // namespace penstock
