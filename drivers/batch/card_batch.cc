// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/card_batch.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/digest.h"
#include "drivers/batch/batch_courier.h"

namespace penstock {
namespace {

static_assert(sizeof(Digest) == 32, "digests lie in the answer one behind the other");
static_assert(sizeof(ChunkRef) == sizeof(penstock_chunk) &&
                  offsetof(ChunkRef, offset) == offsetof(penstock_chunk, offset),
              "the list of chunks is copied as it is");

size_t whole_words(size_t bytes) {
  return (bytes + PENSTOCK_WORD_BYTES - 1) / PENSTOCK_WORD_BYTES * PENSTOCK_WORD_BYTES;
}

// What is encoded or digested ends with the last chunk.
uint32_t extent_bytes(const Job& job) {
  if (job.operation == Operation::decode) return static_cast<uint32_t>(job.input.size());
  return job.chunks.empty() ? 0 : job.chunks.back().offset + job.chunks.back().length;
}

uint32_t output_bytes_max(const Job& job) {
  if (job.operation == Operation::digest) return 0;
  if (job.operation == Operation::decode) return static_cast<uint32_t>(job.output.size());
  // Only what is smaller than the raw bytes is worth a payload.
  const uint32_t bytes = extent_bytes(job);
  return bytes == 0 ? 0 : static_cast<uint32_t>(std::min<size_t>(job.output.size(), bytes - 1));
}

CardKernel kernel_of(Operation operation) {
  if (operation == Operation::digest) return CardKernel::digest;
  return operation == Operation::decode ? CardKernel::decode : CardKernel::encode;
}

uint16_t operation_number(Operation operation) {
  switch (operation) {
    case Operation::digest:
      return PENSTOCK_DIGEST;
    case Operation::encode:
      return PENSTOCK_ENCODE;
    case Operation::digest_encode:
      return PENSTOCK_DIGEST_ENCODE;
    case Operation::decode:
      break;
  }
  return PENSTOCK_DECODE;
}

}  // namespace

CardBatch::CardBatch(const BatchLimits& limits, BatchCourier& courier, BatchPort& port)
    : limits_(limits),
      courier_(&courier),
      port_(&port),
      jobs_(limits.submissions),
      extents_(limits.submissions),
      completions_(limits.submissions) {}

Result<std::unique_ptr<CardBatch>> CardBatch::create(CardLink& link, const BatchLimits& limits,
                                                     BatchCourier& courier, BatchPort& port) {
  std::unique_ptr<CardBatch> batch(new CardBatch(limits, courier, port));
  PENSTOCK_TRY(batch->allocate(link));
  return batch;
}

Status CardBatch::allocate(CardLink& link) {
  PENSTOCK_TRY_ASSIGN(request_, link.allocate(CardBank::request, limits_.request_bytes()));
  PENSTOCK_TRY_ASSIGN(copies_, link.allocate(CardBank::input, limits_.extent_bytes));
  PENSTOCK_TRY_ASSIGN(answer_, link.allocate(CardBank::answer, limits_.answer_bytes()));
  PENSTOCK_TRY_ASSIGN(arena_, link.allocate(CardBank::arena, limits_.extent_bytes));
  const CardArguments without_arena{request_.get(), answer_.get(), nullptr};
  const CardArguments all{request_.get(), answer_.get(), arena_.get()};
  for (const CardKernel kernel : {CardKernel::digest, CardKernel::encode, CardKernel::decode}) {
    PENSTOCK_TRY_ASSIGN(launches_[static_cast<size_t>(kernel)],
                        link.prepare(kernel, kernel == CardKernel::digest ? without_arena : all, *this));
  }
  return {};
}

bool CardBatch::asks_for_digests() const noexcept {
  return operation_ == Operation::digest || operation_ == Operation::digest_encode;
}

void CardBatch::begin(const Job& first, CardMemory* input, uint32_t generation) noexcept {
  operation_ = first.operation;
  codec_ = first.operation == Operation::digest ? CodecId::stored : first.codec;
  generation_ = generation;
  input_ = input == nullptr ? copies_.get() : input;
  entries_ = 0;
  chunks_ = 0;
  copied_bytes_ = 0;
  output_bytes_ = 0;
  sealed_ = false;
  well_ = false;
  input_read_.store(false, std::memory_order_relaxed);
}

bool CardBatch::takes(const Job& job, const CardMemory* input) const noexcept {
  if (full() || (input == nullptr ? copies_.get() : input) != input_) return false;
  if (asks_for_output() && job.codec != codec_) return false;
  if (asks_for_digests() && job.chunks.size() > limits_.chunks - chunks_) return false;
  const size_t copied = input == nullptr ? whole_words(extent_bytes(job)) : 0;
  return copied <= limits_.extent_bytes - copied_bytes_ &&
         whole_words(output_bytes_max(job)) <= limits_.extent_bytes - output_bytes_;
}

size_t CardBatch::add(Job& job, size_t offset) noexcept {
  Extent& extent = extents_[entries_];
  extent.bytes = extent_bytes(job);
  extent.output_bytes_max = output_bytes_max(job);
  extent.first_chunk = chunks_;
  extent.chunks = asks_for_digests() ? static_cast<uint32_t>(job.chunks.size()) : 0;
  extent.offset = offset;
  const MutableBytes request = request_->host();
  size_t copied = 0;
  if (input_ == copies_.get()) {
    extent.offset = copied_bytes_;
    copied = extent.bytes;
    if (copied > 0) std::memcpy(input_->host().data() + extent.offset, job.input.data(), copied);
    copied_bytes_ += whole_words(copied);
  }
  if (extent.chunks > 0) {
    std::memcpy(request.data() + limits_.chunks_offset() + chunks_ * sizeof(penstock_chunk),
                job.chunks.data(), extent.chunks * sizeof(penstock_chunk));
  }
  chunks_ += extent.chunks;
  output_bytes_ += whole_words(extent.output_bytes_max);
  jobs_[entries_++] = &job;
  return copied;
}

void CardBatch::seal() noexcept {
  const MutableBytes request = request_->host();
  penstock_request_header header{};
  header.magic = PENSTOCK_REQUEST_MAGIC;
  header.abi_version = PENSTOCK_ABI_VERSION;
  header.operation = operation_number(operation_);
  header.generation = generation_;
  header.submissions = static_cast<uint32_t>(entries_);
  header.chunks = chunks_;
  header.chunks_offset = static_cast<uint32_t>(limits_.chunks_offset());
  header.digests_offset = static_cast<uint32_t>(limits_.digests_offset());
  header.codec = static_cast<uint16_t>(asks_for_output() ? codec_ : CodecId::stored);
  header.hash = asks_for_digests() ? uint16_t{PENSTOCK_HASH_SHA2_256} : uint16_t{PENSTOCK_HASH_NONE};
  header.input_bytes = input_->host().size();
  header.arena_bytes = asks_for_output() ? arena_->host().size() : 0;
  std::memcpy(request.data(), &header, sizeof header);
  for (size_t i = 0; i < entries_; ++i) {
    const Extent& extent = extents_[i];
    penstock_submission submission{};
    submission.cookie = uint64_t{generation_} << 32 | i;
    submission.input_offset = extent.offset;
    submission.input_bytes = extent.bytes;
    submission.first_chunk = extent.first_chunk;
    submission.chunks = extent.chunks;
    submission.output_bytes_max = extent.output_bytes_max;
    std::memcpy(request.data() + sizeof header + i * sizeof submission, &submission, sizeof submission);
  }
  std::memset(answer_->host().data(), 0, entries_ * sizeof(penstock_completion));
  sealed_ = true;
}

bool CardBatch::send() noexcept {
  bool moved = request_->sync_to_card(0, limits_.chunks_offset() + chunks_ * sizeof(penstock_chunk)) &&
               answer_->sync_to_card(0, entries_ * sizeof(penstock_completion));
  if (input_ == copies_.get()) {
    moved = moved && (copied_bytes_ == 0 || input_->sync_to_card(0, copied_bytes_));
  } else {
    for (const Extent& extent : std::span(extents_).first(entries_))
      moved = moved && (extent.bytes == 0 || input_->sync_to_card(extent.offset, extent.bytes));
  }
  input_read_.store(true, std::memory_order_release);
  if (!moved) return false;
  launched_.store(true, std::memory_order_relaxed);
  if (launches_[static_cast<size_t>(kernel_of(operation_))]->start(input_)) return true;
  return !launched_.exchange(false, std::memory_order_acq_rel);
}

// A runtime that says so twice is heard once.
void CardBatch::launch_ended(bool well) noexcept {
  if (!launched_.exchange(false, std::memory_order_acq_rel)) return;
  well_ = well;
  courier_->ended(*this);
}

void CardBatch::fetch() noexcept {
  if (!well_) return;
  const size_t completions_bytes = entries_ * sizeof(penstock_completion);
  well_ = answer_->sync_to_host(0, completions_bytes);
  // What is judged is a copy, that nothing can change in between.
  std::memcpy(completions_.data(), answer_->host().data(), completions_bytes);
  if (well_ && chunks_ > 0) well_ = answer_->sync_to_host(limits_.digests_offset(), size_t{32} * chunks_);
  size_t end = 0;
  for (size_t i = 0; i < entries_; ++i) {
    if (judge(completions_[i], i) == JobStatus::done && asks_for_output())
      end = std::max<size_t>(end, completions_[i].output_offset + completions_[i].output_bytes);
  }
  if (well_ && end > 0) well_ = arena_->sync_to_host(0, end);
}

// An answer that is the job's, and possible.
JobStatus CardBatch::judge(const penstock_completion& completion, size_t entry) const noexcept {
  const Extent& extent = extents_[entry];
  switch (completion.status) {
    case PENSTOCK_DONE:
    case PENSTOCK_STORED:
      break;
    case PENSTOCK_CORRUPT:
      return operation_ == Operation::decode ? JobStatus::corrupt : JobStatus::contradictory;
    case PENSTOCK_UNSUPPORTED:
      return JobStatus::unsupported;
    case PENSTOCK_PENDING:
    case PENSTOCK_MALFORMED:
    case PENSTOCK_FAILED:
      return JobStatus::failed;
    default:
      return JobStatus::contradictory;
  }
  if (completion.chunks != extent.chunks) return JobStatus::contradictory;
  if (completion.status == PENSTOCK_STORED) {
    const bool encoding = operation_ == Operation::encode || operation_ == Operation::digest_encode;
    return encoding ? JobStatus::stored : JobStatus::contradictory;
  }
  if (!asks_for_output()) return JobStatus::done;
  const uint32_t bytes = completion.output_bytes;
  const size_t arena_bytes = arena_->host().size();
  const bool fits = bytes <= extent.output_bytes_max && completion.output_offset % PENSTOCK_WORD_BYTES == 0 &&
                    completion.output_offset <= arena_bytes &&
                    bytes <= arena_bytes - completion.output_offset;
  const bool whole = operation_ == Operation::decode ? bytes == extent.output_bytes_max : bytes > 0;
  return fits && whole ? JobStatus::done : JobStatus::contradictory;
}

CardAnswer CardBatch::answer(size_t entry) const noexcept {
  CardAnswer answer;
  if (!well_) return answer;
  const penstock_completion& completion = completions_[entry];
  if (completion.status != PENSTOCK_PENDING &&
      (completion.generation != generation_ || completion.cookie != (uint64_t{generation_} << 32 | entry))) {
    answer.stale = true;
    return answer;
  }
  answer.status = judge(completion, entry);
  const Extent& extent = extents_[entry];
  if (answer.status != JobStatus::done && answer.status != JobStatus::stored) return answer;
  answer.digests =
      Bytes(answer_->host())
          .subspan(limits_.digests_offset() + size_t{32} * extent.first_chunk, size_t{32} * extent.chunks);
  if (answer.status == JobStatus::done && asks_for_output()) {
    answer.output_length = completion.output_bytes;
    answer.payload = Bytes(arena_->host()).subspan(completion.output_offset, completion.output_bytes);
  }
  return answer;
}

bool CardBatch::forget(size_t entry) noexcept {
  jobs_[entry] = nullptr;
  if (input_ == copies_.get()) return true;
  if (sealed_) return input_read_.load(std::memory_order_acquire);
  extents_[entry] = {};  // an extent of no bytes: nothing is read for it
  return true;
}

}  // namespace penstock
