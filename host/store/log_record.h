// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"
#include "store/store_uuid.h"

namespace penstock {

inline constexpr std::string_view kLogRecordMagic = "PLOG";

// How much of a segment is acknowledged, bytes from its beginning.
struct Watermark {
  static constexpr size_t kBytes = 8;

  uint32_t segment = 0;
  uint32_t bytes = 0;

  friend bool operator==(const Watermark&, const Watermark&) = default;
};

// One record of commits.log (format.md).
struct LogRecord {
  static constexpr size_t kHeaderBytes = 60;
  static constexpr uint32_t kWatermarksMax = 1u << 20;
  static constexpr uint32_t kCommitsMax = 4096;

  uint64_t sequence = 0;
  std::vector<Cid> commits;           // oldest first; none: watermarks alone
  std::vector<Watermark> watermarks;  // of the segments that changed, ascending

  // Of one copy.
  size_t encoded_bytes() const {
    const size_t behind_header = commits.size() < 2 ? 0 : commits.size() * sizeof(Digest);
    return kHeaderBytes + watermarks.size() * Watermark::kBytes + behind_header + sizeof(uint32_t);
  }

  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

// One copy; the log holds two, one behind the other.
std::vector<uint8_t> encode_log_record(const LogRecord& record, const StoreUuid& uuid);

// Bytes of the copy that begins here, from at least LogRecord::kHeaderBytes bytes. corrupt error: none does.
Result<size_t> parse_log_record_bytes(Bytes bytes, const StoreUuid& uuid);
// The copy at the beginning of `bytes`. corrupt error: cut off, damaged, or with impossible numbers.
Result<LogRecord> parse_log_record(Bytes bytes, const StoreUuid& uuid);

}  // namespace penstock
