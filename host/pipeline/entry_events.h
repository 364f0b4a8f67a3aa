// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "ingest/entry_stream.h"
#include "pipeline/baseline.h"
#include "pipeline/batch.h"
#include "pipeline/put.h"

namespace penstock {

// The event of an entry that is neither a file nor unreadable, with its metadata where it has a status.
// Counts it. `fault`: why attributes were left out; empty if none were.
TreeEvent entry_event(Entry entry, PutCounters& counters, std::string& fault);

// Compares a file that was met. It is not known where it has attributes that the baseline lacks: whoever put
// that could not see them all.
FileMatch match_entry(Baseline& baseline, const Entry& entry);
// Of a file that is what an earlier commit has. Its content's link is the metadata's `known`.
EntryMeta known_file_meta(const std::string& name, const FileStatus& status, KnownFile known);

std::string xattr_fault_text(const std::string& why);
inline constexpr const char* kXattrRemedy = "its content and the rest of its metadata are stored";
// Of an entry's attributes, their long values included.
size_t xattr_bytes(const EntryMeta& meta);

}  // namespace penstock
