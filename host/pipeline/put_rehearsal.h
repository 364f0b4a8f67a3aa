// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "dag/cid.h"
#include "ingest/entry_stream.h"
#include "pipeline/put.h"

namespace penstock {

// What a put would make of an entry.
enum class RehearsedEntry : uint8_t {
  new_file,        // the baseline lacks it, or there is none
  changed_file,    // it would be read
  unchanged_file,  // it would not
  directory,
  other,  // a symlink or special file
};

struct RehearsalOptions {
  Baseline* baseline = nullptr;  // as PutOptions has it
  // Told each entry; may be empty.
  std::function<void(RehearsedEntry, const std::string& path)> entry;
  // Told what a put would leave out as it cannot be read; what an open would show is not found.
  std::function<void(const Error&)> report;
};

struct RehearsalReport {
  PutCounters counters;       // of entries, files and bytes of content
  std::optional<Cid> parent;  // of the baseline
};

// Goes through what a put with metadata would take, and opens no file. failed: as EntryStream.
Result<RehearsalReport> rehearse_put(EntryStream& entries, const RehearsalOptions& options);

}  // namespace penstock
