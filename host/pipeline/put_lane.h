// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "memory/buffer_pool.h"
#include "offload/dispatcher.h"
#include "pipeline/batch.h"
#include "pipeline/batch_source.h"
#include "pipeline/cross_check.h"
#include "pipeline/distrust.h"
#include "pipeline/frame_sink.h"
#include "pipeline/fusion_choice.h"
#include "pipeline/lane_tally.h"
#include "pipeline/put.h"
#include "pipeline/put_checkpoints.h"
#include "pipeline/stage_times.h"
#include "pipeline/stream_order.h"
#include "pipeline/whole_file_reader.h"
#include "verify/verifier.h"

namespace penstock {

// What the lanes of one put share.
struct PutCourse {
  BatchSource& source;
  StreamOrder& order;
  FrameSink& sink;
  const PutOptions& options;
  Dispatcher& dispatcher;
  FusionChoice fusion{};
  PutCheckpoints* checkpoints = nullptr;  // none: lanes do not stand still for any
  Distrust distrust{dispatcher, options.verify};
  std::mutex source_mutex{};   // held by the lane that reads
  uint64_t next_sequence = 0;  // under source_mutex
  bool source_ended = false;   // under source_mutex
  // failed: it was told to end (PutOptions::stop).
  Status goes_on() const;

  std::atomic<bool> stopped{false};  // a lane has failed: the others finish what is with the device, and end
};

// One thread's way of a put: it takes its turn at the source, has the batch digested, claims its chunks,
// hands its outline to the tree, has the misses encoded, verifies and appends them. Where nearly all was
// missing of late, a device digests and encodes in one job. It owns a queue pair and
// keeps up to `batches` in flight there; back-pressure anywhere (queue, sink, order) keeps it from reading.
class PutLane {
 public:
  // `buffers`: of kFrameBytesMax each; batches + 1 are taken, and batches more where devices check each
  // other.
  PutLane(PutCourse& course, std::unique_ptr<QueuePair> queue_pair, BufferPool& buffers, unsigned batches);

  // Until the source has ended or the course has stopped.
  Status run();

  // Any thread, while it runs.
  LaneFigures figures() const { return tally_.read(); }

  const StageTimes& times() const { return times_; }
  const PutCounters& counters() const { return counters_; }
  const PutCounters& whole_file_counters() const { return whole_files_.counters(); }
  const VerifyCounters& verify_counters() const { return verifier_.counters(); }

 private:
  Status work();
  bool may_begin() const;
  Result<bool> start_batch(Batch& batch);
  Batch* idle_batch();
  void submit_ready();
  Status poll_device();
  void wait_a_little();
  Status returned(Batch& batch);
  void retire(Batch& batch);
  void publish();
  void drain();

  void prepare_digest(Batch& batch);
  Status digested(Batch& batch);
  Status digests_checked(Batch& batch);
  bool recompute_digests(Batch& batch);
  bool trusts_digests() const;
  Status look_up(Batch& batch);
  Status deliver_outline(Batch& batch);
  uint64_t collect_misses(Batch& batch);

  Status encoded(Batch& batch);
  Status payload_made(Batch& batch);
  Status payload_checked(Batch& batch);
  EncodedBlock encoded_block(const Batch& batch) const;
  Status finish(Batch& batch, const EncodedBlock& block, const Result<VerifiedBlock>& verified);

  void blame(Batch& batch, HealthCause cause);
  void blame_checker(const Batch& batch, HealthCause cause);
  const DispatchMember& member_of(const Job& job) const;
  uint32_t input_alignment() const;
  static Stage made_by(const Batch& batch);

  PutCourse* course_;
  const Capabilities* capabilities_;  // of all devices together
  std::unique_ptr<QueuePair> queue_pair_;
  std::vector<Batch> batches_;
  std::vector<Job*> finished_;
  std::vector<Bytes> messages_;  // recompute_digests: the chunks
  CrossCheck cross_;
  WholeFileReader whole_files_;
  Verifier verifier_;
  bool source_ended_ = false;
  unsigned active_ = 0;       // batches that are not idle
  unsigned empty_polls_ = 0;  // one behind the other
  StageTimes times_;
  StageClock clock_;
  PutCounters counters_;
  uint64_t chunks_seen_ = 0;
  LaneTally tally_;
};

}  // namespace penstock
