// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/result.h"
#include "dag/meta_entry.h"
#include "pipeline/refusal_tally.h"
#include "pipeline/restored_owners.h"

namespace penstock {

// How what stands there differs from what a commit says of it, in words: "mode, owner". What the restore was
// not allowed to set, or the file system cannot hold, stands apart.
struct MetadataDifference {
  std::string wrong;
  std::string not_restorable;
};

// Compares restored entries' metadata with the commit's: mode, owner, time, attributes, ACLs, device number.
// Any thread.
class RestoredMetadata {
 public:
  // `refused` remembers the paths of what was refused.
  RestoredMetadata(const RestoredOwners& owners, const RefusalTally& refused)
      : owners_(&owners), refused_(&refused) {}

  // An open file or directory (`held`: one that O_PATH holds, of any kind) of that status. Values of
  // attributes have been fetched. `path` as the restore named it.
  Result<MetadataDifference> compare(int fd, bool held, const struct stat& status, const MetaEntry& entry,
                                     const std::string& path) const;

 private:
  const RestoredOwners* owners_;
  const RefusalTally* refused_;
};

}  // namespace penstock
