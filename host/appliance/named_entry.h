// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "appliance/object_name.h"
#include "base/result.h"
#include "dag/tree_cursor.h"
#include "store/store.h"

namespace penstock {

// A commit's tree; content alone where its metadata cannot be read, which is `damage`.
struct ReadableTree {
  CommitTree tree;
  std::optional<Error> damage;
};
// Errors as open_commit_tree, of the commit itself.
Result<ReadableTree> open_readable_tree(BlockSource& source, const Cid& commit);

// What a name leads to, with the metadata that a commit in front gives it.
struct NamedEntry {
  std::optional<CommitTree> tree;  // the name began with a commit
  TreeEntry entry;                 // of a bare CID its content alone
  std::optional<Error> damage;     // the commit's metadata cannot be read: `entry` is content alone
};

// As find_content; an entry that metadata alone knows (a device) is found too.
Result<NamedEntry> find_entry(const ObjectName& name, const Store& store, BlockSource& source);

}  // namespace penstock
