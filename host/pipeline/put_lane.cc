// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put_lane.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {
namespace {

constexpr unsigned kEmptyPollsMax = 64;
constexpr auto kPause = std::chrono::microseconds(50);

}  // namespace

Status PutCourse::goes_on() const {
  if (options.stop == nullptr || !*options.stop) return {};
  return fail(Errc::failed, "put", "was told to end; nothing of it is committed", "put again");
}

PutLane::PutLane(PutCourse& course, std::unique_ptr<QueuePair> queue_pair, BufferPool& buffers,
                 unsigned batches)
    : course_(&course),
      capabilities_(&course.dispatcher.capabilities()),
      queue_pair_(std::move(queue_pair)),
      batches_(batches),
      finished_(batches),
      cross_(course.dispatcher, course.options.verify),
      whole_files_(course.options),
      verifier_(course.options.verify, buffers.acquire()),
      clock_(times_) {
  for (Batch& batch : batches_) {
    batch.output = buffers.acquire();
    batch.chunks.reserve(kFrameChunksMax);
    batch.digests.reserve(kFrameChunksMax);
    batch.claims.reserve(kFrameChunksMax);
    batch.entries.reserve(kFrameChunksMax);
    batch.job.cookie = static_cast<uint64_t>(&batch - batches_.data());
    batch.job.input_buffer = &batch.input;
    batch.job.output_buffer = &batch.output;
    if (!cross_.possible()) continue;
    batch.decoded = buffers.acquire();
    batch.digests_again.reserve(kFrameChunksMax);
    batch.check.cookie = batch.job.cookie;
    batch.check.output_buffer = &batch.decoded;
  }
}

Status PutLane::run() {
  Status status = work();
  if (!status) {
    course_->stopped = true;
    course_->order.stop();
    course_->source.stop();
    if (course_->checkpoints != nullptr) course_->checkpoints->stop();
  }
  if (course_->checkpoints != nullptr) course_->checkpoints->leave();
  drain();
  return status;
}

Status PutLane::work() {
  while (!course_->stopped) {
    PENSTOCK_TRY(course_->goes_on());
    if (active_ == 0 && course_->checkpoints != nullptr) {
      PENSTOCK_TRY(course_->checkpoints->pass());
      clock_.lap(Stage::append);
    }
    Batch* idle = may_begin() ? idle_batch() : nullptr;
    bool started = false;
    if (idle != nullptr) {
      PENSTOCK_TRY_ASSIGN(started, start_batch(*idle));
    }
    submit_ready();
    if (active_ == 0) {
      if (source_ended_) return {};
      continue;
    }
    // With room left and a source that may give more, the device is fed before it is waited for.
    if (started && idle_batch() != nullptr && !capabilities_->is_cpu) continue;
    PENSTOCK_TRY(poll_device());
  }
  return {};
}

bool PutLane::may_begin() const {
  return !source_ended_ && (course_->checkpoints == nullptr || !course_->checkpoints->due());
}

Batch* PutLane::idle_batch() {
  const auto found = std::find_if(batches_.begin(), batches_.end(),
                                  [](const Batch& batch) { return batch.state == Batch::State::idle; });
  return found == batches_.end() ? nullptr : &*found;
}

// True if a batch was started. Waits for its turn only when this lane has nothing else to do.
Result<bool> PutLane::start_batch(Batch& batch) {
  std::unique_lock lock(course_->source_mutex, std::defer_lock);
  if (active_ == 0) {
    if (!lock.try_lock()) {
      clock_.lap(Stage::stall_source);
      course_->source.read_ahead(clock_);
      lock.lock();
    }
  } else if (!lock.try_lock()) {
    return false;
  }
  if (active_ > 0 && !course_->order.has_room(course_->next_sequence)) return false;
  clock_.lap(Stage::stall_source);
  if (!course_->order.wait_for_room(course_->next_sequence)) {
    source_ended_ = true;
    return false;
  }
  clock_.lap(Stage::stall_order);
  if (!course_->source_ended) {
    PENSTOCK_TRY_ASSIGN(const auto fill, course_->source.fill(batch, clock_, active_ == 0));
    if (fill == BatchSource::Fill::nothing) return false;
    course_->source_ended = fill == BatchSource::Fill::ended;
    if (!course_->source_ended) batch.outline.sequence = course_->next_sequence++;
  }
  source_ended_ = course_->source_ended;
  if (source_ended_) return false;
  lock.unlock();

  ++active_;
  whole_files_.read(batch, clock_);
  if (!batch.chunks.empty()) {
    prepare_digest(batch);
    return true;
  }
  PENSTOCK_TRY(deliver_outline(batch));
  retire(batch);
  return true;
}

// What lies behind the last chunk is no concern of a device, which may copy all of its input.
void PutLane::prepare_digest(Batch& batch) {
  const PutOptions& options = course_->options;
  batch.begin = 0;
  batch.bytes = batch.chunks.back().offset + batch.chunks.back().length;
  batch.digests.resize(batch.chunks.size());
  batch.digests_again.clear();
  batch.job.cpu_only = false;
  if (course_->fusion.fused()) {
    batch.ask_fused(options.codec, options.codec_any);
    if (course_->dispatcher.serves(batch.job)) {
      counters_.bytes_moved += batch.close_gaps(input_alignment());
      return batch.ask_fused(options.codec, options.codec_any);
    }
  }
  batch.ask_digest();
}

void PutLane::submit_ready() {
  for (Batch& batch : batches_) {
    if (batch.state != Batch::State::ready) continue;
    Job* job = &batch.current_job();
    job->generation = queue_pair_->generation();
    job->status = JobStatus::pending;
    if (queue_pair_->submit({&job, 1}) == 0) return;
    batch.state = Batch::State::in_flight;
  }
}

Stage PutLane::made_by(const Batch& batch) {
  return batch.job.operation == Operation::digest ? Stage::digest : Stage::encode;
}

uint32_t PutLane::input_alignment() const {
  return std::max(1u, capabilities_->input_alignment);
}

// A device that has nothing for long is looked at less often: the lane's core may have other work.
void PutLane::wait_a_little() {
  if (++empty_polls_ < kEmptyPollsMax) {
    std::this_thread::yield();
  } else {
    std::this_thread::sleep_for(kPause);
  }
}

Status PutLane::poll_device() {
  const size_t count = queue_pair_->poll(finished_);
  if (count == 0) {
    wait_a_little();
    clock_.lap(Stage::stall_order);
    return {};
  }
  empty_polls_ = 0;
  PENSTOCK_TRY(course_->distrust.provable());
  for (size_t i = 0; i < count; ++i) {
    Batch& batch = batches_[finished_[i]->cookie];
    clock_.lap(batch.checking() ? Stage::verify : made_by(batch));
    PENSTOCK_TRY(returned(batch));
  }
  return {};
}

Status PutLane::returned(Batch& batch) {
  switch (batch.step) {
    case Batch::Step::digest:
      return digested(batch);
    case Batch::Step::check_digests:
      return digests_checked(batch);
    case Batch::Step::encode:
      return encoded(batch);
    case Batch::Step::check_payload:
      break;
  }
  return payload_checked(batch);
}

// A digest that is found in the store is never seen by verify(), so a device's must hold before they are
// used.
Status PutLane::digested(Batch& batch) {
  const JobStatus status = batch.job.status;
  if (status != JobStatus::done && !(batch.fused() && status == JobStatus::stored))
    return fail(Errc::failed, "device " + capabilities_->name, "could not digest a batch", "report this");
  batch.digests_from_cpu = member_of(batch.job).is_cpu();
  if (batch.digests_from_cpu || trusts_digests()) return look_up(batch);
  if (cross_.ask_digests(batch)) return {};
  if (!recompute_digests(batch)) blame(batch, HealthCause::wrong_digest);
  return look_up(batch);
}

bool PutLane::trusts_digests() const {
  return course_->options.verify.kind == VerifyLevel::Kind::payload && !course_->distrust.begun();
}

Status PutLane::digests_checked(Batch& batch) {
  // The other device was gone: then the host checks, and counts it as its own.
  const bool answered = batch.check.status == JobStatus::done && !member_of(batch.check).is_cpu();
  if (answered && batch.digests_again == batch.digests) return look_up(batch);
  const bool right = recompute_digests(batch);
  if (answered && batch.digests_again != batch.digests) blame_checker(batch, HealthCause::wrong_digest);
  batch.digests_again.clear();
  if (!right) blame(batch, HealthCause::wrong_digest);
  return look_up(batch);
}

// False where the device's were others; the host's own take their place.
bool PutLane::recompute_digests(Batch& batch) {
  messages_.clear();
  for (size_t i = 0; i < batch.chunks.size(); ++i) messages_.push_back(batch.chunk_bytes(i));
  const bool right = verifier_.recompute(messages_, batch.digests);
  batch.digests_from_cpu = true;
  clock_.lap(Stage::verify);
  return right;
}

Status PutLane::look_up(Batch& batch) {
  chunks_seen_ += batch.digests.size();
  batch.claims.assign(batch.digests.size(), Claim::present);
  PENSTOCK_TRY(course_->sink.claim(batch.digests, batch.claims));
  clock_.lap(Stage::look_up);
  PENSTOCK_TRY(deliver_outline(batch));
  const bool unchecked = !batch.digests_from_cpu && batch.digests_again.empty();
  const uint64_t bytes_present = collect_misses(batch);
  const uint64_t bytes = bytes_present + batch.bytes;
  if (!capabilities_->is_cpu) course_->fusion.saw(bytes, batch.bytes);
  if (unchecked && bytes_present > 0) course_->distrust.found_unchecked();
  if (batch.fused()) {
    ++counters_.batches_fused;
    // Of a device whose digests were wrong nothing is used.
    if (bytes_present == 0 && !batch.job.cpu_only) return payload_made(batch);
    counters_.bytes_fused_wasted += bytes;
  }
  if (batch.entries.empty()) {
    retire(batch);
  } else {
    batch.ask_encode(course_->options.codec, course_->options.codec_any);
  }
  return {};
}

const DispatchMember& PutLane::member_of(const Job& job) const {
  return *course_->dispatcher.members()[job.member];
}

// The device is out, and the CPU does the batch.
void PutLane::blame(Batch& batch, HealthCause cause) {
  course_->dispatcher.report_wrong(batch.job.member, cause);
  batch.job.cpu_only = true;
}

// A check was wrong: what it is of stands.
void PutLane::blame_checker(const Batch& batch, HealthCause cause) {
  if (!member_of(batch.check).is_cpu()) course_->dispatcher.report_wrong(batch.check.member, cause);
}

Status PutLane::deliver_outline(Batch& batch) {
  for (size_t i = 0; i < batch.chunks.size(); ++i)
    batch.outline.leaves.push_back(
        {batch.digests[i], batch.chunks[i].length, batch.claims[i] == Claim::yours});
  Status status = course_->order.deliver(batch.outline);
  clock_.lap(Stage::assemble);
  return status;
}

// Lists the chunks that must be appended, and closes the gaps between them, so that they make one frame.
// Returns the bytes of the others.
uint64_t PutLane::collect_misses(Batch& batch) {
  CrossCheck::keep_misses(batch);
  batch.entries.clear();
  uint64_t bytes_present = 0;
  for (size_t i = 0; i < batch.chunks.size(); ++i) {
    const ChunkRef chunk = batch.chunks[i];
    if (batch.claims[i] == Claim::present) {
      bytes_present += chunk.length;
      continue;
    }
    batch.chunks[batch.entries.size()] = chunk;
    batch.entries.push_back({batch.digests[i], Multicodec::raw, chunk.length});
  }
  counters_.bytes_duplicate += bytes_present;
  counters_.chunks_duplicate += batch.chunks.size() - batch.entries.size();
  batch.chunks.resize(batch.entries.size());
  counters_.bytes_moved += batch.close_gaps(input_alignment());
  return bytes_present;
}

Status PutLane::encoded(Batch& batch) {
  const JobStatus status = batch.job.status;
  if (status != JobStatus::done && status != JobStatus::stored)
    return fail(Errc::failed, "device " + capabilities_->name, "could not encode a batch", "report this");
  return payload_made(batch);
}

// By the batch's job, alone or together with the digests.
Status PutLane::payload_made(Batch& batch) {
  if (cross_.possible() && !member_of(batch.job).is_cpu()) {
    // There is nothing to decode in what is stored as it is.
    if (batch.job.status == JobStatus::stored) return payload_checked(batch);
    if (cross_.ask_payload(batch)) return {};
  }
  if (course_->distrust.begun()) verifier_.trust_nothing();
  const EncodedBlock block = encoded_block(batch);
  return finish(batch, block, verifier_.verify(block));
}

// Where the two devices disagree, the CPU says who was wrong, or that both were.
Status PutLane::payload_checked(Batch& batch) {
  const EncodedBlock block = encoded_block(batch);
  const bool checked_by_host = batch.step == Batch::Step::check_payload && member_of(batch.check).is_cpu();
  if (checked_by_host) return finish(batch, block, verifier_.verify(block));
  const CrossAnswer answer = CrossCheck::answer(batch);
  const Result<VerifiedBlock> agreed = verifier_.verify_cross(block, answer);
  if (agreed) return finish(batch, block, agreed);
  if (!answer.decoded.empty() && !verifier_.decodes_to(block, answer.decoded))
    blame_checker(batch, HealthCause::wrong_payload);
  return finish(batch, block, verifier_.verify(block));
}

// What the job made of the misses. A check may have had to leave the buffer that the payload was in. Drivers
// copy outputs, and guards do where a driver does not: no device can write there.
EncodedBlock PutLane::encoded_block(const Batch& batch) const {
  const Job& job = batch.job;
  const bool stored = job.status == JobStatus::stored;
  return {.codec = stored ? CodecId::stored : job.codec,
          .raw = batch.raw(),
          .entries = batch.entries,
          .payload = stored ? batch.raw() : batch.output.bytes().first(job.output_length),
          .digests_from_cpu = batch.digests_from_cpu};
}

Status PutLane::finish(Batch& batch, const EncodedBlock& block, const Result<VerifiedBlock>& verified) {
  clock_.lap(Stage::verify);
  if (!verified && verified.error().code == Errc::corrupt && !member_of(batch.job).is_cpu()) {
    blame(batch, HealthCause::wrong_payload);
    batch.ask_encode(course_->options.codec, course_->options.codec_any);
    return {};
  }
  if (!verified) return Failure(verified.error());
  PENSTOCK_TRY(course_->sink.append(*verified));
  clock_.lap(Stage::append);
  if (course_->options.observe) course_->options.observe(block.raw, block.entries);
  counters_.bytes_unique += block.raw.size();
  counters_.bytes_stored += block.payload.size();
  ++counters_.frames;
  counters_.frames_stored += block.codec == CodecId::stored ? 1 : 0;
  if (course_->options.progress != nullptr) course_->options.progress->bytes_stored += block.payload.size();
  if (course_->checkpoints != nullptr) course_->checkpoints->appended(block.payload.size());
  retire(batch);
  return {};
}

void PutLane::retire(Batch& batch) {
  batch.input = Buffer();
  batch.state = Batch::State::idle;
  PENSTOCK_CHECK(active_ > 0);
  --active_;
  publish();
  course_->source.retired();
}

void PutLane::publish() {
  tally_.publish({.chunks_new = chunks_seen_ - counters_.chunks_duplicate,
                  .chunks_duplicate = counters_.chunks_duplicate,
                  .bytes_duplicate = counters_.bytes_duplicate,
                  .bytes_unique = counters_.bytes_unique,
                  .bytes_stored = counters_.bytes_stored,
                  .frames_compressed = counters_.frames - counters_.frames_stored,
                  .frames_stored = counters_.frames_stored,
                  .bytes_moved = counters_.bytes_moved,
                  .times = times_});
}

// After a failure elsewhere: the device gives back what it has before the buffers go.
void PutLane::drain() {
  queue_pair_.reset();
  for (Batch& batch : batches_) {
    batch.whole_files.clear();
    batch.input = Buffer();
  }
}

}  // namespace penstock
