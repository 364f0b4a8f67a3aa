// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"

namespace penstock {

// How the links of a file are grouped into nodes (docs/tree.md).
enum class LinkLayout : uint8_t {
  content_cut,  // a node closes behind a child whose digest ends in a zero byte; 256–1,024 links
  balanced,     // 1,024 links a node: the unixfs-v1-2025 profile
};

// Builds the UnixFS tree of one file after the other from its leaves, in order. Memory is O(depth · links); a
// zero run of any length costs O(log n) nodes and time. One thread.
class FileBuilder {
 public:
  // `zero_leaf_bytes`: ChunkerSpec::zero_leaf_bytes(). Nodes and zero leaves go to `sink`; data leaves are
  // the caller's to store.
  FileBuilder(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes);
  ~FileBuilder();

  Status add_leaf(const Digest& digest, uint32_t bytes);
  // A run of zero bytes: full zero leaves and, last, a remainder leaf.
  Status add_zero_run(uint64_t bytes);
  // The file's root; an empty file is the empty raw leaf (put to the sink), a file of one leaf is that leaf.
  // Starts the next file.
  Result<DagLink> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace penstock
