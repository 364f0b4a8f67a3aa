// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "dag/cid.h"
#include "pipeline/metadata_auditor.h"
#include "pipeline/store_audit.h"
#include "pipeline/task_queue.h"
#include "store/store.h"

namespace penstock {

// Follows links from blocks that somebody needs, on the caller's thread, and checks that all below is there.
// Leaves are read by workers (Depth::read), or only looked up (Depth::find) where check_store has read all
// bytes and named what is in quarantine: that is not told again. Of a commit content and metadata are joined
// by name too. What is missing of its scan marks, which nobody needs, is a note. Remembers the inner blocks
// seen, about 60 bytes each: one in some hundred of all.
class ObjectAuditor {
 public:
  enum class Depth : uint8_t { find, read };

  ObjectAuditor(Store& store, Depth depth, const AuditOptions& options);
  ~ObjectAuditor();

  // All that `root` needs. absent: root itself is not there; other damage goes to options.damage.
  Status check(const Cid& root);
  // A commit and all that it needs, but its parents.
  Status check_commit(const Cid& commit);
  // Waits for the workers.
  Status finish();

  uint64_t blocks() const { return blocks_; }
  uint64_t bytes_raw() const { return bytes_raw_; }
  uint64_t damages() const { return damages_; }
  // Those that hold damaged blocks. When it has finished.
  const std::set<uint32_t>& damaged_segments() const { return damaged_segments_; }

 private:
  using Leaves = std::vector<Cid>;

  Status follow(std::vector<Cid> open);
  Status check_metadata(const Cid& commit, const Cid& meta);
  Status follow_scan(const Cid& commit, const Cid& scan);
  Status join(const Cid& commit);
  void note(const Error& error);
  Status check_leaf(const Cid& leaf);
  Status flush_leaves();
  void run_reader(BlockSource& reader);
  void run_finder();
  void stop(const Error& error);
  Result<Bytes> read(BlockSource& reader, const Cid& cid);
  Status damaged(const Cid& cid, const Error& error);
  void report(const Error& error);
  void note_segment(const Cid& cid);

  Store* store_;
  const Depth depth_;
  const AuditOptions* options_;
  std::unique_ptr<BlockSource> reader_;
  std::unordered_set<Digest, DigestHash> seen_;
  std::unordered_set<Digest, DigestHash> seen_scans_;  // beside seen_: what of them is missing is no damage
  MetadataAuditor metadata_;
  std::optional<Cid> last_leaf_;
  Leaves leaves_;
  TaskQueue<Leaves> queue_;
  std::vector<std::unique_ptr<BlockSource>> readers_;
  std::vector<std::jthread> workers_;
  std::atomic<uint64_t> blocks_{0};
  std::atomic<uint64_t> bytes_raw_{0};
  std::atomic<uint64_t> damages_{0};

  std::mutex mutex_;  // guards failure_ and damaged_segments_, and calls of options_->damage and note
  std::optional<Error> failure_;
  std::set<uint32_t> damaged_segments_;
};

}  // namespace penstock
