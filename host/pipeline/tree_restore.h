// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/tree_cursor.h"
#include "ingest/path_pattern.h"
#include "pipeline/refusal_tally.h"
#include "pipeline/restore.h"
#include "pipeline/standing_entries.h"
#include "store/store.h"

namespace penstock {

// Whose restored entries become: see restored_owners.h.
enum class OwnerChoice : uint8_t { names, numbers, none };

struct TreeRestoreOptions {
  RestoreOptions restore;  // its range is not for trees
  Overwrite overwrite = Overwrite::refuse;
  std::function<void(const std::string& path)> removed;  // told of each entry that remove_others removes
  std::function<void(const std::string& text)> note;     // told of what is no failure
  bool remove_others = false;  // entries that the commit has not, in directories that it has; not with refuse
  // Whether something that the commit has not stays all the same, with all below it; may be empty.
  std::function<bool(std::string_view path)> spares;
  OwnerChoice owners = OwnerChoice::names;
  bool specials = true;  // FIFOs, sockets and devices are made
  bool verify = false;   // read back what stands there in the end; not with Overwrite::never
  // By paths from the top of what is restored, "/a/b". Nothing to include: everything is. Directories above
  // what is taken are made too. Where nothing is taken the restore fails (absent) and makes nothing, but with
  // remove_others.
  PathPatterns include;
  PathPatterns exclude;
  // These as they were given, and whatever else decides on what is restored and how: a restore that was
  // interrupted is gone on with where this, the tree and the path are the same.
  std::string choices;
};

struct TreeRestoreReport {
  RestoreReport restored;
  bool takes_any = false;          // something was chosen, and restored unless it is counted elsewhere
  uint64_t specials = 0;           // FIFOs, sockets, devices
  uint64_t specials_left_out = 0;  // as TreeRestoreOptions::specials says
  uint64_t hard_links = 0;         // further names
  uint64_t resumed = 0;            // of the files, whole ones of a restore that was interrupted
  uint64_t kept = 0;               // entries that stood there and stayed
  uint64_t in_the_way = 0;         // entries left out, as something of another kind stands there
  uint64_t removed = 0;            // that the commit has not
  uint64_t mount_points = 0;       // in the target, that the commit has something for: left as they are
  uint64_t not_removed = 0;        // these should have been, and could not
  uint64_t verified = 0;           // files and symlinks that were read back
  uint64_t differences = 0;        // found by that
  uint64_t not_restorable = 0;     // these differ only in what was not allowed
  uint64_t metadata_damaged = 0;   // entries that were restored without theirs, or part of it
};

// What decides on whether a restore that was interrupted is gone on with: the key of its stage.
std::string restore_key(const CommitTree& tree, const TreeEntry& entry, const std::string& path_in_tree,
                        const TreeRestoreOptions& options);

// Restores `entry`, which `path_in_tree` ("a/b"; empty: the top) leads to in `tree`, as `path`, with its
// metadata: modes, owners, times, attributes, ACLs, hard links, special files. As restore_to_path otherwise,
// but that with options.overwrite it may be there: all is restored beside it first, and then takes the place
// of what is there entry by entry.
// What was not allowed is counted in `refused`; the rest is restored. Entries of which the commit has no
// metadata, or damaged one, are restored as their content alone.
Result<TreeRestoreReport> restore_tree(Store& store, const CommitTree& tree, const TreeEntry& entry,
                                       const std::string& path_in_tree, const std::string& path,
                                       const TreeRestoreOptions& options, RefusalTally& refused);

}  // namespace penstock
