// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/log_scan.h"
#include "store/store_paths.h"

namespace penstock {

// commits.log: what was scanned from it, and for a writer the place where it goes on. One thread.
class CommitLog {
 public:
  CommitLog(std::unique_ptr<File> file, const StoreUuid& uuid, LogScan scan)
      : file_(std::move(file)), uuid_(uuid), scan_(std::move(scan)) {}

  std::span<const LoggedCommit> commits() const { return scan_.commits; }
  const Watermarks& watermarks() const { return scan_.watermarks; }
  const LogScan& scan() const { return scan_; }

  // Writes the last record again, twice: a sync that failed before may have left it in the page cache alone,
  // where it looks whole. Durable on return. `tail_gone`: the torn tail was set aside and truncated.
  Status mend(bool tail_gone);
  // Writes the log anew, each record twice, if parts of it are damaged and every record is there; true if so.
  // The old log or the new one is there at any moment. After an error nothing may be appended.
  Result<bool> rewrite(FileSystem& files, const StorePaths& paths);
  // Appends a record of up to LogRecord::kCommitsMax commits, or of watermarks alone, and syncs: all of it is
  // there, or nothing. After an error nothing may be appended.
  Status append(std::span<const Cid> commits, std::vector<Watermark> changed);
  // There was such an error.
  bool broken() const { return broken_; }

 private:
  Result<LogScan> copy_to(File& fresh, const std::string& path) const;
  Status write_at(uint64_t offset, const LogRecord& record);

  std::unique_ptr<File> file_;
  StoreUuid uuid_;
  LogScan scan_;
  bool broken_ = false;
};

}  // namespace penstock
