// SPDX-License-Identifier: Apache-2.0
#include "intake/group_committer.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "store/log_record.h"

namespace penstock {
namespace {

// How long what is finished waits for lanes to have nothing else to do, at least; and how many times the last
// group's own time: so that lanes are held for a small part of theirs.
constexpr std::chrono::milliseconds kGatherMin{5};
constexpr std::chrono::milliseconds kGatherMax{200};
constexpr int kGatherTimes = 4;

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// `part` of `whole`, of a total that all share.
uint64_t share(uint64_t total, uint64_t part, uint64_t whole) {
  if (whole == 0) return 0;
  return static_cast<uint64_t>(static_cast<long double>(total) * static_cast<long double>(part) /
                               static_cast<long double>(whole));
}

}  // namespace

GroupCommitter::~GroupCommitter() {
  finish();
}

void GroupCommitter::start() {
  thread_ = std::thread([this] { run(); });
}

void GroupCommitter::add(FinishedUpload upload) {
  {
    const std::lock_guard lock(mutex_);
    finished_.push_back(std::move(upload));
  }
  added_.notify_one();
}

void GroupCommitter::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  added_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// False: nothing comes any more.
bool GroupCommitter::wait_for_group() {
  std::unique_lock lock(mutex_);
  added_.wait(lock, [this] { return finishing_ || !finished_.empty(); });
  return !finished_.empty();
}

void GroupCommitter::run() {
  using Clock = std::chrono::steady_clock;
  while (wait_for_group()) {
    const auto gather = std::clamp<Clock::duration>(kGatherTimes * last_took_, kGatherMin, kGatherMax);
    Status status;
    std::vector<FinishedUpload> group;
    if (parts_.queue.wait_until_idle(Clock::now() + gather)) {
      const auto begin = Clock::now();
      if (parts_.queue.hold()) {
        status = commit_held(group);
        last_took_ = Clock::now() - begin;
      }
      if (status) parts_.queue.release();
    }
    if (!status) {
      parts_.failed(status.error());
      return;
    }
    // Stopped: whoever stopped it has told why.
    if (group.empty()) return;
    for (size_t i = 0; i < group.size(); ++i) {
      parts_.deliver({group[i].stream, StoredUpload{group[i].root, cids_[i], group[i].content_bytes}});
    }
  }
}

// What the lanes and the tree have stored since the last time. While nothing is under way.
PutCounters GroupCommitter::take_shared_counters() {
  PutCounters counters;
  counters.nodes = parts_.packer.blocks() - std::exchange(nodes_seen_, parts_.packer.blocks());
  counters.bytes_nodes_raw =
      parts_.packer.bytes_raw() - std::exchange(node_bytes_seen_, parts_.packer.bytes_raw());
  const uint64_t stored = parts_.store.bytes_written();
  counters.bytes_stored = stored - std::exchange(stored_seen_, stored);
  return counters;
}

Commit GroupCommitter::describe(const FinishedUpload& upload, uint64_t new_leaf_bytes,
                                const PutCounters& shared) const {
  PutCounters counters;
  counters.files = 1;
  counters.bytes_content = upload.content_bytes;
  counters.chunks = upload.new_leaves;
  counters.bytes_unique = upload.new_leaf_bytes;
  counters.nodes = share(shared.nodes, upload.new_leaf_bytes, new_leaf_bytes);
  counters.bytes_nodes_raw = share(shared.bytes_nodes_raw, upload.new_leaf_bytes, new_leaf_bytes);
  counters.bytes_stored = share(shared.bytes_stored, upload.new_leaf_bytes, new_leaf_bytes);
  return describe_put(counters, upload.root, parts_.course.options,
                      {upload.name, parts_.host, {upload.name}, "default", now_ns()});
}

Status GroupCommitter::commit_held(std::vector<FinishedUpload>& group) {
  {
    const std::lock_guard lock(mutex_);
    const size_t count = std::min<size_t>(finished_.size(), LogRecord::kCommitsMax);
    const auto end = finished_.begin() + static_cast<ptrdiff_t>(count);
    group.assign(std::make_move_iterator(finished_.begin()), std::make_move_iterator(end));
    finished_.erase(finished_.begin(), end);
  }
  PENSTOCK_TRY(parts_.packer.flush());
  PENSTOCK_TRY(parts_.course.distrust.settle(parts_.course.sink));
  uint64_t new_leaf_bytes = 0;
  for (const FinishedUpload& upload : group) new_leaf_bytes += upload.new_leaf_bytes;
  const PutCounters shared = take_shared_counters();
  cids_.clear();
  for (const FinishedUpload& upload : group) {
    PENSTOCK_TRY_ASSIGN(const Cid cid,
                        chain_.append(describe(upload, new_leaf_bytes, shared), parts_.packer));
    cids_.push_back(cid);
  }
  PENSTOCK_TRY(parts_.packer.flush());
  take_shared_counters();
  PENSTOCK_TRY(parts_.store.commit(cids_));
  chain_.settle();
  groups_.fetch_add(1, std::memory_order_relaxed);
  commits_.fetch_add(cids_.size(), std::memory_order_relaxed);
  return {};
}

}  // namespace penstock
