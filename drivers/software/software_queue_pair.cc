// SPDX-License-Identifier: Apache-2.0
#include "drivers/software/software_queue_pair.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "hash/sha256.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

bool supported(const Job& job) {
  if (job.input.size() > kFrameBytesMax) return false;
  switch (job.operation) {
    case Operation::digest:
    case Operation::encode:
    case Operation::digest_encode:
      break;
    case Operation::decode:
      return codec_id(static_cast<uint16_t>(job.codec)).has_value() && job.output.size() <= kFrameBytesMax;
    default:
      return false;
  }
  if (!chunks_well_formed(job)) return false;
  if (wants_encoding(job.operation) && !codec_exists({job.codec, job.codec_level})) return false;
  if (!wants_digests(job.operation)) return true;
  return job.hash == HashId::sha2_256 && job.digests.size() == job.chunks.size();
}

}  // namespace

SoftwareQueuePair::SoftwareQueuePair(uint32_t depth) : ring_(depth), messages_(kFrameChunksMax) {}

size_t SoftwareQueuePair::submit(std::span<Job* const> jobs) noexcept {
  const size_t accepted = std::min(jobs.size(), ring_.size() - count_);
  for (Job* job : jobs.first(accepted)) {
    PENSTOCK_CHECK(job != nullptr);
    job->status = JobStatus::pending;
    job->output_length = 0;
    slot(count_++) = job;
    counters_.bytes_in += job->input.size();
  }
  counters_.submitted += accepted;
  counters_.refused += jobs.size() - accepted;
  return accepted;
}

size_t SoftwareQueuePair::poll(std::span<Job*> finished) noexcept {
  size_t returned = 0;
  bool worked = false;
  while (!worked && count_ > 0 && returned < finished.size()) {
    Job& job = take_oldest();
    if (job.generation != generation_) {
      job.status = JobStatus::stale_generation;
    } else if (!supported(job)) {
      job.status = JobStatus::unsupported;
    } else {
      job.status = run(job);
      worked = true;
    }
    counters_.bytes_out += job.output_length;
    finished[returned++] = &job;
  }
  counters_.completed += returned;
  return returned;
}

Quiescence SoftwareQueuePair::abandon(Job& job) noexcept {
  size_t position = 0;
  while (position < count_ && slot(position) != &job) ++position;
  PENSTOCK_CHECK(position < count_);
  for (; position + 1 < count_; ++position) slot(position) = slot(position + 1);
  --count_;
  job.status = JobStatus::failed;
  ++counters_.abandoned;
  return Quiescence::proven;
}

Quiescence SoftwareQueuePair::leave_generation() noexcept {
  ++generation_;
  counters_.abandoned += count_;
  while (count_ > 0) take_oldest().status = JobStatus::failed;
  return Quiescence::proven;
}

Job& SoftwareQueuePair::take_oldest() {
  Job& job = *slot(0);
  head_ = (head_ + 1) % ring_.size();
  --count_;
  return job;
}

JobStatus SoftwareQueuePair::run(Job& job) {
  if (job.operation == Operation::decode) return decode(job);
  if (wants_digests(job.operation)) digest(job);
  return wants_encoding(job.operation) ? encode(job) : JobStatus::done;
}

void SoftwareQueuePair::digest(const Job& job) {
  for (size_t i = 0; i < job.chunks.size(); ++i)
    messages_[i] = job.input.subspan(job.chunks[i].offset, job.chunks[i].length);
  sha256_path().digest(std::span(messages_).first(job.chunks.size()), job.digests);
}

JobStatus SoftwareQueuePair::encode(Job& job) {
  const size_t length = bytes_covered(job);
  if (length == 0 || job.codec == CodecId::stored) return JobStatus::stored;
  const Bytes raw = job.input.first(length);
  if (!worth_encoding(job.codec, raw)) return JobStatus::stored;
  // Only what is smaller than the raw bytes is worth a payload.
  const MutableBytes room = job.output.first(std::min(job.output.size(), length - 1));
  const auto written = encoder_.encode({job.codec, job.codec_level}, raw, room);
  shrank_ = written.has_value();
  if (!shrank_) return JobStatus::stored;
  job.output_length = static_cast<uint32_t>(*written);
  return JobStatus::done;
}

// Behind a frame that did not shrink, one that looks as if it would not either is left as it is: the
// libraries need longer to find out. LZ4 does not.
bool SoftwareQueuePair::worth_encoding(CodecId codec, Bytes raw) const {
  return shrank_ || codec == CodecId::lz4 || !looks_like_noise(raw);
}

JobStatus SoftwareQueuePair::decode(Job& job) {
  if (!decoder_.decode(job.codec, job.input, job.output)) return JobStatus::corrupt;
  job.output_length = static_cast<uint32_t>(job.output.size());
  return JobStatus::done;
}

}  // namespace penstock
