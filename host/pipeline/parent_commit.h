// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

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
  std::vector<std::string> tops;  // names of its top-level entries, ascending
  std::vector<std::string> from;  // absolute paths of these, in that order; fewer where some are not known
  std::vector<std::string>
      paths;  // as the commit is to have them: what tells lists apart, whose `from` is "/"
  std::string chunker;
  std::string profile;
};

// Whether a commit's files were cut as the put would cut them, so that they can be used again.
bool cut_alike(const Commit& commit, const ParentQuery& query);

// The commit that a put is best compared with: the newest with a scan tree, of the same name and host, that
// was cut alike and made of the same paths. In want of one, the newest that was cut alike and has a path in
// common, or else a top-level name; then one that was cut otherwise. Nothing: there is none. Commits that
// cannot be read are passed over. `source` reads that store.
std::optional<CommitTree> find_parent(const Store& store, BlockSource& source, const ParentQuery& query);

}  // namespace penstock
