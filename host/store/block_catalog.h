// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "store/block_overlay.h"
#include "store/claim.h"
#include "store/index.h"
#include "store/neighbour_cache.h"
#include "store/pending_table.h"
#include "store/quarantine.h"
#include "store/watermarks.h"
#include "verify/verified_block.h"

namespace penstock {

// Where a block is, or why it is not there.
struct BlockLocation {
  std::optional<Placement> placement;  // readable
  std::optional<Placement> damaged;    // there is a copy, but it is in quarantine
};

// The index as the catalog uses it, and what the index lacks.
struct CatalogContents {
  std::unique_ptr<Index> index;  // none: the overlay has everything
  BlockOverlay overlay;          // sealed
  bool damaged = false;  // parts of segments could not be read: a block that is not found may be there
};

// Knows where every block is: blocks of this process that are not in the index yet, then the index, then what
// a reader found that the index lacks. Drops the index's hits beyond the watermarks and in quarantine.
// Thread-safe, but for set_quarantine, and watermarks, which is for the thread that sets them. A damaged
// index is replaced while it is in use.
class BlockCatalog {
 public:
  // Loads the contents anew, with an index that knows nothing. Called when the index failed, with the error.
  using Reload = std::function<Result<CatalogContents>(const Error&)>;
  // Which segments are complete up to where (SegmentWriter::take_progress); nothing for readers.
  using Progress = std::function<std::vector<Watermark>()>;

  // Entries that are handed to the index at a time, and that may wait for it.
  static constexpr size_t kBatchEntries = 4096;
  static constexpr size_t kPendingMax = 65536;

  // `neighbours` may be null.
  BlockCatalog(CatalogContents contents, std::unique_ptr<NeighbourCache> neighbours, Watermarks watermarks,
               Quarantine quarantine, Reload reload);

  // Segments from `first_segment` on are this session's: all that the catalog knows of them is true.
  void begin_session(uint32_t first_segment, Progress progress);
  void set_watermarks(Watermarks watermarks);
  const Watermarks& watermarks() const { return watermarks_; }

  Result<BlockLocation> find(const Digest& digest);
  Status find(std::span<const Digest> digests, std::span<BlockLocation> locations);
  // A block that find does not find may be in a damaged part of the store.
  bool damaged() const { return damaged_; }

  Status claim(std::span<const Digest> digests, std::span<Claim> claims);
  // The blocks of a record that was written. May hand a batch to the index.
  Status place(uint32_t segment, uint32_t record, std::span<const BlockEntry> entries);
  // Blocks that were claimed and not placed. While nothing is being placed.
  size_t claimed_only() const;
  // What recovery found beyond the watermarks: straight to the index, but for blocks that are readable
  // already. No other call is under way.
  Status learn(std::span<const IndexEntry> entries, std::span<const Coverage> coverage);
  // What turned out whole in segments below the watermarks, but for blocks that are readable already: durably
  // to a writer's index, to a reader's overlay. No other call is under way.
  Status learn_again(std::span<const IndexEntry> entries);
  // Hands everything that is complete to the index. `durable`: and makes the index durable.
  Status flush(bool durable);

  // Readers and claims treat what is in it as not there from now on. No other call is under way.
  void set_quarantine(Quarantine quarantine) { quarantine_ = std::move(quarantine); }
  const Quarantine& quarantined() const { return quarantine_; }

 private:
  const PendingTable::Slot* pending(const Digest& digest) const;
  BlockLocation admit(const std::optional<Placement>& hit) const;
  // Those whose blocks are not readable as it is.
  Result<std::vector<IndexEntry>> news(std::span<const IndexEntry> entries);
  // The digests that look_up is left with, and where their answers go.
  struct Unanswered;
  Status ask_index(Unanswered& rest, std::span<BlockLocation> locations) const;
  Status look_up(std::span<const Digest> digests, std::span<BlockLocation> locations) const;
  // Runs `call` under a shared lock, again after a reload if the index failed.
  Status with_index(const std::function<Status()>& call);
  Status reload(std::unique_lock<std::shared_mutex>& lock, const Error& error);
  Status hand_over(std::unique_lock<std::shared_mutex>& lock);

  mutable std::shared_mutex mutex_;
  std::condition_variable_any handed_over_;
  std::unique_ptr<Index> index_;
  const std::unique_ptr<NeighbourCache> neighbours_;  // asked before the index
  BlockOverlay overlay_;
  std::atomic<bool> damaged_ = false;
  uint64_t index_generation_ = 0;  // counts reloads
  Watermarks watermarks_;
  Quarantine quarantine_;
  Reload reload_;
  Progress progress_;
  uint32_t session_segment_ = UINT32_MAX;
  PendingTable active_;
  PendingTable leaving_;  // being handed to the index
  bool handing_over_ = false;
  uint64_t hand_overs_ = 0;
  uint64_t entries_unflushed_ = 0;
};

}  // namespace penstock
