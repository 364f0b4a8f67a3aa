// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

uint64_t thread_cpu_ns() {
  timespec time{};
  PENSTOCK_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

// From the system, because a device that knew which frames are looked at could spare itself the others.
uint64_t unpredictable_seed() {
  std::random_device source;
  return uint64_t{source()} << 32 | source();
}

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t next_random(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Failure mismatch(const EncodedBlock& block, std::string why) {
  return fail(Errc::corrupt, "frame of " + std::to_string(block.raw.size()) + " bytes", std::move(why),
              "it was not stored; test the device that made it");
}

}  // namespace

VerifyCounters& VerifyCounters::operator+=(const VerifyCounters& other) {
  frames += other.frames;
  frames_crossed += other.frames_crossed;
  bytes_decoded += other.bytes_decoded;
  bytes_digested += other.bytes_digested;
  mismatches += other.mismatches;
  nanoseconds += other.nanoseconds;
  static_assert(sizeof(VerifyCounters) == 6 * sizeof(uint64_t), "a counter is not summed");
  return *this;
}

Verifier::Verifier(VerifyLevel level, Buffer scratch)
    : level_(level),
      scratch_(std::move(scratch)),
      messages_(kFrameChunksMax),
      digests_(kFrameChunksMax),
      sample_state_(unpredictable_seed()) {
  PENSTOCK_CHECK(scratch_.capacity() >= kFrameBytesMax);
}

Result<VerifiedBlock> Verifier::verify(const EncodedBlock& block) {
  const uint64_t start_ns = thread_cpu_ns();
  Result<VerifiedBlock> result = checked(block);
  ++counters_.frames;
  if (!result) ++counters_.mismatches;
  counters_.nanoseconds += thread_cpu_ns() - start_ns;
  return result;
}

bool Verifier::recompute(std::span<const Bytes> messages, std::span<Digest> digests) {
  PENSTOCK_CHECK(messages.size() == digests.size() && messages.size() <= digests_.size());
  const uint64_t start_ns = thread_cpu_ns();
  const auto own = std::span(digests_).first(messages.size());
  sha256_path().digest(messages, own);
  const bool right = std::ranges::equal(own, digests);
  std::ranges::copy(own, digests.begin());
  for (const Bytes message : messages) counters_.bytes_digested += message.size();
  counters_.mismatches += right ? 0 : 1;
  counters_.nanoseconds += thread_cpu_ns() - start_ns;
  return right;
}

Result<VerifiedBlock> Verifier::checked(const EncodedBlock& block) {
  const bool in_full = selected();
  PENSTOCK_TRY(check_lengths(block));
  if (in_full && !block.digests_from_cpu) PENSTOCK_TRY(check_digests(block));
  if (in_full || level_.kind == VerifyLevel::Kind::payload) PENSTOCK_TRY(check_payload(block));
  return verified(block);
}

VerifiedBlock Verifier::verified(const EncodedBlock& block) {
  VerifiedBlock verified;
  verified.codec_ = block.codec;
  verified.raw_length_ = static_cast<uint32_t>(block.raw.size());
  verified.entries_ = block.entries;
  verified.payload_ = block.payload;
  return verified;
}

Result<VerifiedBlock> Verifier::verify_cross(const EncodedBlock& block, const CrossAnswer& answer) {
  const uint64_t start_ns = thread_cpu_ns();
  Status agreed = check_lengths(block);
  if (agreed) agreed = check_answer(block, answer);
  counters_.nanoseconds += thread_cpu_ns() - start_ns;
  if (!agreed) return Failure(std::move(agreed).error());
  ++counters_.frames;
  ++counters_.frames_crossed;
  return verified(block);
}

Status Verifier::check_answer(const EncodedBlock& block, const CrossAnswer& answer) const {
  if (!block.digests_from_cpu && !std::ranges::equal(block.entries, answer.digests, {}, &BlockEntry::digest))
    return mismatch(block, "another device makes other digests of it");
  const Bytes decoded = block.codec == CodecId::stored ? block.payload : answer.decoded;
  if (!std::ranges::equal(decoded, block.raw))
    return mismatch(block, "its payload decodes to other bytes on another device");
  return {};
}

bool Verifier::decodes_to(const EncodedBlock& block, Bytes decoded) {
  const uint64_t start_ns = thread_cpu_ns();
  const MutableBytes scratch =
      scratch_.bytes().first(std::min<size_t>(block.raw.size(), scratch_.capacity()));
  const bool same =
      decoder_.decode(block.codec, block.payload, scratch) && std::ranges::equal(scratch, decoded);
  counters_.bytes_decoded += scratch.size();
  counters_.nanoseconds += thread_cpu_ns() - start_ns;
  return same;
}

bool Verifier::selected() {
  switch (level_.kind) {
    case VerifyLevel::Kind::full:
    case VerifyLevel::Kind::cross:
      return true;
    case VerifyLevel::Kind::payload:
      return false;
    case VerifyLevel::Kind::sample:
      break;
  }
  constexpr double kToUnitInterval = 0x1p-53;
  return static_cast<double>(next_random(sample_state_) >> 11) * kToUnitInterval < level_.fraction;
}

Status Verifier::check_lengths(const EncodedBlock& block) const {
  if (block.raw.size() > kFrameBytesMax) return mismatch(block, "is larger than a frame may be");
  if (block.entries.empty() || block.entries.size() > kFrameChunksMax)
    return mismatch(block,
                    "holds " + std::to_string(block.entries.size()) + " chunks, 1 to 4096 are allowed");
  uint64_t total = 0;
  for (const BlockEntry& entry : block.entries) total += entry.length;
  if (total != block.raw.size())
    return mismatch(block, "its chunks' lengths add up to " + std::to_string(total) + " bytes");
  if (block.payload.size() > kFrameBytesMax)
    return mismatch(block, "its payload is larger than a frame may be");
  if (!codec_id(static_cast<uint16_t>(block.codec))) return mismatch(block, "its codec is not known");
  if (block.codec == CodecId::stored && block.payload.size() != block.raw.size())
    return mismatch(block,
                    "it is stored as it is, but in " + std::to_string(block.payload.size()) + " bytes");
  return {};
}

Status Verifier::check_digests(const EncodedBlock& block) {
  const size_t count = block.entries.size();
  size_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    messages_[i] = block.raw.subspan(offset, block.entries[i].length);
    offset += block.entries[i].length;
  }
  sha256_path().digest(std::span(messages_).first(count), std::span(digests_).first(count));
  counters_.bytes_digested += block.raw.size();
  for (size_t i = 0; i < count; ++i) {
    if (digests_[i] == block.entries[i].digest) continue;
    return mismatch(block, "chunk " + std::to_string(i) + " has the digest " + digests_[i].hex() + ", not " +
                               block.entries[i].digest.hex());
  }
  return {};
}

Status Verifier::check_payload(const EncodedBlock& block) {
  Bytes decoded = block.payload;
  if (block.codec != CodecId::stored) {
    const MutableBytes scratch = scratch_.bytes().first(block.raw.size());
    if (!decoder_.decode(block.codec, block.payload, scratch))
      return mismatch(block, "its " + std::string(codec_name(block.codec)) + " payload does not decode");
    counters_.bytes_decoded += scratch.size();
    decoded = scratch;
  }
  // A stored payload is often the raw bytes themselves: there is nothing to compare.
  if (decoded.data() == block.raw.data() || decoded.empty()) return {};
  if (std::memcmp(decoded.data(), block.raw.data(), block.raw.size()) != 0)
    return mismatch(block, "its payload decodes to other bytes");
  return {};
}

}  // namespace penstock
