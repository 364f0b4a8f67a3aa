// SPDX-License-Identifier: Apache-2.0
#include "store/log_record.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/limits.h"

namespace penstock {
namespace {

enum Kind : uint16_t { kWatermarksAlone = 0, kCommit = 1 };

constexpr uint16_t kVersion = 1;
constexpr size_t kDigestAt = 20;
constexpr size_t kCountAt = 52;
constexpr size_t kHeaderCrcAt = 56;

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "log record", why);
}

}  // namespace

std::vector<uint8_t> encode_log_record(const LogRecord& record, const StoreUuid& uuid) {
  PENSTOCK_CHECK(record.watermarks.size() <= LogRecord::kWatermarksMax);
  std::vector<uint8_t> bytes(record.encoded_bytes());
  const uint32_t seed = crc32c(uuid.bytes);
  std::ranges::copy(kLogRecordMagic, bytes.begin());
  store_le(&bytes[4], kVersion);
  store_le(&bytes[6], static_cast<uint16_t>(record.commit ? kCommit : kWatermarksAlone));
  store_le(&bytes[8], record.sequence);
  if (record.commit) {
    store_le(&bytes[16], static_cast<uint32_t>(record.commit->codec));
    std::ranges::copy(record.commit->digest.bytes, &bytes[kDigestAt]);
  }
  store_le(&bytes[kCountAt], static_cast<uint32_t>(record.watermarks.size()));
  store_le(&bytes[kHeaderCrcAt], crc32c(Bytes(bytes).first(kHeaderCrcAt), seed));
  uint8_t* at = bytes.data() + LogRecord::kHeaderBytes;
  for (const Watermark& watermark : record.watermarks) {
    store_le(at, watermark.segment);
    store_le(at + 4, watermark.bytes);
    at += Watermark::kBytes;
  }
  store_le(at, crc32c(Bytes(bytes).first(bytes.size() - sizeof(uint32_t)), seed));
  return bytes;
}

Result<size_t> parse_log_record_bytes(Bytes bytes, const StoreUuid& uuid) {
  if (bytes.size() < LogRecord::kHeaderBytes) return damaged("is cut off");
  if (as_text(bytes.first(kLogRecordMagic.size())) != kLogRecordMagic) return damaged("does not begin here");
  if (load_le<uint32_t>(&bytes[kHeaderCrcAt]) != crc32c(bytes.first(kHeaderCrcAt), crc32c(uuid.bytes))) {
    return damaged("header's checksum differs");
  }
  if (load_le<uint16_t>(&bytes[4]) != kVersion) return damaged("is of an unknown version");
  const auto count = load_le<uint32_t>(&bytes[kCountAt]);
  if (count > LogRecord::kWatermarksMax) return damaged("has too many watermarks");
  return LogRecord::kHeaderBytes + size_t{count} * Watermark::kBytes + sizeof(uint32_t);
}

Result<LogRecord> parse_log_record(Bytes bytes, const StoreUuid& uuid) {
  PENSTOCK_TRY_ASSIGN(const size_t size, parse_log_record_bytes(bytes, uuid));
  if (bytes.size() < size) return damaged("is cut off");
  const size_t crc_at = size - sizeof(uint32_t);
  if (load_le<uint32_t>(&bytes[crc_at]) != crc32c(bytes.first(crc_at), crc32c(uuid.bytes))) {
    return damaged("checksum differs");
  }
  LogRecord record;
  record.sequence = load_le<uint64_t>(&bytes[8]);
  const auto kind = load_le<uint16_t>(&bytes[6]);
  const auto codec = load_le<uint32_t>(&bytes[16]);
  const Bytes digest = bytes.subspan(kDigestAt, sizeof(Digest));
  if (kind == kCommit && codec == static_cast<uint32_t>(Multicodec::dag_cbor)) {
    record.commit.emplace();
    record.commit->codec = Multicodec::dag_cbor;
    std::ranges::copy(digest, record.commit->digest.bytes.begin());
  } else if (kind != kWatermarksAlone || codec != 0 || !all_zero(digest)) {
    return damaged("is of an unknown kind");
  }
  record.watermarks.reserve((crc_at - LogRecord::kHeaderBytes) / Watermark::kBytes);
  for (size_t at = LogRecord::kHeaderBytes; at < crc_at; at += Watermark::kBytes) {
    const Watermark watermark{load_le<uint32_t>(&bytes[at]), load_le<uint32_t>(&bytes[at + 4])};
    const bool ascending = record.watermarks.empty() || record.watermarks.back().segment < watermark.segment;
    if (watermark.segment == 0 || watermark.bytes > kSegmentBytesMax || !ascending) {
      return damaged("has impossible watermarks");
    }
    record.watermarks.push_back(watermark);
  }
  return record;
}

}  // namespace penstock
