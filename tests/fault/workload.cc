// SPDX-License-Identifier: Apache-2.0
#include "fault/workload.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dag/commit.h"
#include "dag/file_builder.h"
#include "dag/history.h"

namespace penstock {

namespace {

// Small enough that zero runs cost little, and more than any other leaf.
constexpr uint32_t kZeroLeafBytes = 8 << 10;

}  // namespace

// Keeps the nodes that a builder makes until they are put.
class Workload::NodeSink final : public BlockSink {
 public:
  Status put(const Cid& cid, Bytes block) override {
    blocks_.push_back({cid, {block.begin(), block.end()}});
    return {};
  }
  std::vector<ReferenceBlock> take() { return std::exchange(blocks_, {}); }

 private:
  std::vector<ReferenceBlock> blocks_;
};

Result<std::unique_ptr<Store>> Workload::open(Access access) {
  StoreOptions options;
  options.index_factory = setup_.index_factory;
  options.segments = {.segment_bytes = setup_.segment_bytes, .sync_in_background = setup_.sync_in_background};
  notices_.clear();
  options.notice = [this](const std::string& notice) { notices_.push_back(notice); };
  return Store::open(setup_.files, setup_.directory, access, options);
}

std::optional<std::string> Workload::unexpected(const char* what, const Error& error) const {
  if (setup_.faults_expected) return std::nullopt;
  return fmt::format("{}: {}", what, error.message());
}

std::optional<std::string> Workload::init() {
  StoreConfig config;
  config.uuid = fmt::format("00000000-0000-4000-8000-{:012x}", random_.next() >> 16);
  const Status made = Store::init(setup_.files, setup_.directory, config);
  if (!made) return unexpected("init", made.error());
  model_.created = setup_.now();
  return std::nullopt;
}

std::optional<std::string> Workload::check(Access access) {
  const Result<std::unique_ptr<Store>> store = open(access);
  if (!store) return unexpected(access == Access::read ? "open to read" : "open to write", store.error());
  const LogPosition now = setup_.now();
  if (auto wrong = model_.mismatch(**store, now)) return wrong;
  if (access == Access::write) model_.acknowledge_listed(**store, now);
  return std::nullopt;
}

std::optional<std::string> Workload::session() {
  const Result<std::unique_ptr<Store>> store = open(Access::write);
  if (!store) return unexpected("open to write", store.error());
  model_.acknowledge_listed(**store, setup_.now());
  if (random_.chance(0.2)) {
    if (auto wrong = model_.mismatch(**store, setup_.now())) return "in a session's beginning: " + *wrong;
  }
  for (uint64_t puts = random_.between(1, 4); puts > 0; --puts) {
    const bool given_up = random_.chance(0.1);
    const Status done = put(**store, !given_up);
    if ((!done || given_up) && random_.chance(0.5)) rescue(**store);
    if (!done) return unexpected("put", done.error());
    if (given_up) return std::nullopt;
    if (random_.chance(0.2)) {
      const Result<std::unique_ptr<Store>> reader = open(Access::read);
      if (!reader) return fmt::format("open to read beside a writer: {}", reader.error().message());
      if (auto wrong = model_.mismatch(**reader, setup_.now())) return "read beside a writer: " + *wrong;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Workload::put_and_check() {
  const Result<std::unique_ptr<Store>> store = open(Access::write);
  if (!store) return unexpected("open to write", store.error());
  if (auto wrong = model_.mismatch(**store, setup_.now())) return wrong;
  model_.acknowledge_listed(**store, setup_.now());
  const Status done = put(**store, true);
  if (!done) return unexpected("put", done.error());
  return model_.mismatch(**store, setup_.now());
}

ReferenceBlock Workload::new_leaf() {
  const uint64_t kind = random_.below(20);
  const uint64_t bytes =
      kind == 0 ? random_.between(6000, 24000) : random_.between(1, kind < 10 ? 200 : 3000);
  std::vector<uint8_t> content(bytes);
  random_.fill(content);
  if (random_.chance(0.6)) {
    const uint64_t period = random_.between(1, 40);
    for (size_t i = period; i < content.size(); ++i) content[i] = content[i - period];
  }
  return {cid_of(Multicodec::raw, content), content};
}

ReferenceBlock Workload::some_leaf() {
  if (!leaves_.empty() && random_.chance(0.25)) {
    return model_.blocks.at(leaves_[random_.below(leaves_.size())].digest);
  }
  ReferenceBlock leaf = new_leaf();
  leaves_.push_back(leaf.cid);
  model_.add(leaf.cid, leaf.bytes);
  return leaf;
}

Status Workload::put_leaves(Store& store, NodeSink& nodes, FileBuilder& builder,
                            std::vector<Digest>& covers) {
  std::vector<ReferenceBlock> batch;
  uint64_t batch_size = random_.between(1, 8);
  for (uint64_t leaves = random_.between(1, 12); leaves > 0; --leaves) {
    if (random_.chance(0.05)) PENSTOCK_TRY(builder.add_zero_run(random_.between(1, 2 * kZeroLeafBytes)));
    batch.push_back(some_leaf());
    PENSTOCK_TRY(builder.add_leaf(batch.back().cid.digest, static_cast<uint32_t>(batch.back().bytes.size())));
    for (ReferenceBlock& node : nodes.take()) batch.push_back(std::move(node));
    if (leaves > 1 && batch.size() < batch_size) continue;
    for (const ReferenceBlock& block : batch) {
      model_.add(block.cid, block.bytes);
      covers.push_back(block.cid.digest);
    }
    PENSTOCK_TRY(frames_.put(store, batch, random_));
    for (const ReferenceBlock& block : batch) stored_.push_back(block.cid.digest);
    if (random_.chance(0.1)) PENSTOCK_TRY(checkpoint(store, stored_));
    batch.clear();
    batch_size = random_.between(1, 8);
  }
  return {};
}

Status Workload::checkpoint(Store& store, const std::vector<Digest>& blocks) {
  PENSTOCK_TRY(store.checkpoint());
  model_.kept.push_back({blocks, setup_.now()});
  return {};
}

void Workload::rescue(Store& store) {
  // What was being written when it failed is not of it.
  const auto stored = stored_;
  if (store.rescue()) model_.kept.push_back({stored, setup_.now()});
}

Status Workload::put(Store& store, bool with_commit) {
  stored_.clear();
  NodeSink nodes;
  FileBuilder builder(nodes, LinkLayout::content_cut, kZeroLeafBytes);
  std::vector<Digest> covers;
  PENSTOCK_TRY(put_leaves(store, nodes, builder, covers));
  PENSTOCK_TRY_ASSIGN(const DagLink root, builder.finish());
  const std::vector<ReferenceBlock> last = nodes.take();
  for (const ReferenceBlock& node : last) {
    model_.add(node.cid, node.bytes);
    covers.push_back(node.cid.digest);
  }
  if (!last.empty()) PENSTOCK_TRY(frames_.put(store, last, random_));
  if (!with_commit) return {};
  return commit(store, root.cid, covers);
}

// One commit of the root, or several that become durable together.
Status Workload::commit(Store& store, const Cid& root, const std::vector<Digest>& covers) {
  if (random_.chance(0.1)) PENSTOCK_TRY(checkpoint(store, covers));
  const size_t first_attempt = model_.attempts.size();
  std::vector<Cid> group;
  for (uint64_t left = random_.chance(0.3) ? random_.between(2, 40) : 1; left > 0; --left) {
    const bool first = group.empty() && store.commits().empty();
    const Cid head = first ? genesis_cid() : group.empty() ? store.commits().back().cid : group.back();
    PENSTOCK_TRY_ASSIGN(const Cid commit, append_commit(store, head, root, covers));
    group.push_back(commit);
  }
  PENSTOCK_TRY(store.commit(group));
  for (size_t i = first_attempt; i < model_.attempts.size(); ++i)
    model_.attempts[i].acknowledged = setup_.now();
  return {};
}

Result<Cid> Workload::append_commit(Store& store, const Cid& head, const Cid& root,
                                    std::vector<Digest> covers) {
  const auto lookup = [&](const Cid& cid) -> Result<Commit> {
    if (cid == genesis_cid()) return genesis();
    const CommitAttempt* attempt = model_.find(cid);
    if (attempt == nullptr) return fail(Errc::absent, cid.text(), "not in the model");
    return attempt->commit;
  };
  PENSTOCK_TRY_ASSIGN(CommitPlace place, place_behind(head, {}, lookup));
  Commit commit;
  commit.root = root;
  commit.parents = std::move(place.parents);
  commit.jump = place.jump;
  commit.depth = place.depth;
  commit.seq = place.seq;
  commit.time_ns = static_cast<int64_t>(random_.next() >> 2);
  commit.verify = "full";
  PENSTOCK_TRY_ASSIGN(std::vector<uint8_t> bytes, encode_commit(commit));
  const ReferenceBlock block{cid_of(Multicodec::dag_cbor, bytes), std::move(bytes)};
  model_.add(block.cid, block.bytes);
  covers.push_back(block.cid.digest);

  model_.attempts.push_back({block.cid, commit, std::move(covers), setup_.now(), kNever});
  PENSTOCK_TRY(frames_.put(store, {&block, 1}, random_));
  return block.cid;
}

}  // namespace penstock
