// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "dag/put_record.h"
#include "ingest/entry_filter.h"
#include "ingest/path_selection.h"

namespace penstock {

// What a commit keeps of the rules that a put went by, and of its list where it had one.
PutChoice recorded_choice(const FilterRules& rules, const PathSelection* list);
// The rules again, without the list. corrupt: a pattern or mark is none, or they were dropped.
Result<FilterRules> recorded_rules(const PutChoice& choice);

}  // namespace penstock
