// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "store/access.h"
#include "store/block_catalog.h"
#include "store/claim.h"
#include "store/damaged_range.h"
#include "store/file_system.h"
#include "store/index.h"
#include "store/log_record.h"
#include "store/logged_commit.h"
#include "store/store_config.h"
#include "store/store_findings.h"
#include "store/store_options.h"
#include "store/store_reader.h"
#include "store/store_site.h"
#include "verify/verified_block.h"

namespace penstock {

// A content-addressed store in a directory (format.md). One process writes at a time (lock), any number read.
// claim, append, find and new_reader may be called from any threads; commit when no claim or append is under
// way, settle when none of them is. What only a writer may call is checked.
class Store {
 public:
  // Makes a new, empty store. failed: there is something already; see format.md for what is created.
  static Status init(FileSystem& files, const std::string& directory, const StoreConfig& config);

  // Opens, and as a writer recovers: what lies beyond the watermark is set aside, commits that are whole
  // there are recovered. failed: not a store, newer format; locked: another writer; corrupt: store.toml
  // damaged. A reader takes no lock, writes nothing, and sees what was acknowledged when it opened the store.
  static Result<std::unique_ptr<Store>> open(FileSystem& files, const std::string& directory, Access access,
                                             StoreOptions options);
  ~Store();

  const StoreConfig& config() const;

  // Durable commits, oldest first; the last is the head. Valid until the next commit or settle.
  std::span<const LoggedCommit> commits() const;

  // For each digest (they may repeat) whether the caller must append it. claims.size() == digests.size().
  Status claim(std::span<const Digest> digests, std::span<Claim> claims);
  // Writes one record. The block's chunks are found by readers of this process at once, by others after
  // commit.
  Status append(const VerifiedBlock& block);
  // Makes everything appended durable, then `commit`, whose block was appended before. failed, too, when a
  // block was claimed and not appended: a put that was given up leaves such claims. After an error nothing is
  // acknowledged; the store must be reopened to write again.
  Status commit(const Cid& commit);
  // The same for up to LogRecord::kCommitsMax commits, oldest first: all of them, or none.
  Status commit(std::span<const Cid> commits);
  // Makes what was appended durable though no commit names it yet.
  Status checkpoint() { return commit(std::span<const Cid>()); }
  // When a put has failed or is given up: makes durable what was appended before that, blocks that may have
  // no tree above them, so that the next put finds them. While no claim or append is under way. Nothing more
  // is written by this writer. failed: what is on the disk is not known; a commit may be in the log by half.
  Status rescue();

  // A reader for one thread, with a small cache of decoded frames. The store outlives it.
  std::unique_ptr<StoreReader> new_reader(ReadPattern pattern = ReadPattern::scattered);
  // Where a block is stored: segment, record and place; nothing if absent or damaged.
  Result<std::optional<Placement>> find(const Digest& digest);
  // The same for many, and whether a damaged copy is all there is: sorted by placement, they are read
  // fastest.
  Status find(std::span<const Digest> digests, std::span<BlockLocation> locations);

  // How much of each segment is acknowledged, ascending.
  std::span<const Watermark> segments() const;
  // How much of each segment this writer has written to, committed or not, ascending.
  std::vector<Watermark> written() const;
  // Bytes written to segments by this process: payloads, headers, tables and footers.
  uint64_t bytes_written() const;

  // Acts upon what a check found: records that are damaged count as not stored from now on, so that putting
  // their blocks again heals them; those that turned out whole count as stored again. A writer notes that
  // durably, and mends what follows from what is whole: log, headers, footers. A reader knows it until it is
  // closed.
  Status settle(const StoreFindings& findings);
  std::span<const DamagedRange> quarantined() const;

  // Files, paths and identity, for the checks in store_check.h.
  const StoreSite& site() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  Status usable() const;
  Status settle_quarantine(const StoreFindings& findings);
  Status mend_segments(StoreFindings& findings);
  Status learn_again(std::span<const DamagedRange> whole, const Quarantine& settled);
  Status keep(Status status);
  std::unique_ptr<State> state_;
};

}  // namespace penstock
