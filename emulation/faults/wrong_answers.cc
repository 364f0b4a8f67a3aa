// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/wrong_answers.h"

#include <algorithm>
#include <cstring>

#include "memory/buffer_pool.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

constexpr int kFlipsMax = 8;  // of bits that change nothing
constexpr size_t kOverrunBytes = 4096;

bool has_digests(const Job& job) {
  const bool answered = job.status == JobStatus::done || job.status == JobStatus::stored;
  return answered && !job.digests.empty() && job.operation != Operation::encode;
}

bool has_output(const Job& job) {
  return job.status == JobStatus::done && job.operation != Operation::digest && job.output_length > 0;
}

Bytes raw_of(const Job& job) {
  return job.input.first(bytes_covered(job));
}

// What of its buffer lies behind the output.
MutableBytes behind(const Job& job) {
  if (job.output_buffer == nullptr) return {};
  const MutableBytes all = job.output_buffer->bytes();
  const uint8_t* const end = job.output.data() + job.output.size();
  if (end < all.data() || end >= all.data() + all.size()) return {};
  return all.subspan(static_cast<size_t>(end - all.data()));
}

}  // namespace

WrongAnswers::WrongAnswers(const Capabilities& capabilities)
    : decoded_bytes_max_(capabilities.input_bytes_max),
      decoded_(std::make_unique_for_overwrite<uint8_t[]>(decoded_bytes_max_)) {
  other_output_.reserve(capabilities.input_bytes_max);
  other_digests_.reserve(capabilities.chunks_max);
}

bool WrongAnswers::falsify(FaultKind kind, Job& job, std::mt19937_64& random) noexcept {
  switch (kind) {
    case FaultKind::wrong_digest:
      return has_digests(job) && flip_in_digest(job, random);
    case FaultKind::wrong_payload:
      return has_output(job) && flip_in_output(job, random);
    case FaultKind::other_answer:
      return give_other(job);
    case FaultKind::short_output:
      return has_output(job) && shorten(job, random);
    case FaultKind::overrun:
      return has_output(job) && overrun(job, random);
    case FaultKind::stale_generation:
      job.status = JobStatus::stale_generation;
      job.output_length = 0;
      return true;
    default:
      return false;
  }
}

void WrongAnswers::remember(const Job& job) noexcept {
  if (has_digests(job) && job.digests.size() <= other_digests_.capacity())
    other_digests_.assign(job.digests.begin(), job.digests.end());
  if (has_output(job) && wants_encoding(job.operation) && job.output_length <= other_output_.capacity())
    other_output_.assign(job.output.begin(), job.output.begin() + job.output_length);
}

bool WrongAnswers::flip_in_digest(Job& job, std::mt19937_64& random) noexcept {
  Digest& digest = job.digests[random() % job.digests.size()];
  digest.bytes[random() % digest.bytes.size()] ^= static_cast<uint8_t>(1U << random() % 8);
  return true;
}

bool WrongAnswers::flip_in_output(Job& job, std::mt19937_64& random) noexcept {
  for (int i = 0; i < kFlipsMax; ++i) {
    uint8_t& byte = job.output[random() % job.output_length];
    const auto bit = static_cast<uint8_t>(1U << random() % 8);
    byte ^= bit;
    if (!output_is_right(job)) return true;
    byte ^= bit;
  }
  return false;
}

// Digests where there are any, else the output, in a length that could be.
bool WrongAnswers::give_other(Job& job) noexcept {
  if (has_digests(job)) {
    if (other_digests_.empty()) return false;
    bool wrong = false;
    for (size_t i = 0; i < job.digests.size(); ++i) {
      const Digest& other = other_digests_[i % other_digests_.size()];
      wrong = wrong || job.digests[i] != other;
      job.digests[i] = other;
    }
    return wrong;
  }
  if (!has_output(job) || !wants_encoding(job.operation) || other_output_.empty()) return false;
  const size_t length =
      std::min({other_output_.size(), job.output.size(), std::max<size_t>(raw_of(job).size(), 2) - 1});
  std::memcpy(job.output.data(), other_output_.data(), length);
  job.output_length = static_cast<uint32_t>(length);
  return !output_is_right(job);
}

bool WrongAnswers::shorten(Job& job, std::mt19937_64& random) noexcept {
  const uint32_t length = job.output_length;
  job.output_length = static_cast<uint32_t>(random() % length);
  if (!output_is_right(job)) return true;
  job.output_length = length;
  return false;
}

bool WrongAnswers::overrun(Job& job, std::mt19937_64& random) noexcept {
  const MutableBytes rest = behind(job);
  if (!rest.empty())
    std::memset(rest.data(), static_cast<int>(random() % 256), std::min(rest.size(), kOverrunBytes));
  job.output_length = static_cast<uint32_t>(job.output.size() + 1 + random() % kOverrunBytes);
  return true;
}

// Asked after a change, which is always wrong in what was decoded.
bool WrongAnswers::output_is_right(const Job& job) noexcept {
  if (!wants_encoding(job.operation)) return false;
  const Bytes raw = raw_of(job);
  if (raw.empty() || raw.size() > decoded_bytes_max_) return false;
  const MutableBytes into(decoded_.get(), raw.size());
  return decoder_.decode(job.codec, job.output.first(job.output_length), into) &&
         std::memcmp(into.data(), raw.data(), raw.size()) == 0;
}

}  // namespace penstock
