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
#include "pipeline/batch_filler.h"
#include "pipeline/frame_sink.h"
#include "pipeline/put.h"
#include "pipeline/stage_times.h"
#include "pipeline/stream_order.h"
#include "pipeline/whole_file_reader.h"
#include "verify/verifier.h"

namespace penstock {

// What the lanes of one put share.
struct PutCourse {
  BatchFiller& filler;
  StreamOrder& order;
  FrameSink& sink;
  const PutOptions& options;
  Dispatcher& dispatcher;
  std::mutex source_mutex{};         // held by the lane that reads
  uint64_t next_sequence = 0;        // under source_mutex
  bool source_ended = false;         // under source_mutex
  std::atomic<bool> stopped{false};  // a lane has failed: the others finish what is with the device, and end
};

// One thread's way of a put: it takes its turn at the source, has the batch digested, claims its chunks,
// hands its outline to the tree, has the misses encoded, verifies and appends them. It owns a queue pair and
// keeps up to `batches` in flight there; back-pressure anywhere (queue, sink, order) keeps it from reading.
class PutLane {
 public:
  // `buffers`: of kFrameBytesMax each; batches + 2 are taken.
  PutLane(PutCourse& course, std::unique_ptr<QueuePair> queue_pair, BufferPool& buffers, unsigned batches);

  // Until the source has ended or the course has stopped.
  Status run();

  const StageTimes& times() const { return times_; }
  const PutCounters& counters() const { return counters_; }
  const PutCounters& whole_file_counters() const { return whole_files_.counters(); }
  const VerifyCounters& verify_counters() const { return verifier_.counters(); }

 private:
  Status work();
  Result<bool> start_batch(Batch& batch);
  Batch* idle_batch();
  void submit_ready();
  Status poll_device();
  Status digested(Batch& batch);
  void prepare_digest(Batch& batch);
  Status check_digests(Batch& batch);
  const DispatchMember& member_of(const Job& job) const;
  Status blame(Batch& batch, HealthCause cause);
  Status deliver_outline(Batch& batch);
  void collect_misses(Batch& batch);
  void prepare_encode(Batch& batch);
  Status encoded(Batch& batch);
  void retire(Batch& batch);
  void drain();

  PutCourse* course_;
  const Capabilities* capabilities_;  // of all devices together
  std::unique_ptr<QueuePair> queue_pair_;
  std::vector<Batch> batches_;
  std::vector<Job*> finished_;
  std::vector<Bytes> messages_;  // check_digests: what is digested again
  bool outputs_private_;         // no device can write to an output once it has given it back
  WholeFileReader whole_files_;
  Verifier verifier_;
  bool source_ended_ = false;
  unsigned active_ = 0;  // batches that are not idle
  StageTimes times_;
  StageClock clock_;
  PutCounters counters_;
};

}  // namespace penstock
