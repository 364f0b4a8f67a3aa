// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/tree_cursor.h"

namespace penstock {

// Joins commits' content and metadata, directory by directory, and names what metadata has and content lacks,
// or where they speak of different kinds. Blocks that cannot be had are passed over: whoever follows links
// names them. Directories that several commits share are looked at once; about 60 bytes are kept of each. One
// thread.
class MetadataAuditor {
 public:
  using Tell = std::function<void(const Error&)>;
  explicit MetadataAuditor(BlockSource& source) : source_(&source) {}

  // `damage` is told of each entry; `note` of how many of the commit's entries have no metadata, which is
  // none.
  Status check(const CommitTree& tree, const Tell& damage, const Tell& note);

 private:
  Status walk(const TreeDirectory& directory, const std::string& path, size_t depth, const Tell& damage);

  BlockSource* source_;
  std::unordered_set<Digest, DigestHash> seen_;  // digests of what a directory consists of
  uint64_t bare_ = 0;                            // entries of the commit without metadata
  std::string first_bare_;
};

}  // namespace penstock
