// SPDX-License-Identifier: Apache-2.0
#include "store/commit_log.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/limits.h"
#include "store/file_header.h"

namespace penstock {
namespace {

constexpr size_t kBatchBytes = kMiB;

bool tell_the_same(const LogScan& a, const LogScan& b) {
  return std::ranges::equal(a.commits, b.commits, {}, &LoggedCommit::cid, &LoggedCommit::cid) &&
         std::ranges::equal(a.watermarks.list(), b.watermarks.list()) && a.last == b.last;
}

}  // namespace

// Writes both copies and syncs; the log ends behind them.
Status CommitLog::write_at(uint64_t offset, const LogRecord& record) {
  const std::vector<uint8_t> copy = encode_log_record(record, uuid_);
  const std::array<Bytes, 2> copies{copy, copy};
  broken_ = true;
  PENSTOCK_TRY(file_->write(offset, copies));
  PENSTOCK_TRY(file_->sync());
  broken_ = false;
  scan_.end = scan_.size = offset + 2 * copy.size();
  scan_.last_copied = true;
  scan_.last_offset = offset;
  return {};
}

Status CommitLog::mend(bool tail_gone) {
  if (tail_gone) scan_.size = scan_.end;
  if (!scan_.last) return {};
  // If something lies between the copies, or in their place, the first whole one stays where it is.
  const uint64_t copy_bytes = scan_.last->encoded_bytes();
  const bool adjacent = scan_.end == scan_.last_offset + (scan_.last_copied ? 2 : 1) * copy_bytes;
  return write_at(adjacent ? scan_.last_offset : scan_.end, *scan_.last);
}

// The header, and each record twice. What the log says that they were read from.
Result<LogScan> CommitLog::copy_to(File& fresh, const std::string& path) const {
  const auto header = encode_file_header(kCommitLogMagic, uuid_);
  std::vector<uint8_t> batch(header.begin(), header.end());
  uint64_t end = 0;
  const auto flush = [&]() -> Status {
    const Bytes part = batch;
    PENSTOCK_TRY(fresh.write(end, std::span(&part, 1)));
    end += batch.size();
    batch.clear();
    return {};
  };
  const auto visit = [&](const LogRecord& record) -> Status {
    const std::vector<uint8_t> copy = encode_log_record(record, uuid_);
    for (int i = 0; i < 2; ++i) batch.insert(batch.end(), copy.begin(), copy.end());
    return batch.size() < kBatchBytes ? Status() : flush();
  };
  PENSTOCK_TRY_ASSIGN(LogScan scan, scan_log(*file_, path, uuid_, visit));
  PENSTOCK_TRY(flush());
  return scan;
}

Result<bool> CommitLog::rewrite(FileSystem& files, const StorePaths& paths) {
  const std::string path = paths.log();
  const std::string fresh = path + ".new";
  PENSTOCK_TRY_ASSIGN(const bool left_over, files.exists(fresh));
  if (left_over) PENSTOCK_TRY(files.remove(fresh));
  broken_ = true;
  PENSTOCK_TRY_ASSIGN(const auto file, files.create(fresh));
  PENSTOCK_TRY_ASSIGN(const LogScan old, copy_to(*file, path));
  if (old.damage.empty() || old.records_lost > 0 || old.size != old.end) {
    PENSTOCK_TRY(files.remove(fresh));
    broken_ = false;
    return false;
  }
  PENSTOCK_TRY(file->sync());
  PENSTOCK_TRY_ASSIGN(const LogScan copied, scan_log(*file, fresh, uuid_));
  if (!copied.damage.empty() || copied.end != copied.size || !tell_the_same(copied, old) ||
      !tell_the_same(copied, scan_)) {
    return fail(Errc::failed, path, "could not be mended: it changed while it was read");
  }
  PENSTOCK_TRY(files.rename(fresh, path));
  PENSTOCK_TRY(files.sync_directory(paths.directory));
  // The old file has no name any more: what goes there is lost.
  PENSTOCK_TRY_ASSIGN(file_, files.open(path, true));
  scan_ = copied;
  broken_ = false;
  return true;
}

Status CommitLog::append(std::span<const Cid> commits, std::vector<Watermark> changed) {
  PENSTOCK_CHECK(commits.size() <= LogRecord::kCommitsMax);
  LogRecord record;
  std::span<const Watermark> rest = changed;
  do {
    const auto part = rest.first(std::min<size_t>(rest.size(), LogRecord::kWatermarksMax));
    rest = rest.subspan(part.size());
    record.sequence = (scan_.last ? scan_.last->sequence : 0) + 1;
    record.watermarks.assign(part.begin(), part.end());
    record.commits.clear();
    if (rest.empty()) record.commits.assign(commits.begin(), commits.end());
    const uint64_t offset = scan_.end;
    PENSTOCK_TRY(write_at(offset, record));
    for (const Watermark& watermark : part) scan_.watermarks.set(watermark);
    for (const Cid& commit : record.commits) scan_.commits.push_back({commit, offset});
    scan_.last = std::move(record);
  } while (!rest.empty());
  return {};
}

}  // namespace penstock
