// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "appliance/console.h"
#include "appliance/json_text.h"
#include "dag/cid.h"
#include "pipeline/refusal_tally.h"
#include "pipeline/tree_restore.h"

namespace penstock {

// The JSON of `get` (docs/command-line.md). `cid`: nothing of what metadata alone knows. `refused`: null
// where content alone was restored.
Json get_report_json(const TreeRestoreReport& report, const std::optional<Cid>& cid, const std::string& path,
                     const RefusalTally* refused);

// The closing line for a person.
std::string get_summary(const TreeRestoreReport& report);

// A line for each kind of thing that could not be set: entries that are missing for it are errors, attributes
// notes.
void tell_refusals(const RefusalTally& refused, Console& console);

}  // namespace penstock
