// SPDX-License-Identifier: Apache-2.0
#include "store/log_record.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/limits.h"

namespace penstock {
namespace {

enum Kind : uint16_t { kWatermarksAlone = 0, kCommit = 1, kCommits = 2 };

constexpr uint16_t kVersion = 1;
constexpr size_t kDigestAt = 20;
constexpr size_t kCommitCountAt = kDigestAt;  // of kind kCommits
constexpr size_t kCountAt = 52;
constexpr size_t kHeaderCrcAt = 56;

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "log record", why);
}

Kind kind_of(const LogRecord& record) {
  if (record.commits.empty()) return kWatermarksAlone;
  return record.commits.size() == 1 ? kCommit : kCommits;
}

Cid commit_at(const uint8_t* digest) {
  Cid cid;
  cid.codec = Multicodec::dag_cbor;
  std::copy_n(digest, sizeof(Digest), cid.digest.bytes.begin());
  return cid;
}

// What the header says of the commits of a record of any kind. `behind` comes behind the watermarks.
struct CommitFields {
  size_t behind = 0;
  size_t in_header = 0;
};

Result<CommitFields> parse_commit_fields(Bytes header) {
  const auto kind = load_le<uint16_t>(&header[6]);
  const auto codec = load_le<uint32_t>(&header[16]);
  const Bytes digest = header.subspan(kDigestAt, sizeof(Digest));
  constexpr auto kCbor = static_cast<uint32_t>(Multicodec::dag_cbor);
  if (kind == kCommit && codec == kCbor) return CommitFields{.in_header = 1};
  if (kind == kWatermarksAlone && codec == 0 && all_zero(digest)) return CommitFields{};
  const auto count = load_le<uint32_t>(&header[kCommitCountAt]);
  if (kind != kCommits || codec != kCbor || !all_zero(digest.subspan(sizeof count)))
    return damaged("is of an unknown kind");
  if (count < 2 || count > LogRecord::kCommitsMax) return damaged("has an impossible number of commits");
  return CommitFields{.behind = count};
}

}  // namespace

std::vector<uint8_t> encode_log_record(const LogRecord& record, const StoreUuid& uuid) {
  PENSTOCK_CHECK(record.watermarks.size() <= LogRecord::kWatermarksMax);
  PENSTOCK_CHECK(record.commits.size() <= LogRecord::kCommitsMax);
  std::vector<uint8_t> bytes(record.encoded_bytes());
  const uint32_t seed = crc32c(uuid.bytes);
  std::ranges::copy(kLogRecordMagic, bytes.begin());
  store_le(&bytes[4], kVersion);
  const Kind kind = kind_of(record);
  store_le(&bytes[6], static_cast<uint16_t>(kind));
  store_le(&bytes[8], record.sequence);
  if (kind != kWatermarksAlone) store_le(&bytes[16], static_cast<uint32_t>(Multicodec::dag_cbor));
  if (kind == kCommit) std::ranges::copy(record.commits.front().digest.bytes, &bytes[kDigestAt]);
  if (kind == kCommits) store_le(&bytes[kCommitCountAt], static_cast<uint32_t>(record.commits.size()));
  store_le(&bytes[kCountAt], static_cast<uint32_t>(record.watermarks.size()));
  store_le(&bytes[kHeaderCrcAt], crc32c(Bytes(bytes).first(kHeaderCrcAt), seed));
  uint8_t* at = bytes.data() + LogRecord::kHeaderBytes;
  for (const Watermark& watermark : record.watermarks) {
    store_le(at, watermark.segment);
    store_le(at + 4, watermark.bytes);
    at += Watermark::kBytes;
  }
  if (kind == kCommits) {
    for (const Cid& commit : record.commits) at = std::ranges::copy(commit.digest.bytes, at).out;
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
  PENSTOCK_TRY_ASSIGN(const CommitFields commits, parse_commit_fields(bytes.first(LogRecord::kHeaderBytes)));
  return LogRecord::kHeaderBytes + size_t{count} * Watermark::kBytes + commits.behind * sizeof(Digest) +
         sizeof(uint32_t);
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
  PENSTOCK_TRY_ASSIGN(const CommitFields commits, parse_commit_fields(bytes.first(LogRecord::kHeaderBytes)));
  if (commits.in_header == 1) record.commits.push_back(commit_at(&bytes[kDigestAt]));
  const size_t commits_at = crc_at - commits.behind * sizeof(Digest);
  record.watermarks.reserve((commits_at - LogRecord::kHeaderBytes) / Watermark::kBytes);
  for (size_t at = LogRecord::kHeaderBytes; at < commits_at; at += Watermark::kBytes) {
    const Watermark watermark{load_le<uint32_t>(&bytes[at]), load_le<uint32_t>(&bytes[at + 4])};
    const bool ascending = record.watermarks.empty() || record.watermarks.back().segment < watermark.segment;
    if (watermark.segment == 0 || watermark.bytes > kSegmentBytesMax || !ascending) {
      return damaged("has impossible watermarks");
    }
    record.watermarks.push_back(watermark);
  }
  for (size_t at = commits_at; at < crc_at; at += sizeof(Digest))
    record.commits.push_back(commit_at(&bytes[at]));
  return record;
}

}  // namespace penstock
