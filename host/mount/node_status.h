// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "mount/node_table.h"
#include "mount/store_generation.h"

namespace penstock {

// Whom what has no metadata belongs to.
struct MountOwner {
  uid_t uid = 0;
  gid_t gid = 0;
};

// Inode numbers are made of commits and paths: the same for the same path in the same commit, whenever it is
// met, and for all names of one file.
uint64_t commit_inode(const Cid& commit);
uint64_t inode_below(uint64_t directory_inode, std::string_view name);
// `path`: as hard links name it.
uint64_t inode_of_path(const CommitTree& tree, std::string_view path);

// What stat(2) says of a node. Sizes are those of the content; where that cannot be read, what the metadata
// says. st_blocks leaves holes out, as far as it looks for them: where that ends it is one block less than
// all. Reads little: a record's table, or of a file the nodes of 4,096 leaves or holes. corrupt: that is
// damaged and there is no metadata.
Result<struct stat> node_status(const MountNode& node, const MountOwner& owner, MountReader& reader);

}  // namespace penstock
