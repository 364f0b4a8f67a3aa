// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"
#include "store/store.h"

namespace penstock {

// How far back find_parent looks.
inline constexpr size_t kParentCommitsMax = 4096;

// What a put is going to be.
struct ParentQuery {
  std::string name;
  std::string host;
  std::vector<std::string> tops;   // names of its top-level entries, ascending
  std::vector<std::string> from;   // absolute paths of these, in that order; fewer where some are not known
  std::vector<std::string> paths;  // as the commit is to have them
  std::optional<Digest> list;      // of a list's paths, as PutChoice has it
  std::string chunker;
  std::string profile;
};

// Whether a commit's files were cut as the put would cut them, so that they can be used again.
bool cut_alike(const Commit& commit, const ParentQuery& query);

// The commit that a put is best compared with: the newest with a scan tree, of the same name and host, that
// was cut alike and made of the same paths, or of the same list. In want of one, the newest of those with the
// most paths in common, or else a top-level name (of a list: one without a list that has all of it, or else
// one of another list below the same directory); then one that was cut otherwise. Where the name is new, one
// of another name, of the same host and with paths in common. Nothing: there is none. Commits that cannot be
// read are passed over. `source` reads that store.
std::optional<CommitTree> find_parent(const Store& store, BlockSource& source, const ParentQuery& query);

}  // namespace penstock
