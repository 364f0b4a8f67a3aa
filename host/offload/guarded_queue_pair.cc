// SPDX-License-Identifier: Apache-2.0
#include "offload/guarded_queue_pair.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "memory/keep_for_ever.h"

namespace penstock {
namespace {

// The part of the input that matters: all of what is decoded, else from the first chunk to the end of the
// last. Where a list is malformed, all, so that it is the device that says so.
ChunkRef extent_of(const Job& job) {
  const auto all = static_cast<uint32_t>(job.input.size());
  if (job.operation == Operation::decode) return {0, all};
  if (job.chunks.empty()) return {};
  const ChunkRef& first = job.chunks.front();
  const ChunkRef& last = job.chunks.back();
  const uint64_t end = uint64_t{last.offset} + last.length;
  const bool ascending = std::ranges::is_sorted(
      job.chunks, {}, [](const ChunkRef& chunk) { return uint64_t{chunk.offset} + chunk.length; });
  if (!ascending || end > all || first.offset > end) return {0, all};
  return {first.offset, static_cast<uint32_t>(end - first.offset)};
}

}  // namespace

// What a device that was abandoned may still touch, and who could.
struct GuardedQueuePair::Kept {
  Kept(std::vector<Slot> in, std::unique_ptr<QueuePair> by) : slots(std::move(in)), guarded(std::move(by)) {}

  std::vector<Slot> slots;
  std::unique_ptr<QueuePair> guarded;
};

GuardedQueuePair::GuardedQueuePair(std::unique_ptr<QueuePair> guarded, std::vector<Buffer> buffers,
                                   const Capabilities& capabilities, std::atomic<bool>& kept)
    : slots_(buffers.size() / 2),
      guarded_(std::move(guarded)),
      answers_(slots_.size()),
      input_bytes_max_(capabilities.input_bytes_max),
      kept_(&kept) {
  for (Slot& slot : slots_) {
    const size_t i = 2 * static_cast<size_t>(&slot - slots_.data());
    slot.input = std::move(buffers[i]);
    slot.output = std::move(buffers[i + 1]);
    PENSTOCK_CHECK(slot.input && slot.output && slot.input.capacity() >= input_bytes_max_);
    slot.chunks.reserve(capabilities.chunks_max);
    slot.digests.reserve(capabilities.chunks_max);
  }
}

GuardedQueuePair::~GuardedQueuePair() {
  if (in_flight_ > 0) static_cast<void>(leave_generation());
  if (!unquiet_) return;
  *kept_ = true;
  keep_for_ever(std::make_unique<Kept>(std::move(slots_), std::move(guarded_)));
}

size_t GuardedQueuePair::submit(std::span<Job* const> jobs) noexcept {
  size_t accepted = 0;
  for (Job* job : jobs) {
    PENSTOCK_CHECK(job != nullptr);
    Slot* slot = free_slot();
    if (slot == nullptr || !accept(*slot, *job)) break;
    job->status = JobStatus::pending;
    job->output_length = 0;
    counters_.bytes_in += job->input.size();
    ++in_flight_;
    ++accepted;
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  return accepted;
}

// In turn, so that an answer which comes again is likely to find its place free.
GuardedQueuePair::Slot* GuardedQueuePair::free_slot() noexcept {
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[next_slot_++ % slots_.size()];
    if (slot.place == Place::free) return &slot;
  }
  return nullptr;
}

GuardedQueuePair::Slot* GuardedQueuePair::slot_of(const Job* copy) noexcept {
  const auto found = std::ranges::find_if(slots_, [copy](const Slot& slot) { return &slot.copy == copy; });
  return found == slots_.end() ? nullptr : &*found;
}

bool GuardedQueuePair::accept(Slot& slot, Job& job) noexcept {
  slot.copy.status = JobStatus::pending;
  slot.copy.output_length = 0;
  if (job.generation != generation()) {
    slot.copy.status = JobStatus::stale_generation;
  } else if (!fits(slot, job)) {
    slot.copy.status = JobStatus::unsupported;
  }
  slot.place = Place::refused;
  if (slot.copy.status == JobStatus::pending) {
    copy_in(slot, job);
    Job* const one = &slot.copy;
    const bool taken = guarded_->submit({&one, 1}) == 1;
    slot.place = taken ? Place::device : Place::free;
    if (!taken) return false;
    counters_.bytes_copied += extent_of(job).length;
  }
  slot.job = &job;
  return true;
}

bool GuardedQueuePair::fits(const Slot& slot, const Job& job) const noexcept {
  if (job.operation == Operation::decode && job.output.size() > slot.output.capacity()) return false;
  return job.input.size() <= input_bytes_max_ && job.chunks.size() <= slot.chunks.capacity() &&
         job.digests.size() <= slot.digests.capacity();
}

void GuardedQueuePair::copy_in(Slot& slot, const Job& job) noexcept {
  const ChunkRef extent = extent_of(job);
  if (extent.length > 0) {
    std::memcpy(slot.input.bytes().data() + extent.offset, job.input.data() + extent.offset, extent.length);
  }
  slot.chunks.assign(job.chunks.begin(), job.chunks.end());
  slot.digests.resize(job.digests.size());
  slot.copy = job;
  slot.copy.input = slot.input.bytes().first(extent.offset + extent.length);
  slot.copy.chunks = slot.chunks;
  // What is encoded and does not fit here is larger than the input.
  slot.copy.output = slot.output.bytes().first(std::min(job.output.size(), slot.output.capacity()));
  slot.copy.digests = slot.digests;
  slot.copy.input_buffer = &slot.input;
  slot.copy.output_buffer = &slot.output;
  slot.copy.status = JobStatus::pending;
  slot.copy.output_length = 0;
}

size_t GuardedQueuePair::poll(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  for (Slot& slot : slots_) {
    if (returned == finished.size()) break;
    if (slot.place != Place::refused) continue;
    slot.job->status = slot.copy.status;
    finished[returned++] = release(slot, Place::free);
    ++counters_.completed;
  }
  const size_t room = std::min(finished.size() - returned, answers_.size());
  const size_t count = room == 0 ? 0 : guarded_->poll(std::span(answers_).first(room));
  for (Job* copy : std::span(answers_).first(count)) {
    Slot* slot = slot_of(copy);
    if (slot == nullptr || slot->place != Place::device) {
      ++counters_.stale;
      continue;
    }
    // One given again, to what this place held before: passed on as it is, and the device still has the job.
    if (slot->copy.status == JobStatus::pending) {
      finished[returned++] = slot->job;
      continue;
    }
    copy_out(*slot);
    finished[returned++] = release(*slot, Place::free);
    ++counters_.completed;
  }
  return returned;
}

// Lengths are passed on as they were claimed: whether they can be is for the caller to say.
void GuardedQueuePair::copy_out(Slot& slot) noexcept {
  Job& job = *slot.job;
  job.status = slot.copy.status;
  job.output_length = slot.copy.output_length;
  const bool done = job.status == JobStatus::done;
  if (done && job.operation != Operation::digest) {
    const size_t length = std::min<size_t>(job.output_length, slot.copy.output.size());
    if (length > 0) std::memcpy(job.output.data(), slot.copy.output.data(), length);
    counters_.bytes_out += length;
    counters_.bytes_copied += length;
  }
  if (done || job.status == JobStatus::stored) std::ranges::copy(slot.digests, job.digests.begin());
}

Job* GuardedQueuePair::release(Slot& slot, Place place) noexcept {
  slot.place = place;
  --in_flight_;
  return std::exchange(slot.job, nullptr);
}

Quiescence GuardedQueuePair::abandon(Job& job) noexcept {
  const auto found = std::ranges::find(slots_, &job, &Slot::job);
  PENSTOCK_CHECK(found != slots_.end());
  Place place = Place::free;
  if (found->place == Place::device && guarded_->abandon(found->copy) == Quiescence::unproven) {
    place = Place::quarantined;
    unquiet_ = true;
  }
  release(*found, place)->status = JobStatus::failed;
  ++counters_.abandoned;
  return Quiescence::proven;
}

Quiescence GuardedQueuePair::leave_generation() noexcept {
  const bool quiet = guarded_->leave_generation() == Quiescence::proven;
  for (Slot& slot : slots_) {
    if (slot.job == nullptr) continue;
    const bool may_be_touched = slot.place == Place::device && !quiet;
    unquiet_ = unquiet_ || may_be_touched;
    release(slot, may_be_touched ? Place::quarantined : Place::free)->status = JobStatus::failed;
    ++counters_.abandoned;
  }
  return Quiescence::proven;
}

}  // namespace penstock
