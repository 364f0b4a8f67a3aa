// SPDX-License-Identifier: Apache-2.0
#include "store/commit_log.h"

#include <algorithm>
#include <array>

namespace penstock {

// Writes both copies and syncs; the log ends behind them.
Status CommitLog::write_at(uint64_t offset, const LogRecord& record) {
  const std::vector<uint8_t> copy = encode_log_record(record, uuid_);
  const std::array<Bytes, 2> copies{copy, copy};
  PENSTOCK_TRY(file_->write(offset, copies));
  PENSTOCK_TRY(file_->sync());
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

Status CommitLog::append(const std::optional<Cid>& commit, std::vector<Watermark> changed) {
  LogRecord record;
  std::span<const Watermark> rest = changed;
  do {
    const auto part = rest.first(std::min<size_t>(rest.size(), LogRecord::kWatermarksMax));
    rest = rest.subspan(part.size());
    record.sequence = (scan_.last ? scan_.last->sequence : 0) + 1;
    record.watermarks.assign(part.begin(), part.end());
    record.commit = rest.empty() ? commit : std::nullopt;
    const uint64_t offset = scan_.end;
    PENSTOCK_TRY(write_at(offset, record));
    for (const Watermark& watermark : part) scan_.watermarks.set(watermark);
    if (record.commit) scan_.commits.push_back({*record.commit, offset});
    scan_.last = std::move(record);
  } while (!rest.empty());
  return {};
}

}  // namespace penstock
