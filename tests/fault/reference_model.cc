// SPDX-License-Identifier: Apache-2.0
#include "fault/reference_model.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "hash/sha256.h"

namespace penstock {

void ReferenceModel::add(const Cid& cid, Bytes bytes) {
  blocks.try_emplace(cid.digest, ReferenceBlock{cid, {bytes.begin(), bytes.end()}});
}

const CommitAttempt* ReferenceModel::find(const Cid& commit) const {
  const auto found = std::find_if(attempts.begin(), attempts.end(),
                                  [&](const CommitAttempt& attempt) { return attempt.cid == commit; });
  return found == attempts.end() ? nullptr : &*found;
}

void ReferenceModel::acknowledge_listed(const Store& store, LogPosition now) {
  for (const LoggedCommit& listed : store.commits()) {
    for (CommitAttempt& attempt : attempts) {
      if (attempt.cid == listed.cid) attempt.acknowledged = std::min(attempt.acknowledged, now);
    }
  }
}

ReferenceModel ReferenceModel::at(LogPosition position) const {
  ReferenceModel model;
  model.blocks = blocks;
  model.created = created <= position ? 0 : kNever;
  for (const CommitAttempt& attempt : attempts) {
    if (attempt.begun > position) continue;
    model.attempts.push_back(attempt);
    model.attempts.back().begun = 0;
    model.attempts.back().acknowledged = attempt.acknowledged <= position ? 0 : kNever;
  }
  for (const KeptBlocks& checkpoint : kept) {
    if (checkpoint.acknowledged <= position) model.kept.push_back({checkpoint.blocks, 0});
  }
  return model;
}

std::optional<std::string> ReferenceModel::mismatch(Store& store, LogPosition now) const {
  if (auto wrong = history_mismatch(store, now)) return wrong;
  return block_mismatch(store, now);
}

std::optional<std::string> ReferenceModel::history_mismatch(const Store& store, LogPosition now) const {
  size_t next = 0;
  for (const LoggedCommit& listed : store.commits()) {
    const size_t from = next;
    while (next < attempts.size() && attempts[next].cid != listed.cid) ++next;
    if (next == attempts.size() || attempts[next].begun > now) {
      return fmt::format("commit {} is listed, behind attempt {}: unknown, repeated or out of order",
                         listed.cid.text(), from);
    }
    for (size_t skipped = from; skipped < next; ++skipped) {
      if (attempts[skipped].acknowledged <= now) {
        return fmt::format("acknowledged commit {} (attempt {}) is not listed, a later one is",
                           attempts[skipped].cid.text(), skipped);
      }
    }
    ++next;
  }
  for (; next < attempts.size(); ++next) {
    if (attempts[next].acknowledged <= now) {
      return fmt::format("acknowledged commit {} (attempt {}) is not listed", attempts[next].cid.text(),
                         next);
    }
  }
  return std::nullopt;
}

std::optional<std::string> ReferenceModel::block_mismatch(Store& store, LogPosition now) const {
  std::unordered_map<Digest, const CommitAttempt*, DigestHash> needed;
  for (const LoggedCommit& listed : store.commits()) {
    const CommitAttempt* attempt = find(listed.cid);
    for (const Digest& digest : attempt->covers) needed.emplace(digest, attempt);
  }
  std::unordered_set<Digest, DigestHash> held;
  for (const KeptBlocks& checkpoint : kept) {
    if (checkpoint.acknowledged <= now) held.insert(checkpoint.blocks.begin(), checkpoint.blocks.end());
  }
  const std::unique_ptr<BlockSource> reader = store.new_reader();
  for (const auto& [digest, block] : blocks) {
    const auto by = needed.find(digest);
    const Result<Bytes> read = reader->read(block.cid);
    if (!read) {
      const bool must = by != needed.end() || held.contains(digest);
      if (!must && read.error().code == Errc::absent) continue;
      return fmt::format("block {}, {} bytes{}: {}", block.cid.text(), block.bytes.size(),
                         by == needed.end() ? (must ? " (of a checkpoint)" : " (of no commit)")
                                            : ", of commit " + by->second->cid.text(),
                         read.error().message());
    }
    if (!std::equal(read->begin(), read->end(), block.bytes.begin(), block.bytes.end())) {
      return fmt::format("block {} reads back wrong", block.cid.text());
    }
  }
  const Cid never = cid_of(Multicodec::raw, as_bytes("a block that nobody ever made"));
  if (const Result<Bytes> read = reader->read(never); read || read.error().code != Errc::absent) {
    return "a block that was never stored is not said to be absent";
  }
  return std::nullopt;
}

}  // namespace penstock
