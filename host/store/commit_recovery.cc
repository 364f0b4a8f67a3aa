// SPDX-License-Identifier: Apache-2.0
#include "store/commit_recovery.h"

#include <algorithm>

#include "hash/sha256.h"
#include "store/commit_closure.h"
#include "store/segment_scanner.h"
#include "store/store_reader.h"
#include "store/whole_prefix.h"

namespace penstock {
namespace {

constexpr size_t kBatchEntries = 4096;
constexpr uint32_t kCopyBytes = kMiB;

bool may_hold_commit(const ChunkTable& table) {
  for (size_t place = 0; place < table.size(); ++place) {
    if (table[place].codec == Multicodec::dag_cbor) return true;
  }
  return false;
}

}  // namespace

Status CommitRecovery::add_candidates(const StoredRecord& record, Bytes raw) {
  for (size_t place = 0; place < record.table().size(); ++place) {
    const BlockEntry entry = record.table()[place];
    const Bytes block = raw.first(entry.length);
    raw = raw.subspan(entry.length);
    if (entry.codec != Multicodec::dag_cbor) continue;
    auto commit = decode_commit(block);
    if (!commit || sha256(block) != entry.digest) continue;
    candidates_.push_back({Cid{Multicodec::dag_cbor, entry.digest}, std::move(*commit)});
  }
  return {};
}

// Reads tables alone, and payloads where a commit may be: an interrupted put may have left any amount.
Status CommitRecovery::find_candidates(const UnacknowledgedTail& tail) {
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(tail.segment), false));
  const uint32_t from = std::max(tail.watermark, static_cast<uint32_t>(SegmentHeader::kBytes));
  SegmentScanner scanner(*file, segment_seed(site_->uuid, tail.segment), from,
                         static_cast<uint32_t>(std::min(tail.size, kSegmentBytesMax)));
  StoredRecord record;
  Decoder decoder;
  std::vector<uint8_t> raw;
  while (true) {
    PENSTOCK_TRY_ASSIGN(const bool found, scanner.next(record));
    if (!found || scanner.gap()) return {};
    if (!may_hold_commit(record.table())) continue;
    raw.resize(record.header().raw_bytes);
    Status read = record.read_payload(*file);
    if (read) read = record.decode(decoder, raw);
    if (!read && read.error().code == Errc::failed) return read;
    if (!read) return {};
    PENSTOCK_TRY(add_candidates(record, raw));
  }
}

// Tells the index what is whole in the tail. If nothing comes of it, that lies beyond the watermark for ever.
Result<Watermark> CommitRecovery::learn(const UnacknowledgedTail& tail) {
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(tail.segment), false));
  std::vector<IndexEntry> batch;
  const auto visit = [&](const StoredRecord& record, Bytes) -> Status {
    for (uint32_t place = 0; place < record.table().size(); ++place) {
      batch.push_back({record.table()[place].digest, {tail.segment, record.offset(), place}});
    }
    if (batch.size() < kBatchEntries) return {};
    // With a coverage, so that it is seen that the index knows this segment beyond the watermark.
    const Coverage known{tail.segment, record.end()};
    PENSTOCK_TRY(catalog_->learn(batch, std::span(&known, 1)));
    batch.clear();
    return {};
  };
  WholePrefix prefix;
  PENSTOCK_TRY_ASSIGN(const uint32_t whole,
                      prefix.measure(*file, site_->uuid, tail.segment, tail.watermark, tail.size, visit));
  const Coverage known{tail.segment, whole};
  PENSTOCK_TRY(catalog_->learn(batch, std::span(&known, 1)));
  return Watermark{tail.segment, whole};
}

Result<std::vector<CommitRecovery::Candidate>> CommitRecovery::complete_ones() {
  StoreReader reader(*site_->files, site_->paths, site_->uuid, *catalog_, ReadPattern::scattered);
  const auto has = [&](const Digest& digest) -> Result<bool> {
    PENSTOCK_TRY_ASSIGN(const BlockLocation location, catalog_->find(digest));
    return location.placement.has_value();
  };
  Cid head = log_->commits().empty() ? genesis_cid() : log_->commits().back().cid;
  std::vector<Candidate> complete;
  for (Candidate& candidate : candidates_) {
    const auto& parents = candidate.commit.parents;
    if (parents.empty() || parents.front() != head) continue;
    CommitClosure closure(reader, has);
    PENSTOCK_TRY_ASSIGN(bool whole, has(candidate.cid.digest));
    if (!whole) continue;
    PENSTOCK_TRY_ASSIGN(whole, closure.complete(candidate.commit));
    if (!whole) continue;
    head = candidate.cid;
    complete.push_back(std::move(candidate));
  }
  return complete;
}

// A sync that failed may have left the bytes in the page cache alone, marked as written: they are written
// again.
Status CommitRecovery::make_durable(uint32_t segment, uint32_t from, uint32_t to) {
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(segment), true));
  std::vector<uint8_t> buffer(std::min(kCopyBytes, to - from));
  while (from < to) {
    const MutableBytes part = MutableBytes(buffer).first(std::min<size_t>(buffer.size(), to - from));
    PENSTOCK_TRY(file->read(from, part));
    const Bytes same = part;
    PENSTOCK_TRY(file->write(from, std::span(&same, 1)));
    from += static_cast<uint32_t>(part.size());
  }
  return file->sync();
}

Status CommitRecovery::run(std::span<const UnacknowledgedTail> tails) {
  for (const UnacknowledgedTail& tail : tails) PENSTOCK_TRY(find_candidates(tail));
  if (candidates_.empty()) return {};
  std::vector<Watermark> changed;
  Watermarks trial = log_->watermarks();
  for (const UnacknowledgedTail& tail : tails) {
    PENSTOCK_TRY_ASSIGN(const Watermark whole, learn(tail));
    if (whole.bytes <= tail.watermark) continue;
    trial.set(whole);
    changed.push_back(whole);
  }
  catalog_->set_watermarks(trial);
  PENSTOCK_TRY_ASSIGN(const auto complete, complete_ones());
  if (!complete.empty()) {
    for (const Watermark& whole : changed) {
      PENSTOCK_TRY(make_durable(whole.segment, log_->watermarks().of(whole.segment), whole.bytes));
    }
    PENSTOCK_TRY(site_->files->sync_directory(site_->paths.segments()));
  }
  std::vector<Cid> recovered;
  for (const Candidate& candidate : complete) recovered.push_back(candidate.cid);
  for (std::span<const Cid> rest = recovered; !rest.empty();) {
    const auto group = rest.first(std::min<size_t>(rest.size(), LogRecord::kCommitsMax));
    PENSTOCK_TRY(log_->append(group, std::exchange(changed, {})));
    rest = rest.subspan(group.size());
  }
  for (const Cid& commit : recovered)
    site_->notice("recovered commit " + commit.text() + ": it was complete, and only not acknowledged");
  catalog_->set_watermarks(log_->watermarks());
  return {};
}

}  // namespace penstock
