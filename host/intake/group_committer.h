// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "intake/arrival_queue.h"
#include "intake/finished_upload.h"
#include "intake/partial_uploads.h"
#include "intake/upload_assembler.h"
#include "intake/upload_door.h"
#include "pipeline/block_packer.h"
#include "pipeline/commit_chain.h"
#include "pipeline/committing.h"
#include "pipeline/put_lane.h"
#include "store/store.h"

namespace penstock {

// Commits what uploads have finished, all that there is at a time: each has a commit of its own, and they
// share one sync. Meanwhile lanes hold still, workers go on. What partial uploads have come to by then is
// durable as well, and their journals are told so; where that is due, a checkpoint is made for it alone. A
// thread of its own.
class GroupCommitter {
 public:
  // What outlives it, and how it tells.
  struct Parts {
    Store& store;
    ArrivalQueue& queue;
    BlockPacker& packer;
    PutCourse& course;
    UploadAssembler& assembler;
    PartialUploads* partials;                        // null: none
    std::string host;                                // for the commits
    std::function<void(UploadNews::Ended)> deliver;  // an upload's commit is durable
    std::function<void(UploadNews::Suspended)> suspended;
    std::function<void(const Error&)> failed;  // nothing more can be committed
  };

  explicit GroupCommitter(Parts parts)
      : parts_(std::move(parts)), chain_(parts_.store), stored_seen_(parts_.store.bytes_written()) {}
  ~GroupCommitter();

  void start();
  // Any thread.
  void add(FinishedUpload upload);
  // Journals want to be written. Any thread.
  void want_point(UploadAssembler::Urgency urgency);
  // Commits what has been added, and ends.
  void finish();

  uint64_t groups() const { return groups_.load(std::memory_order_relaxed); }
  uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;

  // What is made durable at once.
  struct Group {
    std::vector<FinishedUpload> uploads;
    std::vector<UploadPoint> points;
  };

  void run();
  bool wait_for_group();
  Result<bool> commit_next(Group& group);
  Status commit_held(Group& group);
  void take_finished(std::vector<FinishedUpload>& uploads);
  void tell(Group& group);
  Commit describe(const FinishedUpload& upload, uint64_t new_leaf_bytes, const PutCounters& shared) const;
  PutCounters take_shared_counters();

  Parts parts_;
  CommitChain chain_;
  Clock::duration last_took_{};
  Clock::time_point next_point_{};  // none before that, for who only has come far
  uint64_t nodes_seen_ = 0;
  uint64_t node_bytes_seen_ = 0;
  uint64_t stored_seen_;
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> commits_{0};

  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<FinishedUpload> finished_;
  std::vector<Cid> cids_;
  bool point_wanted_ = false;
  bool point_urgent_ = false;
  bool finishing_ = false;
  std::thread thread_;
};

}  // namespace penstock
