// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/meta_entry.h"
#include "pipeline/refusal_tally.h"
#include "pipeline/restored_owners.h"

namespace penstock {

// Reads the attribute values that are blocks of their own into `entry`. corrupt: one is missing or damaged.
Status fetch_xattr_values(BlockSource& source, MetaEntry& entry);

// Gives restored entries their metadata: owner, attributes, mode, ACLs, and the time last, for each of these
// would change what comes before it. What it may not do, or the file system cannot, is counted; other
// failures are errors. Setuid and setgid bits and capabilities are not given to a file whose owner could not
// be set: it would act for whoever restores. Values of attributes have been fetched. Any thread.
class AttributeWriter {
 public:
  explicit AttributeWriter(RefusalTally& refused, RestoredOwners owners = RestoredOwners::by_number())
      : refused_(&refused), owners_(std::move(owners)) {}

  const RestoredOwners& owners() const { return owners_; }

  // An open file or directory. `fresh`: it was just made, where nothing is inherited; otherwise what it has
  // of user, trusted and ACL attributes and `entry` has not is removed. `path` is for messages.
  Status apply(int fd, const MetaEntry& entry, const std::string& path, bool fresh) const;
  // The symlink or special file `name` in `directory_fd`. failed: it is of another kind by now.
  Status apply_at(int directory_fd, const std::string& name, const MetaEntry& entry, const std::string& path,
                  bool fresh) const;

 private:
  RefusalTally* refused_;
  RestoredOwners owners_;
};

// How open the directory of which `standing` is a descriptor may be while what belongs to `entry` moves into
// it: as the entry's mode says, without its ACL's mask, where owner, group and access ACL are already what
// they will be; otherwise for the owner alone.
uint32_t mode_until_restored(int standing, const MetaEntry& entry, const RestoredOwners& owners);

// The mode whose group bits say no more than the ACL `value` (Linux's xattr form, version 2) lets the owning
// group do: for where the ACL itself cannot be set, since with it those bits are its mask. Of what is no such
// ACL none are left.
uint32_t mode_without_acl(uint32_t mode, Bytes value);

}  // namespace penstock
