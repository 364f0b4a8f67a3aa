// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/entry_kind.h"
#include "dag/tree_cursor.h"

namespace penstock {

// One side of a difference.
struct DiffSide {
  TreeEntry entry;
  EntryKind kind = EntryKind::file;
};

// A path at which two trees differ: added has no `before`, removed no `after`; changed has both. A directory
// that is on one side only is one difference; what is in it is not listed.
struct Difference {
  std::string path;  // "a/b/c"; empty for the roots themselves
  std::optional<DiffSide> before;
  std::optional<DiffSide> after;
  bool metadata_alone = false;  // of it alone: mode, owner, time, attributes or links differ
};

using DifferenceSink = std::function<Status(const Difference&)>;
// What is told of an entry whose metadata and content do not fit each other; `path`: of its directory.
using MisfitSink = std::function<void(const std::string& path, const Error& error)>;

// What a comparison may cost. A few blocks can be trees that differ in more places than anybody can wait for:
// one directory that stands twice in each of sixty others stands in 2^60.
struct DiffLimits {
  size_t pairs_remembered = size_t{1} << 22;      // of directories that differ, 200 bytes or so each
  uint64_t entries_repeated = uint64_t{1} << 28;  // in pairs that were compared before, or not remembered
};

// Tells `sink` where `before` and `after` differ, in ascending order of names, entry by entry of each
// directory; metadata where both sides have it, but not the time of a directory whose content differs. What
// is equal in content and metadata is not descended into, nor are pairs again that were found to differ in
// form alone. An error of `sink` ends it; failed: `limits` are passed. Metadata that does not fit its content
// counts as none, and is told to `misfit`.
Status diff_entries(BlockSource& source, const TreeEntry& before, const TreeEntry& after,
                    const DifferenceSink& sink, const DiffLimits& limits = {}, const MisfitSink& misfit = {});
// The same of contents alone; a commit stands for its root.
Status diff_trees(BlockSource& source, const Cid& before, const Cid& after, const DifferenceSink& sink,
                  const DiffLimits& limits = {});

}  // namespace penstock
