// SPDX-License-Identifier: Apache-2.0
#include "pipeline/object_auditor.h"

#include <algorithm>
#include <utility>

#include "dag/block_links.h"
#include "dag/commit.h"
#include "dag/meta_root.h"
#include "dag/object_source.h"
#include "pipeline/memory_plan.h"
#include "pipeline/restore_course.h"

namespace penstock {
namespace {

constexpr size_t kLeavesPerTask = 256;
constexpr size_t kTasksQueued = 64;
constexpr unsigned kWorkersMax = 16;

}  // namespace

ObjectAuditor::ObjectAuditor(Store& store, Depth depth, const AuditOptions& options)
    : store_(&store),
      depth_(depth),
      options_(&options),
      reader_(store.new_reader()),
      metadata_(*reader_),
      queue_(kTasksQueued) {
  const unsigned workers = std::min(usable_threads(options.threads), kWorkersMax);
  if (depth_ == Depth::find) {
    for (unsigned i = 0; i < workers; ++i) workers_.emplace_back([this] { run_finder(); });
    return;
  }
  for (unsigned i = 0; i < workers; ++i) readers_.push_back(store.new_reader(ReadPattern::sequential));
  for (const auto& reader : readers_)
    workers_.emplace_back([this, source = reader.get()] { run_reader(*source); });
}

ObjectAuditor::~ObjectAuditor() {
  queue_.stop();
  workers_.clear();
}

Status ObjectAuditor::check(const Cid& root) {
  PENSTOCK_TRY_ASSIGN(const auto placement, store_->find(root.digest));
  if (!placement) return fail(Errc::absent, root.text(), "is not in the store", "penstock log lists what is");
  if (root.codec == Multicodec::dag_cbor) return check_commit(root);
  return follow({root});
}

Status ObjectAuditor::check_commit(const Cid& commit) {
  const Result<Bytes> block = read(*reader_, commit);
  if (!block) {
    return damaged(commit, block.error());
  }
  const Result<Commit> decoded = decode_commit(*block);
  if (!decoded) {
    report({Errc::corrupt, commit.text(), decoded.error().message(), kMalformedRemedy});
    return {};
  }
  PENSTOCK_TRY(follow({decoded->root}));
  return decoded->meta ? check_metadata(commit, *decoded->meta) : Status();
}

Status ObjectAuditor::check_metadata(const Cid& commit, const Cid& meta) {
  const bool fresh = seen_.insert(meta.digest).second;
  const Result<Bytes> block = fresh ? read(*reader_, meta) : reader_->read(meta);
  if (!block) return fresh ? damaged(meta, block.error()) : Status();
  const Result<MetaRoot> root = decode_meta_root(*block);
  if (!root) {
    if (fresh) report({Errc::corrupt, meta.text(), root.error().message(), kMalformedRemedy});
    return {};
  }
  std::vector<Cid> open{root->tops};
  if (root->hard_links) open.push_back(*root->hard_links);
  PENSTOCK_TRY(follow(std::move(open)));
  if (root->scan) PENSTOCK_TRY(follow_scan(commit, *root->scan));
  return join(commit);
}

// As follow() does, but nothing here is needed: a put that lacks it reads more.
Status ObjectAuditor::follow_scan(const Cid& commit, const Cid& scan) {
  std::vector<Cid> open{scan};
  bool told = false;
  while (!open.empty()) {
    const Cid cid = open.back();
    open.pop_back();
    if (seen_.contains(cid.digest) || !seen_scans_.insert(cid.digest).second) continue;
    const Result<Bytes> block = read(*reader_, cid);
    if (!block && !is_damage(block.error())) return Failure(block.error());
    const Result<std::vector<Cid>> links =
        block ? block_links(cid.codec, *block) : Result<std::vector<Cid>>(Failure(block.error()));
    if (links) {
      open.insert(open.end(), links->rbegin(), links->rend());
    } else if (!std::exchange(told, true)) {
      note({Errc::corrupt, commit.text(), "part of its scan marks is missing: " + links.error().message(),
            "nothing need be done: a put that compares with it reads more files"});
    }
  }
  return {};
}

Status ObjectAuditor::join(const Cid& commit) {
  const Result<CommitTree> tree = open_commit_tree(*reader_, commit);
  if (!tree) {
    if (!is_damage(tree.error())) return Failure(tree.error());
    if (damages_ == 0) report(tree.error());  // else it was named where links were followed
    return {};
  }
  return metadata_.check(
      *tree, [this](const Error& error) { report(error); }, [this](const Error& error) { note(error); });
}

// Depth first, so that `open` stays as small as a few nodes' links.
Status ObjectAuditor::follow(std::vector<Cid> open) {
  while (!open.empty()) {
    const Cid cid = open.back();
    open.pop_back();
    if (cid.codec == Multicodec::raw) {
      PENSTOCK_TRY(check_leaf(cid));
      continue;
    }
    if (!seen_.insert(cid.digest).second) continue;
    const Result<Bytes> block = read(*reader_, cid);
    if (!block) {
      PENSTOCK_TRY(damaged(cid, block.error()));
      continue;
    }
    const Result<std::vector<Cid>> links = block_links(cid.codec, *block);
    if (!links) {
      report({Errc::corrupt, cid.text(), links.error().message(), kMalformedRemedy});
      continue;
    }
    open.insert(open.end(), links->rbegin(), links->rend());
  }
  return {};
}

Status ObjectAuditor::check_leaf(const Cid& leaf) {
  if (last_leaf_ == leaf) return {};
  last_leaf_ = leaf;
  leaves_.push_back(leaf);
  return leaves_.size() < kLeavesPerTask ? Status() : flush_leaves();
}

Status ObjectAuditor::flush_leaves() {
  if (leaves_.empty() || queue_.push(std::exchange(leaves_, {}))) return {};
  const std::lock_guard lock(mutex_);
  return Failure(failure_.value_or(Error{Errc::failed, "verify", "was stopped", {}}));
}

void ObjectAuditor::run_finder() {
  std::vector<Digest> digests;
  std::vector<BlockLocation> locations;
  while (const std::optional<Leaves> leaves = queue_.pop()) {
    digests.clear();
    for (const Cid& leaf : *leaves) digests.push_back(leaf.digest);
    locations.assign(digests.size(), {});
    if (const Status found = store_->find(digests, locations); !found) return stop(found.error());
    blocks_ += digests.size();
    for (size_t i = 0; i < locations.size(); ++i) {
      if (locations[i].placement || locations[i].damaged) continue;
      report({Errc::corrupt, (*leaves)[i].text(), "is missing", "put the data that holds it again"});
    }
  }
}

void ObjectAuditor::stop(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  queue_.stop();
}

void ObjectAuditor::run_reader(BlockSource& reader) {
  while (const std::optional<Leaves> leaves = queue_.pop()) {
    for (const Cid& leaf : *leaves) {
      const Result<Bytes> block = read(reader, leaf);
      if (block) continue;
      if (is_damage(block.error())) {
        note_segment(leaf);
        report(block.error());
        continue;
      }
      return stop(block.error());
    }
  }
}

Result<Bytes> ObjectAuditor::read(BlockSource& reader, const Cid& cid) {
  Result<Bytes> block = reader.read(cid);
  if (!block) return block;
  ++blocks_;
  bytes_raw_ += block->size();
  if (depth_ == Depth::read && options_->progress != nullptr)
    options_->progress->bytes_content += block->size();
  return block;
}

// A block that could not be had.
Status ObjectAuditor::damaged(const Cid& cid, const Error& error) {
  if (!is_damage(error)) return Failure(error);
  BlockLocation location;
  if (depth_ == Depth::find) PENSTOCK_TRY(store_->find(std::span(&cid.digest, 1), std::span(&location, 1)));
  if (depth_ == Depth::read) note_segment(cid);
  if (!location.damaged) report(error);
  return {};
}

// Where a damaged block lies, if that can be told.
void ObjectAuditor::note_segment(const Cid& cid) {
  BlockLocation location;
  if (!store_->find(std::span(&cid.digest, 1), std::span(&location, 1)) || !location.placement) return;
  const std::lock_guard lock(mutex_);
  damaged_segments_.insert(location.placement->segment);
}

void ObjectAuditor::report(const Error& error) {
  ++damages_;
  Error named = error;
  named.code = Errc::corrupt;
  const std::lock_guard lock(mutex_);
  if (options_->damage) options_->damage(named);
}

void ObjectAuditor::note(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (options_->note) options_->note(error);
}

Status ObjectAuditor::finish() {
  PENSTOCK_TRY(flush_leaves());
  queue_.close();
  workers_.clear();
  const std::lock_guard lock(mutex_);
  if (failure_) return Failure(*failure_);
  return {};
}

}  // namespace penstock
