// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/console.h"
#include "base/result.h"
#include "dag/tree_cursor.h"
#include "pipeline/tree_restore.h"
#include "store/store.h"

namespace penstock {

// `get --dry-run`: prints what a restore to `path` would do, a line an entry, or as JSON in counts alone, and
// touches nothing. Its exit code.
Result<int> preview_get(Store& store, const CommitTree& tree, const TreeEntry& entry,
                        const std::string& path_in_tree, const std::string& path,
                        const TreeRestoreOptions& choices, bool json, Console& console);

}  // namespace penstock
