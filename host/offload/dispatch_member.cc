// SPDX-License-Identifier: Apache-2.0
#include "offload/dispatch_member.h"

#include <algorithm>

#include "offload/job_check.h"

namespace penstock {
namespace {

// What a device is taken to do before it was seen to: slow, so that its deadlines are long.
constexpr uint64_t kAssumedPicosecondsPerByte = 20'000;  // 50 MB/s
constexpr uint64_t kPicosecondsPerNanosecond = 1000;
constexpr uint64_t kSmoothing = 8;  // jobs that the rate is an average of, or so
// A job costs something however small it is, and a device that once was slow is not so for ever: with these
// limits no product of rate and bytes overflows below 16 TiB.
constexpr uint64_t kBytesMin = 64 << 10;
constexpr uint64_t kPicosecondsPerByteMax = 1'000'000;  // 1 MB/s

}  // namespace

CodecId DispatchMember::codec_for(const Job& job) const noexcept {
  const std::vector<CodecId>& codecs = capabilities().codecs;
  if (!job.any_codec || job.operation == Operation::decode || capabilities().offers(job.codec))
    return job.codec;
  const auto own = std::ranges::find_if(codecs, [](CodecId codec) { return codec != CodecId::stored; });
  return own == codecs.end() ? job.codec : *own;
}

bool DispatchMember::supports(const Job& job) const noexcept {
  const Capabilities& can = capabilities();
  return can.offers(job.operation) && job.input.size() <= can.input_bytes_max &&
         job.chunks.size() <= can.chunks_max && (!wants_digests(job.operation) || can.offers(job.hash)) &&
         (job.operation == Operation::digest || can.offers(codec_for(job)));
}

void DispatchMember::set_left_out_because(const Error& error) {
  std::call_once(left_out_, [&] { left_out_because_ = error; });
}

void DispatchMember::count(const QueuePairCounters& counted) noexcept {
  counters_.stale.fetch_add(counted.stale, std::memory_order_relaxed);
  counters_.bytes_copied.fetch_add(counted.bytes_copied, std::memory_order_relaxed);
}

void DispatchMember::measure(Operation operation, uint64_t bytes, uint64_t begun_ns,
                             uint64_t now_ns) noexcept {
  // It worked on this one since it had it, or since it ended the one before.
  const uint64_t before = last_end_ns_.exchange(now_ns, std::memory_order_relaxed);
  const uint64_t begin = std::max(begun_ns, std::min(before, now_ns));
  const uint64_t took = std::max<uint64_t>(now_ns - begin, 1);
  counters_.nanoseconds.fetch_add(took, std::memory_order_relaxed);
  counters_.bytes_timed.fetch_add(bytes, std::memory_order_relaxed);
  if (bytes == 0) return;
  std::atomic<uint64_t>& rate = rates_[static_cast<size_t>(operation)];
  const uint64_t counted = std::max(bytes, kBytesMin);
  const uint64_t longest = counted * (kPicosecondsPerByteMax / kPicosecondsPerNanosecond);
  const uint64_t seen = std::max<uint64_t>(std::min(took, longest) * kPicosecondsPerNanosecond / counted, 1);
  const uint64_t known = rate.load(std::memory_order_relaxed);
  const uint64_t smoothed = known == 0 ? seen : (known * (kSmoothing - 1) + seen) / kSmoothing;
  rate.store(std::max<uint64_t>(smoothed, 1), std::memory_order_relaxed);
}

uint64_t DispatchMember::nanoseconds_for(Operation operation, uint64_t bytes) const noexcept {
  const uint64_t known = rates_[static_cast<size_t>(operation)].load(std::memory_order_relaxed);
  const uint64_t rate = known == 0 ? kAssumedPicosecondsPerByte : known;
  return std::max(bytes, kBytesMin) * rate / kPicosecondsPerNanosecond;
}

uint64_t DispatchMember::nanoseconds_until_done(Operation operation, uint64_t bytes) const noexcept {
  const uint64_t ahead = nanoseconds_ahead();
  const bool unknown = rates_[static_cast<size_t>(operation)].load(std::memory_order_relaxed) == 0;
  return ahead == 0 && unknown ? 0 : ahead + nanoseconds_for(operation, bytes);
}

}  // namespace penstock
