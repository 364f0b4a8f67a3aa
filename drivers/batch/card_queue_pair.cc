// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/card_queue_pair.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

// The contract knows one level of each codec.
constexpr int kCodecLevel = 1;

}  // namespace

CardQueuePair::CardQueuePair(const Capabilities& capabilities, BatchCourier& courier, BatchPool& pool,
                             RegisteredMemory& memory, std::atomic<uint32_t>& generations, uint32_t depth,
                             std::unique_ptr<BatchSet> set)
    : capabilities_(&capabilities),
      courier_(&courier),
      pool_(&pool),
      memory_(&memory),
      generations_(&generations),
      depth_(depth),
      set_(std::move(set)),
      slabs_(memory.acquire()) {
  answered_.reserve(depth);
  back_.reserve(set_->batches().size());
  for (const auto& batch : set_->batches()) idle_.push_back(batch.get());
}

Result<std::unique_ptr<CardQueuePair>> CardQueuePair::open(const Capabilities& capabilities,
                                                           BatchCourier& courier, BatchPool& pool,
                                                           RegisteredMemory& memory,
                                                           std::atomic<uint32_t>& generations,
                                                           uint32_t depth) {
  PENSTOCK_TRY_ASSIGN(auto set, pool.lend(batch_limits(depth)));
  return std::unique_ptr<CardQueuePair>(
      new CardQueuePair(capabilities, courier, pool, memory, generations, depth, std::move(set)));
}

CardQueuePair::~CardQueuePair() {
  static_cast<void>(leave_generation());
  BatchPort& port = set_->port();
  for (const auto& batch : set_->batches()) {
    for (;;) {
      const uint32_t seen = port.changes.load();
      while (const auto back = port.back.pop()) (*back)->returned();
      if (!batch->out() || batch->input_read()) break;
      port.changes.wait(seen);
    }
  }
  set_->hold(std::move(slabs_));
  pool_->give_back(std::move(set_));
  memory_->release();
}

size_t CardQueuePair::submit(std::span<Job* const> jobs) noexcept {
  size_t accepted = 0;
  for (Job* job : jobs) {
    PENSTOCK_CHECK(job != nullptr);
    if (in_flight_ == depth_) break;
    JobStatus status = judge(*job);
    if (status == JobStatus::pending && !place(*job)) {
      if (!worn_out()) break;
      status = JobStatus::failed;
    }
    if (status != JobStatus::pending) answered_.push_back(job);
    job->status = status;
    job->output_length = 0;
    counters_.bytes_in += job->input.size();
    ++in_flight_;
    ++accepted;
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  send_open(1);
  return accepted;
}

JobStatus CardQueuePair::judge(const Job& job) const noexcept {
  if (job.generation != generation_) return JobStatus::stale_generation;
  if (!capabilities_->offers(job.operation) || job.input.size() > capabilities_->input_bytes_max)
    return JobStatus::unsupported;
  const bool codec = job.operation == Operation::digest || capabilities_->offers(job.codec);
  if (!codec) return JobStatus::unsupported;
  if (job.operation == Operation::decode)
    return job.output.size() <= capabilities_->input_bytes_max ? JobStatus::pending : JobStatus::unsupported;
  if (job.chunks.size() > capabilities_->chunks_max || !chunks_well_formed(job))
    return JobStatus::unsupported;
  if (wants_encoding(job.operation) && job.codec_level != kCodecLevel) return JobStatus::unsupported;
  const bool digests = wants_digests(job.operation);
  if (digests && (!capabilities_->offers(job.hash) || job.digests.size() != job.chunks.size()))
    return JobStatus::unsupported;
  // Nothing cannot get smaller, nor be digested.
  if (job.chunks.empty()) return wants_encoding(job.operation) ? JobStatus::stored : JobStatus::done;
  const bool nothing = bytes_covered(job) == 0;
  return job.operation == Operation::encode && nothing ? JobStatus::stored : JobStatus::pending;
}

const RegisteredSlab* CardQueuePair::slab_of(const Job& job) const noexcept {
  if (job.input.empty()) return nullptr;
  for (const RegisteredSlab& slab : slabs_) {
    if (job.input.data() < slab.host.data() || job.input.data() >= slab.host.data() + slab.host.size())
      continue;
    const auto offset = static_cast<size_t>(job.input.data() - slab.host.data());
    const bool usable = offset % PENSTOCK_WORD_BYTES == 0 && job.input.size() <= slab.host.size() - offset;
    return usable ? &slab : nullptr;
  }
  return nullptr;
}

// Into the open batch of its operation, or a new one. False: there is no batch left.
bool CardQueuePair::place(Job& job) noexcept {
  CardBatch*& open = open_[static_cast<size_t>(job.operation)];
  const RegisteredSlab* slab = slab_of(job);
  CardMemory* const input = slab == nullptr ? nullptr : slab->mirror.get();
  if (open != nullptr && !open->takes(job, input)) send(open);
  if (open == nullptr) {
    if (idle_.empty()) return false;
    open = idle_.back();
    idle_.pop_back();
    open->begin(job, input, generations_->fetch_add(1, std::memory_order_relaxed));
  }
  const size_t offset = slab == nullptr ? 0 : static_cast<size_t>(job.input.data() - slab->host.data());
  counters_.bytes_copied += open->add(job, offset);
  if (open->full()) send(open);
  return true;
}

// Every batch is one that the card may be at for ever: there will be no room again. Of one that is out only
// the courier knows more.
bool CardQueuePair::worn_out() const noexcept {
  return std::ranges::none_of(set_->batches(),
                              [](const auto& batch) { return batch->out() || batch->sound(); });
}

void CardQueuePair::send(CardBatch*& open) noexcept {
  CardBatch& batch = *std::exchange(open, nullptr);
  batch.seal();
  ++sent_to(batch);
  PENSTOCK_CHECK(set_->port().outward.push(&batch));
  courier_->ring();
}

// Oldest first, to each kernel that has fewer than so many before it.
void CardQueuePair::send_open(uint32_t sent_max) noexcept {
  for (;;) {
    CardBatch** oldest = nullptr;
    for (CardBatch*& open : open_) {
      if (open == nullptr || sent_to(*open) >= sent_max) continue;
      const bool older =
          oldest == nullptr || static_cast<int32_t>(open->generation() - (*oldest)->generation()) < 0;
      if (older) oldest = &open;
    }
    if (oldest == nullptr) return;
    send(*oldest);
  }
}

// The card gets more to do before what it did is looked at.
size_t CardQueuePair::poll(std::span<Job*> finished) noexcept {
  take_back();
  send_open(set_->limits().batches_sent);
  size_t returned = 0;
  while (returned < finished.size() && !answered_.empty()) {
    finished[returned++] = answered_.back();
    answered_.pop_back();
  }
  returned += take_answers(finished.subspan(returned));
  in_flight_ -= returned;
  counters_.completed += returned;
  return returned;
}

void CardQueuePair::take_back() noexcept {
  while (const auto batch = set_->port().back.pop()) {
    --sent_to(**batch);
    (*batch)->returned();
    back_.insert(back_.begin(), *batch);
  }
}

size_t CardQueuePair::take_answers(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  while (!back_.empty()) {
    CardBatch& batch = *back_.back();
    for (; taken_ < batch.entries() && returned < finished.size(); ++taken_) {
      Job* job = batch.job(taken_);
      if (job == nullptr) {
        ++counters_.stale;
        continue;
      }
      take_answer(batch, taken_);
      finished[returned++] = job;
    }
    if (taken_ < batch.entries()) break;
    taken_ = 0;
    back_.pop_back();
    // What the card may be at still is not used again.
    if (batch.sound()) idle_.push_back(&batch);
  }
  return returned;
}

void CardQueuePair::take_answer(CardBatch& batch, size_t entry) noexcept {
  Job& job = *batch.job(entry);
  const CardAnswer answer = batch.answer(entry);
  job.status = answer.status;
  job.output_length = answer.output_length;
  counters_.stale += answer.stale ? 1 : 0;
  if (!answer.payload.empty()) std::memcpy(job.output.data(), answer.payload.data(), answer.payload.size());
  if (!answer.digests.empty()) std::memcpy(job.digests.data(), answer.digests.data(), answer.digests.size());
  counters_.bytes_out += answer.payload.size();
  counters_.bytes_copied += answer.payload.size() + answer.digests.size();
}

size_t CardQueuePair::first_in_flight(const CardBatch& batch) const noexcept {
  if (!back_.empty() && back_.back() == &batch) return taken_;
  const bool waits = batch.out() || std::ranges::find(open_, &batch) != open_.end() ||
                     std::ranges::find(back_, &batch) != back_.end();
  return waits ? 0 : batch.entries();
}

Quiescence CardQueuePair::forget(Job& job) noexcept {
  job.status = JobStatus::failed;
  --in_flight_;
  ++counters_.abandoned;
  if (std::erase(answered_, &job) > 0) return Quiescence::proven;
  for (const auto& batch : set_->batches()) {
    for (size_t entry = first_in_flight(*batch); entry < batch->entries(); ++entry) {
      if (batch->job(entry) == &job) return batch->forget(entry) ? Quiescence::proven : Quiescence::unproven;
    }
  }
  PENSTOCK_CHECK(!"the job is in flight");
  return Quiescence::unproven;
}

Quiescence CardQueuePair::abandon(Job& job) noexcept {
  return forget(job);
}

Quiescence CardQueuePair::leave_generation() noexcept {
  ++generation_;
  Quiescence all = Quiescence::proven;
  const auto forget_one = [&](Job& job) {
    if (forget(job) == Quiescence::unproven) all = Quiescence::unproven;
  };
  while (!answered_.empty()) forget_one(*answered_.back());
  for (const auto& batch : set_->batches()) {
    for (size_t entry = first_in_flight(*batch); entry < batch->entries(); ++entry) {
      if (batch->job(entry) != nullptr) forget_one(*batch->job(entry));
    }
  }
  return all;
}

}  // namespace penstock
