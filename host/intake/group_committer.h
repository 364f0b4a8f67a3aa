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
#include "intake/upload_door.h"
#include "pipeline/block_packer.h"
#include "pipeline/commit_chain.h"
#include "pipeline/committing.h"
#include "pipeline/put_lane.h"
#include "store/store.h"

namespace penstock {

// Commits what uploads have finished, all that there is at a time: each has a commit of its own, and they
// share one sync. Meanwhile lanes hold still, workers go on. A thread of its own.
class GroupCommitter {
 public:
  // What outlives it, and how it tells.
  struct Parts {
    Store& store;
    ArrivalQueue& queue;
    BlockPacker& packer;
    PutCourse& course;
    std::string host;                                // for the commits
    std::function<void(UploadNews::Ended)> deliver;  // an upload's commit is durable
    std::function<void(const Error&)> failed;        // nothing more can be committed
  };

  explicit GroupCommitter(Parts parts)
      : parts_(std::move(parts)), chain_(parts_.store), stored_seen_(parts_.store.bytes_written()) {}
  ~GroupCommitter();

  void start();
  // Any thread.
  void add(FinishedUpload upload);
  // Commits what has been added, and ends.
  void finish();

  uint64_t groups() const { return groups_.load(std::memory_order_relaxed); }
  uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool wait_for_group();
  Status commit_held(std::vector<FinishedUpload>& group);
  Commit describe(const FinishedUpload& upload, uint64_t new_leaf_bytes, const PutCounters& shared) const;
  PutCounters take_shared_counters();

  Parts parts_;
  CommitChain chain_;
  std::chrono::steady_clock::duration last_took_{};
  uint64_t nodes_seen_ = 0;
  uint64_t node_bytes_seen_ = 0;
  uint64_t stored_seen_;
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> commits_{0};

  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<FinishedUpload> finished_;
  std::vector<Cid> cids_;
  bool finishing_ = false;
  std::thread thread_;
};

}  // namespace penstock
