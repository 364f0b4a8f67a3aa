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
// How far points of uploads that go on are apart, at least, and how many times what the last group took: so
// that lanes are held for them a twentieth of their time at most.
constexpr std::chrono::seconds kPointMin{1};
constexpr int kPointTimes = 20;
// What a group that is committed anyway notes of an upload that has asked for nothing: fewer are not worth a
// sync.
constexpr size_t kPointEntriesMin = 256;

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

void GroupCommitter::want_point(UploadAssembler::Urgency urgency) {
  {
    const std::lock_guard lock(mutex_);
    point_wanted_ = true;
    if (urgency == UploadAssembler::Urgency::most) point_urgent_ = true;
  }
  added_.notify_one();
}

// False: nothing comes any more.
bool GroupCommitter::wait_for_group() {
  std::unique_lock lock(mutex_);
  const auto is_due = [this] { return finishing_ || point_urgent_ || !finished_.empty(); };
  while (!is_due()) {
    if (!point_wanted_) {
      added_.wait(lock);
    } else if (Clock::now() < next_point_) {
      added_.wait_until(lock, next_point_);
    } else {
      return true;
    }
  }
  return !finished_.empty() || point_urgent_ || point_wanted_;
}

void GroupCommitter::run() {
  Group group;
  while (wait_for_group()) {
    group.uploads.clear();
    group.points.clear();
    const auto committed = commit_next(group);
    if (!committed) {
      parts_.failed(committed.error());
      return;
    }
    // Stopped: whoever stopped it has told why.
    if (!*committed) return;
    tell(group);
  }
}

// False: it was stopped.
Result<bool> GroupCommitter::commit_next(Group& group) {
  const auto gather = std::clamp<Clock::duration>(kGatherTimes * last_took_, kGatherMin, kGatherMax);
  if (!parts_.queue.wait_until_idle(Clock::now() + gather)) return false;
  const auto begin = Clock::now();
  if (!parts_.queue.hold()) return false;
  PENSTOCK_TRY(commit_held(group));
  last_took_ = Clock::now() - begin;
  next_point_ = Clock::now() + std::max<Clock::duration>(kPointTimes * last_took_, kPointMin);
  parts_.queue.release();
  return true;
}

// What is durable by now.
void GroupCommitter::tell(Group& group) {
  for (UploadPoint& point : group.points) {
    const uint64_t stream = point.stream;
    auto place = parts_.partials->write(std::move(point));
    if (place) parts_.suspended({stream, std::move(place->token), place->offset});
  }
  for (size_t i = 0; i < group.uploads.size(); ++i) {
    const FinishedUpload& upload = group.uploads[i];
    const StoredUpload stored{upload.root, cids_[i], upload.content_bytes};
    if (upload.partial) parts_.partials->write_result(upload.stream, stored);
    parts_.deliver({upload.stream, stored});
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
  const CommitRequest request{upload.name, parts_.host, {upload.name}, "default", now_ns()};
  if (!upload.tells_new) return describe_put(counters, upload.root, parts_.course.options, request);
  counters.chunks = upload.new_leaves;
  counters.bytes_unique = upload.new_leaf_bytes;
  counters.nodes = share(shared.nodes, upload.new_leaf_bytes, new_leaf_bytes);
  counters.bytes_nodes_raw = share(shared.bytes_nodes_raw, upload.new_leaf_bytes, new_leaf_bytes);
  counters.bytes_stored = share(shared.bytes_stored, upload.new_leaf_bytes, new_leaf_bytes);
  return describe_put(counters, upload.root, parts_.course.options, request);
}

void GroupCommitter::take_finished(std::vector<FinishedUpload>& uploads) {
  const std::lock_guard lock(mutex_);
  const size_t count = std::min<size_t>(finished_.size(), LogRecord::kCommitsMax);
  const auto end = finished_.begin() + static_cast<ptrdiff_t>(count);
  uploads.assign(std::make_move_iterator(finished_.begin()), std::make_move_iterator(end));
  finished_.erase(finished_.begin(), end);
}

Status GroupCommitter::commit_held(Group& group) {
  take_finished(group.uploads);
  bool point_wanted = false;
  {
    const std::lock_guard lock(mutex_);
    point_wanted = std::exchange(point_wanted_, false);
    point_urgent_ = false;
  }
  const bool grown = parts_.assembler.take_points(point_wanted ? 1 : kPointEntriesMin, group.points);
  cids_.clear();
  if (group.uploads.empty() && !grown) return {};
  PENSTOCK_TRY(parts_.packer.flush());
  PENSTOCK_TRY(parts_.course.distrust.settle(parts_.course.sink));
  if (group.uploads.empty()) return parts_.store.checkpoint();
  uint64_t new_leaf_bytes = 0;
  for (const FinishedUpload& upload : group.uploads) new_leaf_bytes += upload.new_leaf_bytes;
  const PutCounters shared = take_shared_counters();
  for (const FinishedUpload& upload : group.uploads) {
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
