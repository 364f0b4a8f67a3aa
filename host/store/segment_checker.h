// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "codec/codec.h"
#include "store/log_record.h"
#include "store/segment_contents.h"
#include "store/store_damage.h"
#include "store/store_site.h"
#include "store/stored_record.h"

namespace penstock {

// What checks came to; they add up.
struct CheckTotals {
  uint64_t segments = 0;
  uint64_t bytes_read = 0;
  uint64_t bytes_raw = 0;  // decoded and digested
  uint64_t blocks = 0;
  uint64_t damages = 0;
  uint64_t unread = 0;                // parts that could not be opened or read
  uint64_t bytes_unacknowledged = 0;  // beyond the watermarks: a put under way, or cut off

  void add(const CheckTotals& other);
};

// Reads every byte of segments below their watermark: header, records, footer; checks every crc, decodes
// every frame, digests every block, compares the footer with the records. One thread; holds one record and
// one frame.
class SegmentChecker {
 public:
  using Report = std::function<void(StoreDamage&&)>;
  using Unread = std::function<void(const Error&)>;

  // `unread`: parts that could not be opened or read, which says nothing of what they hold.
  SegmentChecker(const StoreSite& site, Report report, Unread unread);

  // What cannot be read does not keep the rest of the segment from being checked, as far as records are
  // found.
  CheckTotals check(const Watermark& watermark);

 private:
  void check_header(const File& file, const Watermark& watermark);
  void check_records(const File& file, const Watermark& watermark, uint32_t end);
  void check_record(const File& file);
  void damaged(uint32_t begin, uint32_t end, DamageKind kind, std::vector<Digest> digests);
  void damaged_part(uint32_t begin, uint32_t end, std::string what);
  void unread(uint32_t begin, uint32_t end, const Error& error);
  uint32_t resume_behind(uint32_t offset, uint32_t end) const;
  uint32_t find_end(const File& file, const Watermark& watermark, uint64_t size);
  std::vector<Digest> listed_in(uint32_t begin, uint32_t end) const;
  bool footer_agrees(const StoredRecord& record) const;

  const StoreSite* site_;
  Report report_;
  Unread unread_;
  StoredRecord record_;
  std::unique_ptr<uint8_t[]> raw_;
  Decoder decoder_;
  std::optional<LoadedFooter> footer_;  // of the segment being checked
  uint32_t segment_ = 0;
  uint64_t blocks_seen_ = 0;
  bool footer_differs_ = false;
  bool records_damaged_ = false;
  CheckTotals totals_;
};

}  // namespace penstock
