// SPDX-License-Identifier: Apache-2.0
#include "offload/dispatch_queue_pair.h"

#include <algorithm>
#include <bitset>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/check.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

// A device that says so often, one after the other, that it could not is asked no more.
constexpr unsigned kFailuresMax = 3;
// Of the shortest deadline: what a lane may be away without a word.
constexpr uint64_t kShortAbsence = 8;
constexpr auto kPause = std::chrono::microseconds(50);

}  // namespace

DispatchQueuePair::DispatchQueuePair(Dispatcher& dispatcher,
                                     std::vector<std::unique_ptr<QueuePair>> queue_pairs, uint32_t depth)
    : dispatcher_(&dispatcher), flights_(depth), answers_(depth) {
  const auto members = dispatcher.members();
  PENSTOCK_CHECK(queue_pairs.size() == members.size() && members.size() <= kMembersMax);
  for (size_t i = 0; i < members.size(); ++i) {
    Path path;
    path.member = members[i].get();
    path.queue_pair = std::move(queue_pairs[i]);
    paths_.push_back(std::move(path));
  }
}

// What the CPU has is dropped; what devices have is waited for, up to its deadline.
DispatchQueuePair::~DispatchQueuePair() {
  std::vector<Job*> finished(answers_.size());
  while (in_flight() > 0) {
    for (Flight& flight : flights_.places()) {
      if (flight.job != nullptr && flight.member == kCpu) static_cast<void>(abandon(*flight.job));
    }
    const uint64_t now_ns = dispatcher_->now_ns();
    size_t returned = 0;
    for (size_t i = kCpu + 1; i < paths_.size(); ++i) returned += poll_device(i, finished, now_ns);
    if (returned == 0) std::this_thread::sleep_for(kPause);
  }
  for (Path& path : paths_) {
    if (path.queue_pair != nullptr) path.member->count(path.queue_pair->counters());
    if (path.unquiet) dispatcher_->stranded().keep(std::move(path.queue_pair));
  }
}

size_t DispatchQueuePair::submit(std::span<Job* const> jobs) noexcept {
  size_t accepted = 0;
  for (Job* job : jobs) {
    PENSTOCK_CHECK(job != nullptr);
    Flight* flight = flights_.take();
    if (flight == nullptr) break;
    flight->job = job;
    if (!launch(*flight)) {
      flights_.put_back(*flight);
      break;
    }
    job->status = JobStatus::pending;
    job->output_length = 0;
    counters_.bytes_in += job->input.size();
    ++accepted;
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  return accepted;
}

bool DispatchQueuePair::usable(const Flight& flight, size_t member) const noexcept {
  const Path& path = paths_[member];
  const Job& job = *flight.job;
  return job.input_buffer != nullptr && job.output_buffer != nullptr && member != job.not_member &&
         path.member->health().healthy() && path.member->supports(job);
}

// To whoever is expected to be done first, and accepts.
bool DispatchQueuePair::launch(Flight& flight) noexcept {
  const Job& job = *flight.job;
  std::bitset<kMembersMax> tried;
  tried[kCpu] = !dispatcher_->cpu_shares() || job.no_cpu_share;
  bool device_full = false;
  while (!job.cpu_only && job.generation == generation_) {
    size_t best = paths_.size();
    uint64_t soonest = 0;
    for (size_t i = 0; i < paths_.size(); ++i) {
      if (tried[i] || (i != kCpu && !usable(flight, i))) continue;
      const uint64_t until = paths_[i].member->nanoseconds_until_done(job.operation, job.input.size());
      if (best < paths_.size() && until >= soonest) continue;
      best = i;
      soonest = until;
    }
    if (best == paths_.size()) break;
    tried.set(best);
    const Offer offered = offer(flight, best);
    if (offered == Offer::accepted) return true;
    device_full = device_full || offered == Offer::full;
  }
  // A device that is full is waited for, if anything is under way that will make room. Where the CPU has a
  // share, it had its turn above.
  return (!device_full || in_flight() == 1) && offer(flight, kCpu) == Offer::accepted;
}

DispatchQueuePair::Offer DispatchQueuePair::offer(Flight& flight, size_t member) noexcept {
  Path& path = paths_[member];
  if (member != kCpu && !dispatcher_->stranded().reserve()) return Offer::no_room;
  // From the job: what another device left of an attempt counts for nothing.
  Job& attempt = flight.attempt;
  attempt = *flight.job;
  // A job of another generation goes to the CPU, whose answer is made by the queue pair there.
  const bool current = flight.job->generation == generation_;
  attempt.generation = current ? path.queue_pair->generation() : path.queue_pair->generation() - 1;
  attempt.codec = path.member->codec_for(*flight.job);
  if (attempt.codec != flight.job->codec) attempt.codec_level = 1;
  attempt.status = JobStatus::pending;
  attempt.output_length = 0;
  flight.standing = path.member->health().standing();
  Job* const one = &attempt;
  if (path.queue_pair->submit({&one, 1}) == 0) {
    path.member->counters().refused.fetch_add(1, std::memory_order_relaxed);
    if (member != kCpu) dispatcher_->stranded().release();
    return Offer::full;
  }
  const uint64_t bytes = flight.job->input.size();
  flight.member = member;
  flight.begun_ns = dispatcher_->now_ns();
  flight.expected_ns = path.member->nanoseconds_for(flight.job->operation, bytes);
  flight.deadline_ns = deadline_of(flight);
  if (path.in_flight == 0) {
    path.polled_ns = flight.begun_ns;
    path.deadline_ns = flight.deadline_ns;
  }
  path.deadline_ns = std::min(path.deadline_ns, flight.deadline_ns);
  path.member->begin(flight.expected_ns);
  path.member->counters().jobs.fetch_add(1, std::memory_order_relaxed);
  path.member->counters().bytes_in.fetch_add(bytes, std::memory_order_relaxed);
  ++path.in_flight;
  return Offer::accepted;
}

// So many times what it is expected to take for all that it has, and the least on top.
uint64_t DispatchQueuePair::deadline_of(const Flight& flight) const noexcept {
  const DispatcherOptions& options = dispatcher_->options();
  const uint64_t expected = paths_[flight.member].member->nanoseconds_ahead() + flight.expected_ns;
  return flight.begun_ns + static_cast<uint64_t>(options.deadline_min.count()) +
         std::min(options.deadline_factor * expected, static_cast<uint64_t>(options.deadline_max.count()));
}

size_t DispatchQueuePair::poll(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  if (in_flight() > paths_[kCpu].in_flight) {
    const uint64_t now_ns = dispatcher_->now_ns();
    for (size_t i = kCpu + 1; i < paths_.size(); ++i)
      returned += poll_device(i, finished.subspan(returned), now_ns);
  }
  if (returned == 0) returned = poll_cpu(finished);
  counters_.completed += returned;
  return returned;
}

size_t DispatchQueuePair::poll_device(size_t member, std::span<Job*> finished, uint64_t now_ns) noexcept {
  Path& path = paths_[member];
  if (path.in_flight == 0) return 0;
  grant_absence(member, now_ns);
  const size_t room = std::min(finished.size(), answers_.size());
  const size_t count = path.queue_pair->poll(std::span(answers_).first(room));
  size_t returned = 0;
  size_t answered = 0;
  for (Job* answer : std::span(answers_).first(count)) {
    Flight* flight = flights_.find(answer);
    if (flight == nullptr || flight->member != member) {
      path.member->counters().stale.fetch_add(1, std::memory_order_relaxed);
      ++counters_.stale;
      continue;
    }
    // Not an answer, but one given again, to what this place held before: the device still has the attempt.
    if (flight->attempt.status == JobStatus::pending) {
      path.member->counters().impossible.fetch_add(1, std::memory_order_relaxed);
      dispatcher_->suspect(member, HealthCause::impossible_answer);
      continue;
    }
    ++answered;
    leave(*flight);
    if (take_answer(*flight)) {
      path.member->measure(flight->job->operation, flight->job->input.size(), flight->begun_ns, now_ns);
      finished[returned++] = retire(*flight);
    } else {
      fall_back(*flight);
    }
  }
  // While there is more to be had, who has not answered is not known.
  if (count < room || (answered == 0 && room > 0)) check_deadlines(member, now_ns);
  return returned;
}

// While the lane did not look, a device that works in poll could not: that time is not the device's. Short
// absences are what deadlines have room for.
void DispatchQueuePair::grant_absence(size_t member, uint64_t now_ns) noexcept {
  Path& path = paths_[member];
  const uint64_t away_since = std::exchange(path.polled_ns, now_ns);
  const uint64_t short_ns =
      static_cast<uint64_t>(dispatcher_->options().deadline_min.count()) / kShortAbsence;
  if (now_ns - away_since <= short_ns) return;
  for (Flight& flight : flights_.places()) {
    if (flight.job != nullptr && flight.member == member)
      flight.deadline_ns += now_ns - std::max(away_since, flight.begun_ns);
  }
}

// Once one of its jobs is overdue the device is lost, and so are all others that it has.
void DispatchQueuePair::check_deadlines(size_t member, uint64_t now_ns) noexcept {
  Path& path = paths_[member];
  if (path.in_flight == 0) return;
  if (path.member->health().state() != DeviceState::lost) {
    if (now_ns <= path.deadline_ns || !overdue(member, now_ns)) return;
    dispatcher_->lose(member, HealthCause::deadline);
  }
  take_all_back(member);
}

// Looks through all flights, and finds out when that is worth while again.
bool DispatchQueuePair::overdue(size_t member, uint64_t now_ns) noexcept {
  uint64_t soonest = UINT64_MAX;
  for (const Flight& flight : flights_.places()) {
    if (flight.job != nullptr && flight.member == member) soonest = std::min(soonest, flight.deadline_ns);
  }
  paths_[member].deadline_ns = soonest;
  return now_ns > soonest;
}

size_t DispatchQueuePair::poll_cpu(std::span<Job*> finished) noexcept {
  Path& path = paths_[kCpu];
  if (path.in_flight == 0) return 0;
  const size_t room = std::min(finished.size(), answers_.size());
  const uint64_t begun_ns = dispatcher_->now_ns();
  const size_t count = path.queue_pair->poll(std::span(answers_).first(room));
  const uint64_t now_ns = dispatcher_->now_ns();
  for (size_t i = 0; i < count; ++i) {
    Flight* flight = flights_.find(answers_[i]);
    PENSTOCK_CHECK(flight != nullptr && flight->member == kCpu);
    path.member->measure(flight->job->operation, flight->job->input.size(), begun_ns, now_ns);
    leave(*flight);
    finished[i] = retire(*flight);
  }
  return count;
}

// An answer's lengths and status, as they can be at all.
bool DispatchQueuePair::plausible(const Job& attempt) const noexcept {
  const bool encoding = wants_encoding(attempt.operation);
  if (attempt.status == JobStatus::stored) return encoding;
  if (attempt.status != JobStatus::done) return false;
  if (encoding)
    return attempt.output_length > 0 && attempt.output_length <= attempt.output.size() &&
           attempt.output_length < bytes_covered(attempt);
  return attempt.operation == Operation::digest || attempt.output_length == attempt.output.size();
}

bool DispatchQueuePair::take_answer(Flight& flight) noexcept {
  Path& path = paths_[flight.member];
  MemberCounters& counters = path.member->counters();
  const JobStatus status = flight.attempt.status;
  // Also when it has passed a self-test since: what it did before proves nothing.
  const DeviceHealth& health = path.member->health();
  if (!health.healthy() || health.standing() != flight.standing) {
    counters.discarded.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (plausible(flight.attempt)) {
    path.failures = 0;
    return true;
  }
  // Of a payload that does not decode the CPU has the last word.
  const bool undecodable = status == JobStatus::corrupt || status == JobStatus::output_full;
  if (undecodable && flight.attempt.operation == Operation::decode) return false;
  if (status == JobStatus::failed || status == JobStatus::unsupported) {
    counters.failed.fetch_add(1, std::memory_order_relaxed);
    if (++path.failures < kFailuresMax) return false;
    path.failures = 0;
    dispatcher_->suspect(flight.member, HealthCause::failures);
    return false;
  }
  counters.impossible.fetch_add(1, std::memory_order_relaxed);
  dispatcher_->suspect(flight.member, HealthCause::impossible_answer);
  return false;
}

Job* DispatchQueuePair::retire(Flight& flight) noexcept {
  Job* job = flight.job;
  job->status = flight.attempt.status;
  const bool output = job->status == JobStatus::done && job->operation != Operation::digest;
  job->output_length = output ? flight.attempt.output_length : 0;
  job->codec = flight.attempt.codec;
  job->member = static_cast<uint16_t>(flight.member);
  counters_.bytes_out += job->output_length;
  paths_[flight.member].member->counters().bytes_out.fetch_add(job->output_length, std::memory_order_relaxed);
  flights_.give_back(flight);
  return job;
}

// The attempt is no longer with its device, which may touch nothing of it.
void DispatchQueuePair::leave(Flight& flight) noexcept {
  Path& path = paths_[flight.member];
  --path.in_flight;
  path.member->end(flight.expected_ns);
  if (flight.member != kCpu) dispatcher_->stranded().release();
}

// Abandons the attempt. What the device may still touch stays behind, and the job gets a copy of its input.
void DispatchQueuePair::take_back(Flight& flight) noexcept {
  Path& path = paths_[flight.member];
  if (path.queue_pair->abandon(flight.attempt) == Quiescence::proven) {
    return leave(flight);
  }
  --path.in_flight;
  path.member->end(flight.expected_ns);
  path.unquiet = true;
  Job& job = *flight.job;
  const MutableBytes old_input = job.input_buffer->bytes();
  const MutableBytes old_output = job.output_buffer->bytes();
  PENSTOCK_CHECK(dispatcher_->stranded().strand(*job.input_buffer, *job.output_buffer));
  const auto input_at = static_cast<size_t>(job.input.data() - old_input.data());
  const MutableBytes input = job.input_buffer->bytes().subspan(input_at, job.input.size());
  if (!input.empty()) std::memcpy(input.data(), job.input.data(), input.size());
  job.input = input;
  if (!job.output.empty()) {
    const auto output_at = static_cast<size_t>(job.output.data() - old_output.data());
    job.output = job.output_buffer->bytes().subspan(output_at, job.output.size());
  }
  flight.attempt = job;
}

void DispatchQueuePair::take_all_back(size_t member) noexcept {
  for (Flight& flight : flights_.places()) {
    if (flight.job == nullptr || flight.member != member) continue;
    paths_[member].member->counters().abandoned.fetch_add(1, std::memory_order_relaxed);
    ++counters_.abandoned;
    take_back(flight);
    fall_back(flight);
  }
}

// The CPU's queue pair has room for every flight.
void DispatchQueuePair::fall_back(Flight& flight) noexcept {
  PENSTOCK_CHECK(offer(flight, kCpu) == Offer::accepted);
}

Quiescence DispatchQueuePair::abandon(Job& job) noexcept {
  Flight* const flight = flights_.find_job(&job);
  PENSTOCK_CHECK(flight != nullptr);
  take_back(*flight);
  flights_.give_back(*flight);
  job.status = JobStatus::failed;
  ++counters_.abandoned;
  return Quiescence::proven;
}

Quiescence DispatchQueuePair::leave_generation() noexcept {
  ++generation_;
  for (Flight& flight : flights_.places()) {
    if (flight.job != nullptr) static_cast<void>(abandon(*flight.job));
  }
  return Quiescence::proven;
}

}  // namespace penstock
