// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/file_system.h"
#include "store/log_record.h"
#include "store/logged_commit.h"
#include "store/watermarks.h"

namespace penstock {

// A part of commits.log that is no whole record.
struct LogDamage {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t records_lost = 0;  // 0: it was one of a record's two copies

  std::string text() const;
};

// What commits.log says (format.md).
struct LogScan {
  std::vector<LoggedCommit> commits;
  Watermarks watermarks;
  std::optional<LogRecord> last;  // the last record
  bool last_copied = false;       // whether both of its copies are whole
  uint64_t last_offset = 0;       // of its first whole copy
  uint64_t end = 0;               // behind the last whole copy: where the next record goes
  uint64_t size = 0;              // of the file; more than end: a torn tail
  std::vector<LogDamage> damage;  // header included
  uint64_t records_lost = 0;
  uint32_t suspect_segment_end = 0;  // where records are lost: segments below may have lost their watermark
};

// Reads the log in windows, so that its length does not matter. failed: the file cannot be read. corrupt: it
// is shorter than its header, or has neither a whole header nor a whole record. So damage that is told had a
// record behind it. `path` is for what errors say.
// `visit` gets each record once, in order; an error of it stops the scan.
using LogVisit = std::function<Status(const LogRecord&)>;
Result<LogScan> scan_log(const File& file, const std::string& path, const StoreUuid& uuid,
                         const LogVisit& visit = {});

}  // namespace penstock
