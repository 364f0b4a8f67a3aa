// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/dag_cbor.h"

namespace penstock {

inline constexpr std::string_view kCommitKind = "penstock-commit-v1";
inline constexpr size_t kParentsMax = 5;

// What one put took in and added to its store.
struct CommitSizes {
  uint64_t content_bytes = 0;  // of all files, holes included
  uint64_t files = 0;
  uint64_t directories = 0;
  uint64_t symlinks = 0;
  uint64_t new_blocks = 0;    // that were not in the store before; this commit's own block is not counted
  uint64_t new_bytes = 0;     // of those, raw
  uint64_t stored_bytes = 0;  // of those, as encoded

  friend bool operator==(const CommitSizes&, const CommitSizes&) = default;
};

// How it was made, as the command line writes these options.
struct CommitPolicy {
  std::string chunker;  // "cdc:16K:64K:256K"
  std::string codec;    // "auto", "zstd:3"
  std::string profile;  // "default", "ipfs"

  friend bool operator==(const CommitPolicy&, const CommitPolicy&) = default;
};

// One state of a store (docs/history.md).
struct Commit {
  Cid root;
  std::optional<Cid> meta;
  std::vector<Cid> parents;  // the previous head first; none for genesis alone
  std::optional<Cid> jump;   // none for genesis alone
  uint64_t depth = 0;        // along first parents; genesis 0
  uint64_t seq = 0;          // 1 + the greatest of any parent; genesis 0
  int64_t time_ns = 0;       // since the epoch
  CommitSizes sizes;
  std::string name;                // UTF-8
  std::string host;                // UTF-8
  std::vector<std::string> paths;  // as given, any bytes
  CommitPolicy policy;
  std::string verify;  // "full", "cross", "payload", "sample:P"

  friend bool operator==(const Commit&, const Commit&) = default;
};

// The block of a commit; its address is cid_of(Multicodec::dag_cbor, block). usage error: a text is not
// UTF-8, or parents and jump are none that a commit can have.
Result<std::vector<uint8_t>> encode_commit(const Commit& commit);
// corrupt error: not canonical dag-cbor, a field missing, unknown or of another type, impossible parents.
Result<Commit> decode_commit(Bytes block);

// Whether it says that it is one: a map whose kind is kCommitKind.
bool is_commit(const CborValue& value);

// The first commit of every store: a constant, in no store, its root the empty directory.
const Commit& genesis();
const Cid& genesis_cid();

// Genesis, or what `source` has. absent: there is no such block; usage: it is none of a commit; corrupt: a
// commit that is malformed.
Result<Commit> read_commit(BlockSource& source, const Cid& cid);

}  // namespace penstock
