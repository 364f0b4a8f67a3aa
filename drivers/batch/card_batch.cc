// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/card_batch.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/digest.h"
#include "drivers/batch/batch_courier.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

static_assert(sizeof(Digest) == 32, "digests lie in the answer one behind the other");
static_assert(sizeof(ChunkRef) == sizeof(penstock_chunk) &&
                  offsetof(ChunkRef, offset) == offsetof(penstock_chunk, offset),
              "the list of chunks is copied as it is");

size_t whole_words(size_t bytes) {
  return (bytes + PENSTOCK_WORD_BYTES - 1) / PENSTOCK_WORD_BYTES * PENSTOCK_WORD_BYTES;
}

uint32_t extent_bytes(const Job& job) {
  return static_cast<uint32_t>(job.operation == Operation::decode ? job.input.size() : bytes_covered(job));
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
      completions_(limits.submissions),
      verdicts_(limits.submissions) {}

Result<std::unique_ptr<CardBatch>> CardBatch::create(CardLink& link, const BatchLimits& limits,
                                                     BatchCourier& courier, BatchPort& port) {
  std::unique_ptr<CardBatch> batch(new CardBatch(limits, courier, port));
  PENSTOCK_TRY(batch->allocate(link));
  return batch;
}

Status CardBatch::allocate(CardLink& link) {
  PENSTOCK_TRY_ASSIGN(request_, link.allocate(CardBank::request, limits_.request_bytes()));
  PENSTOCK_TRY_ASSIGN(copies_, link.allocate(CardBank::input, limits_.copied_bytes));
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
  return wants_digests(operation_);
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
  well_ = false;
  input_read_.store(false, std::memory_order_relaxed);
}

bool CardBatch::takes(const Job& job, const CardMemory* input) const noexcept {
  if (full() || (input == nullptr ? copies_.get() : input) != input_) return false;
  if (asks_for_output() && job.codec != codec_) return false;
  if (asks_for_digests() && job.chunks.size() > limits_.chunks - chunks_) return false;
  const size_t copied = input == nullptr ? whole_words(extent_bytes(job)) : 0;
  return copied <= limits_.copied_bytes - copied_bytes_ &&
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
  out_ = true;
}

bool CardBatch::sync_inputs() noexcept {
  if (input_ == copies_.get()) return copied_bytes_ == 0 || input_->sync_to_card(0, copied_bytes_);
  bool moved = true;
  for (const Extent& extent : std::span(extents_).first(entries_))
    moved = moved && (extent.bytes == 0 || input_->sync_to_card(extent.offset, extent.bytes));
  return moved;
}

// A sync that failed may be under way still: then nothing is proven of the input, nor of the batch.
void CardBatch::send() noexcept {
  awaited_.store(2, std::memory_order_relaxed);
  sound_ = sync_inputs();
  if (sound_) {
    input_read_.store(true, std::memory_order_release);
    port_->changes.fetch_add(1);
    port_->changes.notify_all();
  }
  sound_ = sound_ && request_->sync_to_card(0, limits_.chunks_offset() + chunks_ * sizeof(penstock_chunk)) &&
           answer_->sync_to_card(0, entries_ * sizeof(penstock_completion));
  const uint64_t token = ++launches_begun_;
  token_.store(token);
  begun_ = sound_ && launches_[static_cast<size_t>(kernel())]->start(input_, token);
  if (!begun_ && token_.exchange(0) == token) arrive();
  arrive();
}

// What a runtime says of a launch that was heard of already is not this one's.
void CardBatch::launch_ended(uint64_t token, bool well) noexcept {
  if (token == 0 || !token_.compare_exchange_strong(token, 0)) return;
  well_ = well;
  arrive();
}

void CardBatch::arrive() noexcept {
  if (awaited_.fetch_sub(1) == 1) courier_->ended(*this);
}

CardKernel CardBatch::kernel() const noexcept {
  return kernel_of(operation_);
}

bool CardBatch::input_read() const noexcept {
  return input_ == copies_.get() || input_read_.load(std::memory_order_acquire);
}

void CardBatch::fetch() noexcept {
  if (!well_) {
    // What was begun and did not end well may not be over.
    sound_ = sound_ && !begun_;
    return;
  }
  const size_t completions_bytes = entries_ * sizeof(penstock_completion);
  // What lies between completions and digests is less than a sync of its own.
  const size_t answer_bytes =
      chunks_ > 0 ? limits_.digests_offset() + size_t{32} * chunks_ : completions_bytes;
  well_ = answer_->sync_to_host(0, answer_bytes);
  // What is judged is a copy, that nothing can change in between.
  std::memcpy(completions_.data(), answer_->host().data(), completions_bytes);
  const size_t end = judge_all();
  if (well_ && end > 0) well_ = arena_->sync_to_host(0, end);
  // Completions that nobody wrote, or another launch, mean that it was not this one that ended.
  sound_ = well_ && all_ours();
}

bool CardBatch::all_ours() const noexcept {
  for (size_t i = 0; i < entries_; ++i) {
    if (completions_[i].status == PENSTOCK_PENDING || !is_ours(completions_[i], i)) return false;
  }
  return true;
}

bool CardBatch::is_ours(const penstock_completion& completion, size_t entry) const noexcept {
  return completion.generation == generation_ && completion.cookie == (uint64_t{generation_} << 32 | entry);
}

// Payloads are packed in the order of the submissions: what lies over another's is neither's. Returns where
// the last one ends.
size_t CardBatch::judge_all() noexcept {
  size_t end = 0;
  for (size_t i = 0; i < entries_; ++i) {
    const penstock_completion& completion = completions_[i];
    verdicts_[i] = judge(completion, i);
    if (verdicts_[i] != JobStatus::done || !asks_for_output()) continue;
    if (completion.output_offset < end) {
      verdicts_[i] = JobStatus::contradictory;
      continue;
    }
    end = completion.output_offset + completion.output_bytes;
  }
  return end;
}

// An answer that is the job's, and possible.
JobStatus CardBatch::judge(const penstock_completion& completion, size_t entry) const noexcept {
  const Extent& extent = extents_[entry];
  if (completion.status != PENSTOCK_PENDING && !is_ours(completion, entry)) return JobStatus::contradictory;
  switch (completion.status) {
    case PENSTOCK_DONE:
    case PENSTOCK_STORED:
      break;
    case PENSTOCK_CORRUPT:
      return operation_ == Operation::decode ? JobStatus::corrupt : JobStatus::contradictory;
    case PENSTOCK_PENDING:
    case PENSTOCK_MALFORMED:
    case PENSTOCK_FAILED:
      return JobStatus::failed;
    default:  // and what the card says to be able to do, and then does not know
      return JobStatus::contradictory;
  }
  if (completion.chunks != extent.chunks) return JobStatus::contradictory;
  if (completion.status == PENSTOCK_STORED) {
    return wants_encoding(operation_) ? JobStatus::stored : JobStatus::contradictory;
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
  answer.status = verdicts_[entry];
  answer.stale = completion.status != PENSTOCK_PENDING && !is_ours(completion, entry);
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
  if (out_) return input_read();
  extents_[entry] = {};  // an extent of no bytes: nothing is read for it
  return true;
}

}  // namespace penstock
