// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "appliance/object_name.h"
#include "base/result.h"
#include "dag/tree_cursor.h"
#include "store/store.h"

namespace penstock {

// What a user of `penstock get` might not expect, in notes. Neither changes what is done.

// A bare CID brings back content alone: where it is the root of one of the newest commits, that commit is
// named.
void note_commit_of_root(const ObjectName& name, const Cid& root, const Store& store, BlockSource& source,
                         Console& console);

// `--delete` in a directory with entries that is not what the commit was made of.
void note_other_place(const CommitTree& tree, const std::string& path_in_tree, const std::string& path,
                      Console& console);

// What of a file, symlink or special file is restored under: in the directory `path` by its own name, as cp
// does; `path` itself otherwise.
std::string output_of_leaf(const std::string& path, const ObjectName& name, const TreeEntry& entry);

}  // namespace penstock
