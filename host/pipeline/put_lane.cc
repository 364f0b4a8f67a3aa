// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put_lane.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {
namespace {

// The driver of a device that does not share host memory has copied the output out of what the device sees.
bool none_writes_host_memory(const Dispatcher& dispatcher) {
  return std::ranges::none_of(dispatcher.members(), [](const auto& member) {
    return !member->is_cpu() && member->capabilities().shares_host_memory;
  });
}

}  // namespace

PutLane::PutLane(PutCourse& course, std::unique_ptr<QueuePair> queue_pair, BufferPool& buffers,
                 unsigned batches)
    : course_(&course),
      capabilities_(&course.dispatcher.capabilities()),
      queue_pair_(std::move(queue_pair)),
      batches_(batches),
      finished_(batches),
      outputs_private_(none_writes_host_memory(course.dispatcher)),
      whole_files_(course.options),
      verifier_(course.options.verify, buffers.acquire(), buffers.acquire()),
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
  }
}

Status PutLane::run() {
  Status status = work();
  if (!status) {
    course_->stopped = true;
    course_->order.stop();
  }
  drain();
  return status;
}

Status PutLane::work() {
  while (!course_->stopped) {
    Batch* idle = source_ended_ ? nullptr : idle_batch();
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
      course_->filler.read_ahead(clock_);
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
    PENSTOCK_TRY_ASSIGN(const bool filled, course_->filler.fill(batch, clock_));
    course_->source_ended = !filled;
    if (filled) batch.outline.sequence = course_->next_sequence++;
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
  batch.begin = 0;
  batch.bytes = batch.chunks.back().offset + batch.chunks.back().length;
  batch.digests.resize(batch.chunks.size());
  Job& job = batch.job;
  job.operation = Operation::digest;
  job.input = batch.raw();
  job.chunks = batch.chunks;
  job.output = {};
  job.digests = batch.digests;
  job.cpu_only = false;
  batch.state = Batch::State::digest_ready;
}

void PutLane::submit_ready() {
  for (Batch& batch : batches_) {
    const bool digest = batch.state == Batch::State::digest_ready;
    if (!digest && batch.state != Batch::State::encode_ready) continue;
    Job* job = &batch.job;
    job->generation = queue_pair_->generation();
    job->status = JobStatus::pending;
    if (queue_pair_->submit({&job, 1}) == 0) return;
    batch.state = digest ? Batch::State::digesting : Batch::State::encoding;
  }
}

Status PutLane::poll_device() {
  const size_t count = queue_pair_->poll(finished_);
  if (count == 0) {
    std::this_thread::yield();
    clock_.lap(Stage::stall_order);
    return {};
  }
  for (size_t i = 0; i < count; ++i) {
    Batch& batch = batches_[finished_[i]->cookie];
    const bool digest = batch.state == Batch::State::digesting;
    clock_.lap(digest ? Stage::digest : Stage::encode);
    PENSTOCK_TRY(digest ? digested(batch) : encoded(batch));
  }
  return {};
}

Status PutLane::digested(Batch& batch) {
  if (batch.job.status != JobStatus::done)
    return fail(Errc::failed, "device " + capabilities_->name, "could not digest a batch", "report this");
  PENSTOCK_TRY(check_digests(batch));
  batch.claims.assign(batch.digests.size(), Claim::present);
  PENSTOCK_TRY(course_->sink.claim(batch.digests, batch.claims));
  clock_.lap(Stage::look_up);
  PENSTOCK_TRY(deliver_outline(batch));
  collect_misses(batch);
  if (batch.entries.empty()) {
    retire(batch);
    return {};
  }
  prepare_encode(batch);
  return {};
}

const DispatchMember& PutLane::member_of(const Job& job) const {
  return *course_->dispatcher.members()[job.member];
}

// The device is out, and the CPU does the batch. Where not everything of the device's was checked, what it
// did before may be wrong too, and is in the store: the put has to end.
Status PutLane::blame(Batch& batch, HealthCause cause) {
  course_->dispatcher.report_wrong(batch.job.member, cause);
  batch.job.cpu_only = true;
  const VerifyLevel::Kind level = course_->options.verify.kind;
  if (level == VerifyLevel::Kind::full || level == VerifyLevel::Kind::cross) return {};
  return fail(Errc::corrupt, "device " + member_of(batch.job).capabilities().name,
              std::string(health_cause_text(cause)) + ", and --verify " +
                  verify_level_text(course_->options.verify) + " left others unchecked: nothing is committed",
              "put again with --verify full, or without the device");
}

// A digest that is found in the store is never seen by verify(), so a device's must hold before they are
// used. The host's own take the place of wrong ones.
Status PutLane::check_digests(Batch& batch) {
  if (member_of(batch.job).is_cpu() || course_->options.verify.kind == VerifyLevel::Kind::payload) return {};
  messages_.clear();
  for (size_t i = 0; i < batch.chunks.size(); ++i) messages_.push_back(batch.chunk_bytes(i));
  const bool right = verifier_.recompute(messages_, batch.digests);
  clock_.lap(Stage::verify);
  return right ? Status() : blame(batch, HealthCause::wrong_digest);
}

Status PutLane::deliver_outline(Batch& batch) {
  for (size_t i = 0; i < batch.chunks.size(); ++i)
    batch.outline.leaves.push_back({batch.digests[i], batch.chunks[i].length});
  Status status = course_->order.deliver(batch.outline);
  clock_.lap(Stage::assemble);
  return status;
}

// Lists the chunks that must be appended, and closes the gaps between them, so that they make one frame.
void PutLane::collect_misses(Batch& batch) {
  batch.entries.clear();
  for (size_t i = 0; i < batch.chunks.size(); ++i) {
    const ChunkRef chunk = batch.chunks[i];
    if (batch.claims[i] == Claim::present) {
      counters_.bytes_duplicate += chunk.length;
      ++counters_.chunks_duplicate;
      continue;
    }
    batch.chunks[batch.entries.size()] = chunk;
    batch.entries.push_back({batch.digests[i], Multicodec::raw, chunk.length});
  }
  batch.chunks.resize(batch.entries.size());
  counters_.bytes_moved += batch.close_gaps(std::max(1u, capabilities_->input_alignment));
}

void PutLane::prepare_encode(Batch& batch) {
  Job& job = batch.job;
  job.operation = Operation::encode;
  job.codec = course_->options.codec.id;
  job.codec_level = course_->options.codec.level;
  job.any_codec = course_->options.codec_any;
  job.input = batch.raw();
  job.chunks = batch.chunks;
  job.output = batch.output.bytes();
  job.digests = {};
  batch.state = Batch::State::encode_ready;
}

Status PutLane::encoded(Batch& batch) {
  const Job& job = batch.job;
  if (job.status != JobStatus::done && job.status != JobStatus::stored)
    return fail(Errc::failed, "device " + capabilities_->name, "could not encode a batch", "report this");
  const bool stored = job.status == JobStatus::stored;
  const bool by_cpu = member_of(job).is_cpu();
  const EncodedBlock block{.codec = stored ? CodecId::stored : job.codec,
                           .raw = batch.raw(),
                           .entries = batch.entries,
                           .payload = stored ? batch.raw() : job.output.first(job.output_length),
                           .digests_from_cpu = true,
                           .payload_in_host_memory = stored || outputs_private_};
  const Result<VerifiedBlock> verified = verifier_.verify(block);
  clock_.lap(Stage::verify);
  if (!verified && !by_cpu && verified.error().code == Errc::corrupt) {
    PENSTOCK_TRY(blame(batch, HealthCause::wrong_payload));
    prepare_encode(batch);
    return {};
  }
  if (!verified) return Failure(verified.error());
  PENSTOCK_TRY(course_->sink.append(*verified));
  clock_.lap(Stage::append);
  if (course_->options.observe) course_->options.observe(block.raw, block.entries);
  counters_.bytes_unique += block.raw.size();
  counters_.bytes_stored += block.payload.size();
  ++counters_.frames;
  counters_.frames_stored += stored ? 1 : 0;
  if (course_->options.progress != nullptr) course_->options.progress->bytes_stored += block.payload.size();
  retire(batch);
  return {};
}

void PutLane::retire(Batch& batch) {
  batch.input = Buffer();
  batch.state = Batch::State::idle;
  PENSTOCK_CHECK(active_ > 0);
  --active_;
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
