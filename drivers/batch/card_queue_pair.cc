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

template <class Item>
bool lists(const std::vector<Item>& items, Item item) {
  return std::ranges::find(items, item) != items.end();
}

}  // namespace

CardQueuePair::CardQueuePair(const Capabilities& capabilities, BatchCourier& courier,
                             RegisteredMemory& memory, uint32_t depth)
    : capabilities_(&capabilities),
      courier_(&courier),
      memory_(&memory),
      limits_(batch_limits(depth)),
      depth_(depth),
      slabs_(memory.acquire()) {
  answered_.reserve(depth);
  courier.attach(port_);
}

Result<std::unique_ptr<CardQueuePair>> CardQueuePair::open(CardLink& link, const Capabilities& capabilities,
                                                           BatchCourier& courier, RegisteredMemory& memory,
                                                           uint32_t depth) {
  std::unique_ptr<CardQueuePair> queue(new CardQueuePair(capabilities, courier, memory, depth));
  for (uint32_t i = 0; i < queue->limits_.batches; ++i) {
    PENSTOCK_TRY_ASSIGN(auto batch, CardBatch::create(link, queue->limits_, courier, queue->port_));
    queue->idle_.push_back(batch.get());
    queue->batches_.push_back(std::move(batch));
  }
  return queue;
}

CardQueuePair::~CardQueuePair() {
  static_cast<void>(leave_generation());
  while (sent_ > 0) {
    const uint32_t seen = port_.returned.load(std::memory_order_acquire);
    size_t back = 0;
    for (; port_.back.pop(); ++back) --sent_;
    if (back == 0) port_.returned.wait(seen, std::memory_order_acquire);
  }
  courier_->detach(port_);
  slabs_.clear();
  memory_->release();
}

size_t CardQueuePair::submit(std::span<Job* const> jobs) noexcept {
  size_t accepted = 0;
  for (Job* job : jobs) {
    PENSTOCK_CHECK(job != nullptr);
    if (in_flight_ == depth_) break;
    const JobStatus status = judge(*job);
    if (status == JobStatus::pending) {
      if (!place(*job)) break;
    } else {
      answered_.push_back(job);
    }
    job->status = status;
    job->output_length = 0;
    counters_.bytes_in += job->input.size();
    ++in_flight_;
    ++accepted;
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  if (sent_ == 0) send_open();
  return accepted;
}

JobStatus CardQueuePair::judge(const Job& job) const noexcept {
  if (job.generation != generation_) return JobStatus::stale_generation;
  if (!lists(capabilities_->operations, job.operation) || job.input.size() > capabilities_->input_bytes_max)
    return JobStatus::unsupported;
  const bool codec = job.operation == Operation::digest || lists(capabilities_->codecs, job.codec);
  if (!codec) return JobStatus::unsupported;
  if (job.operation == Operation::decode)
    return job.output.size() <= capabilities_->input_bytes_max ? JobStatus::pending : JobStatus::unsupported;
  if (job.chunks.size() > capabilities_->chunks_max || !chunks_well_formed(job))
    return JobStatus::unsupported;
  if (wants_encoding(job.operation) && job.codec_level != kCodecLevel) return JobStatus::unsupported;
  const bool digests = wants_digests(job.operation);
  if (digests && (!lists(capabilities_->hashes, job.hash) || job.digests.size() != job.chunks.size()))
    return JobStatus::unsupported;
  // Nothing cannot get smaller, nor be digested.
  if (job.chunks.empty()) return wants_encoding(job.operation) ? JobStatus::stored : JobStatus::done;
  const bool nothing = job.chunks.back().offset + job.chunks.back().length == 0;
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
    open->begin(job, input, ++batch_generation_);
  }
  const size_t offset = slab == nullptr ? 0 : static_cast<size_t>(job.input.data() - slab->host.data());
  counters_.bytes_copied += open->add(job, offset);
  if (open->full()) send(open);
  return true;
}

void CardQueuePair::send(CardBatch*& open) noexcept {
  CardBatch* batch = std::exchange(open, nullptr);
  batch->seal();
  PENSTOCK_CHECK(port_.outward.push(std::move(batch)));
  ++sent_;
  courier_->ring();
}

// As long as the card has little before it.
void CardQueuePair::send_open() noexcept {
  for (CardBatch*& open : open_) {
    if (open != nullptr && sent_ < limits_.batches_sent) send(open);
  }
}

size_t CardQueuePair::poll(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  while (returned < finished.size() && !answered_.empty()) {
    finished[returned++] = answered_.back();
    answered_.pop_back();
  }
  returned += take_back(finished.subspan(returned));
  in_flight_ -= returned;
  counters_.completed += returned;
  send_open();
  return returned;
}

size_t CardQueuePair::take_back(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  while (returned < finished.size()) {
    if (current_ == nullptr) {
      const auto back = port_.back.pop();
      if (!back) break;
      --sent_;
      current_ = *back;
      current_entry_ = 0;
    }
    for (; current_entry_ < current_->entries() && returned < finished.size(); ++current_entry_) {
      Job* job = current_->job(current_entry_);
      if (job == nullptr) {
        ++counters_.stale;
        continue;
      }
      take_answer(*current_, current_entry_);
      finished[returned++] = job;
    }
    if (current_entry_ == current_->entries()) idle_.push_back(std::exchange(current_, nullptr));
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

Quiescence CardQueuePair::forget(Job& job) noexcept {
  job.status = JobStatus::failed;
  --in_flight_;
  ++counters_.abandoned;
  if (std::erase(answered_, &job) > 0) return Quiescence::proven;
  for (const auto& batch : batches_) {
    const size_t from = batch.get() == current_ ? current_entry_ : 0;
    if (std::ranges::find(idle_, batch.get()) != idle_.end()) continue;
    for (size_t entry = from; entry < batch->entries(); ++entry) {
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
  for (const auto& batch : batches_) {
    if (std::ranges::find(idle_, batch.get()) != idle_.end()) continue;
    for (size_t entry = batch.get() == current_ ? current_entry_ : 0; entry < batch->entries(); ++entry) {
      if (batch->job(entry) != nullptr) forget_one(*batch->job(entry));
    }
  }
  return all;
}

}  // namespace penstock
