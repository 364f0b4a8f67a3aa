// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "intake/arrival_queue.h"
#include "intake/feed_tally.h"
#include "intake/group_committer.h"
#include "intake/partial_uploads.h"
#include "intake/upload_assembler.h"
#include "intake/upload_feed.h"
#include "offload/dispatcher.h"
#include "pipeline/frame_sink.h"
#include "pipeline/lane_tally.h"
#include "pipeline/put_lane.h"
#include "pipeline/put_pools.h"
#include "store/store.h"

namespace penstock {

struct IntakeOptions {
  PutOptions put;
  std::string host;           // for the commits
  size_t workers_max = 1;     // that may open a feed
  UploadFeed::Limits limits;  // of each
  // Of uploads that can be gone on with; chunker and layout are those of `put`. None: there are no such.
  std::optional<PartialUploads::Options> partials{};
  std::function<void(const Error&)> report{};  // of their journals; any thread
};

struct IntakeCounters {
  uint64_t commits = 0;
  uint64_t groups = 0;  // of commits, each synced once
  // Of uploads' bodies, in bytes; what each is stands in FeedTally.
  uint64_t bytes_taken = 0;
  uint64_t bytes_windowed = 0;
  uint64_t bytes_shifted = 0;
  uint64_t bytes_placed = 0;
  uint64_t bytes_zero = 0;
  uint64_t bytes_known = 0;
  LaneFigures lanes{};  // of all
};

// Takes uploads from many senders at once into a store: workers cut what arrives, lanes digest, claim,
// encode, verify and append it as a put's do, and each upload that has ended is committed. For as long as the
// server runs; memory is taken at the beginning. When the store or all devices have failed it stays failed.
class Intake {
 public:
  // All outlive it. failed: no memory for a single lane.
  static Result<std::unique_ptr<Intake>> create(Store& store, Dispatcher& dispatcher, IntakeOptions options);
  ~Intake();

  // Any thread; workers_max times at most. The feed is destroyed before the intake. `wake`: any thread calls
  // it when the feed's poll() has news.
  std::unique_ptr<UploadFeed> open_feed(std::function<void()> wake);

  // Lanes and committer begin, on threads of their own.
  void run();
  // Feeds are given nothing more: what has ended is committed, what has not comes to nothing.
  void finish();

  // Why nothing more is taken.
  std::optional<Error> error() const;
  IntakeCounters counters() const;
  // Null: no upload can be gone on with.
  PartialUploads* partials() const { return partials_.get(); }

 private:
  Intake(Store& store, Dispatcher& dispatcher, IntakeOptions options);

  Status prepare();
  void close_feed(uint16_t number);
  void fail(const Error& error);
  void deliver(UploadNews::Ended ended);
  void deliver(UploadNews::Suspended suspended);
  void deliver(LoadedUpload loaded);
  void deliver_wanted(uint64_t stream);
  UploadFeed* feed_of(uint64_t upload) const;
  Result<bool> has_leaf(const Leaf& leaf);

  Store* store_;
  Dispatcher* dispatcher_;
  IntakeOptions options_;
  MemoryPlan plan_;
  PutPools pools_;
  StoreFrameSink sink_;
  std::unique_ptr<StoreReader> leaf_reader_;  // the assembler's
  std::unique_ptr<PartialUploads> partials_;
  std::unique_ptr<ArrivalQueue> queue_;
  std::unique_ptr<BlockPacker> packer_;
  std::unique_ptr<UploadAssembler> assembler_;
  std::unique_ptr<StreamOrder> order_;
  std::unique_ptr<PutCourse> course_;
  std::unique_ptr<GroupCommitter> committer_;
  std::vector<std::unique_ptr<PutLane>> lanes_;
  std::vector<std::thread> threads_;

  mutable std::mutex mutex_;
  std::vector<UploadFeed*> feeds_;                   // by their numbers; null once closed
  std::vector<std::unique_ptr<FeedTally>> tallies_;  // of each, and longer there
  std::optional<Error> error_;
};

}  // namespace penstock
