// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/file_builder.h"
#include "intake/finished_upload.h"
#include "intake/upload_journal.h"
#include "pipeline/tree_assembler.h"

namespace penstock {

// The tree of one upload as it comes about and, where the upload is partial, what its journal does not have
// yet. One thread at a time.
class UploadTree {
 public:
  // What is behind the last point when the next one is due: so much, and what arrives while that is made, is
  // sent again after a crash. Fewer bytes would hold the lanes more often: each point is a sync of all that
  // was appended.
  static constexpr uint64_t kPointBytes = 64 << 20;
  static constexpr size_t kPointEntries = 1 << 16;

  // Nodes go to the sink of the moment; there is one while the tree grows.
  UploadTree(LinkLayout layout, uint32_t zero_leaf_bytes) : tree_(sink_, layout, zero_leaf_bytes) {}
  UploadTree(const UploadTree&) = delete;
  UploadTree& operator=(const UploadTree&) = delete;

  // From now on. What was found lacking while the journal was replayed is put there.
  Status use(BlockSink& sink);
  void lacks(const Cid& cid, Bytes block) {
    lacking_.emplace_back(cid, std::vector(block.begin(), block.end()));
  }
  size_t lacking() const { return lacking_.size(); }
  // From now on what is consumed is noted for a journal that has what was replayed.
  void keep_journal() {
    upload.partial = true;
    journaled_ = upload.content_bytes;
  }

  Status consume(const TreeEvent& event, std::span<const Leaf> leaves);
  // What a journal says of it.
  Status replay(const JournalEntry& entry);
  Result<Cid> finish();

  // Bytes and entries behind the last call of take_pending().
  uint64_t pending_bytes() const { return upload.content_bytes - journaled_; }
  size_t pending_count() const { return pending_.size(); }
  bool point_is_due() const { return pending_bytes() >= kPointBytes || pending_.size() >= kPointEntries; }
  // Where they begin, and they.
  std::pair<uint64_t, std::vector<JournalEntry>> take_pending();

  FinishedUpload upload;
  bool refused = false;  // it comes to nothing

 private:
  struct Sink final : BlockSink {
    Status put(const Cid& cid, Bytes block) override { return to->put(cid, block); }
    BlockSink* to = nullptr;
  };

  void note(const JournalEntry& entry);
  void count(const JournalEntry& entry);

  Sink sink_;
  TreeAssembler tree_;
  uint64_t journaled_ = 0;
  std::vector<JournalEntry> pending_;
  std::vector<std::pair<Cid, std::vector<uint8_t>>> lacking_;
};

}  // namespace penstock
