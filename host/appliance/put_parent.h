// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "appliance/console.h"
#include "base/result.h"
#include "dag/tree_cursor.h"
#include "pipeline/baseline.h"
#include "pipeline/parent_commit.h"
#include "store/store.h"

namespace penstock {

// Which commit a put is compared with, in the words of the command line.
struct ParentChoice {
  std::string commit;   // a commit's CID, or HEAD; "none"; empty: the best that find_parent finds
  bool reread = false;  // nothing counts as unchanged
};

// The commit, and what compares with it. Nothing: there is none.
struct PutParent {
  CommitTree tree;
  std::unique_ptr<Baseline> baseline;
};

// `gone`: as Baseline has it. Notes why files are read though there is a parent. usage, absent: `choice`
// names no commit. That the one that it names is damaged, or has no metadata, is a note.
Result<std::optional<PutParent>> choose_parent(Store& store, const ParentChoice& choice,
                                               const ParentQuery& query, Console& console,
                                               std::function<void(const std::string& path)> gone = {});

}  // namespace penstock
