// SPDX-License-Identifier: Apache-2.0
#include "store/segment_writer.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/crc32c.h"
#include "store/record_header.h"

namespace penstock {

SegmentWriter::SegmentWriter(FileSystem& files, StorePaths paths, const StoreUuid& uuid,
                             uint32_t next_segment, SegmentWriterOptions options)
    : files_(&files),
      paths_(std::move(paths)),
      uuid_(uuid),
      options_(options),
      syncer_(options.sync_in_background),
      first_segment_(next_segment),
      next_segment_(next_segment) {
  PENSTOCK_CHECK(options.segment_bytes <= kSegmentBytesMax);
}

Status SegmentWriter::resume(OpenSegment segment) {
  PENSTOCK_CHECK(!active_ && segment.segment < next_segment_);
  Active active;
  active.segment = segment.segment;
  PENSTOCK_TRY_ASSIGN(active.file, files_->open(paths_.segment(segment.segment), true));
  active.bytes = active.bytes_at_sync = segment.bytes;
  active.entries = std::move(segment.entries);
  first_segment_ = segment.segment;
  active_ = std::move(active);
  return {};
}

Status SegmentWriter::keep(Status status) {
  if (!status && !error_) {
    error_ = status.error();
    idle_.notify_all();
  }
  return status;
}

Status SegmentWriter::begin_segment() {
  if (next_segment_ == 0) return fail(Errc::failed, paths_.segments(), "all segment numbers are used");
  Active active;
  active.segment = next_segment_;
  PENSTOCK_TRY_ASSIGN(active.file, files_->create(paths_.segment(active.segment)));
  const auto header = encode_segment_header({active.segment, uuid_});
  const Bytes part = header;
  half_begun_ = true;
  PENSTOCK_TRY(active.file->write(0, std::span(&part, 1)));
  half_begun_ = false;
  active.bytes = SegmentHeader::kBytes;
  bytes_written_ += header.size();
  ++next_segment_;
  entries_changed_ = true;
  active_ = std::move(active);
  return {};
}

// Expects that no write of the active segment is under way.
Result<std::unique_ptr<File>> SegmentWriter::seal() {
  PENSTOCK_CHECK(active_->in_flight.empty());
  const auto footer = encode_footer(active_->entries, active_->bytes, segment_seed(uuid_, active_->segment));
  const Bytes part = footer;
  PENSTOCK_TRY(active_->file->write(active_->bytes, std::span(&part, 1)));
  sealed_.push_back({active_->segment, active_->bytes + static_cast<uint32_t>(footer.size())});
  bytes_written_ += footer.size();
  std::unique_ptr<File> file = std::move(active_->file);
  active_.reset();
  return file;
}

Status SegmentWriter::reserve(const VerifiedBlock& block, uint32_t record_bytes, Slot& slot) {
  const auto entries = block.entries();
  std::unique_lock lock(mutex_);
  while (true) {
    idle_.wait(lock, [&] { return error_ || !sealing_; });
    if (error_) return Failure(*error_);
    if (!active_) PENSTOCK_TRY(keep(begin_segment()));
    const uint64_t full =
        active_->bytes + record_bytes + footer_bytes(active_->entries.size() + entries.size());
    // A segment takes at least one record, whatever a test set as its size.
    if (full <= options_.segment_bytes || active_->entries.empty()) break;
    sealing_ = true;
    idle_.wait(lock, [&] { return error_ || active_->in_flight.empty(); });
    sealing_ = false;
    idle_.notify_all();
    if (error_) return Failure(*error_);
    auto sealed = seal();
    if (!sealed) return Failure(keep(Failure(sealed.error())).error());
    slot.sealed = std::move(*sealed);
  }
  slot.at = {active_->segment, active_->bytes};
  slot.file = active_->file.get();
  for (uint32_t place = 0; place < entries.size(); ++place) {
    active_->entries.push_back({entries[place].digest, active_->bytes, place});
  }
  active_->in_flight.insert(active_->bytes);
  active_->bytes += record_bytes;
  bytes_written_ += record_bytes;
  return {};
}

Status SegmentWriter::write_record(const VerifiedBlock& block, uint32_t payload_crc, MutableBytes head,
                                   const Slot& slot) const {
  encode_record_head(block, payload_crc, segment_seed(uuid_, slot.at.segment), slot.at.record, head);
  const std::array<Bytes, 2> parts{head, block.payload()};
  return slot.file->write(slot.at.record, parts);
}

Result<SegmentWriter::Written> SegmentWriter::write(const VerifiedBlock& block) {
  // One a thread, so that heads of many records are made without allocating.
  static thread_local std::vector<uint8_t> head;
  head.resize(RecordHeader::kBytes + block.entries().size() * ChunkTable::kEntryBytes);
  const uint32_t payload_crc = crc32c(block.payload());
  const auto record_bytes = static_cast<uint32_t>(head.size() + block.payload().size());
  Slot slot;
  Status outcome = reserve(block, record_bytes, slot);
  if (outcome) outcome = write_record(block, payload_crc, head, slot);
  // Whatever became of the record: the sealed segment has to be synced to count.
  if (slot.sealed) {
    Status pushed = syncer_.push(std::move(slot.sealed));
    if (outcome) outcome = std::move(pushed);
  }
  if (outcome) return slot.at;
  const std::lock_guard lock(mutex_);
  return Failure(keep(std::move(outcome)).error());
}

void SegmentWriter::finish(Written written) {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(active_ && active_->segment == written.segment);
  active_->in_flight.erase(written.record);
  if (active_->in_flight.empty()) idle_.notify_all();
}

std::vector<Watermark> SegmentWriter::take_progress() {
  const std::lock_guard lock(mutex_);
  std::vector<Watermark> progress(sealed_.begin() + static_cast<ptrdiff_t>(sealed_reported_), sealed_.end());
  sealed_reported_ = sealed_.size();
  if (active_) progress.push_back({active_->segment, active_->complete()});
  return progress;
}

std::vector<Watermark> SegmentWriter::extents() {
  const std::lock_guard lock(mutex_);
  std::vector<Watermark> extents = sealed_;
  if (active_) extents.push_back({active_->segment, active_->complete()});
  return extents;
}

Result<std::vector<Watermark>> SegmentWriter::sync() {
  {
    const std::lock_guard lock(mutex_);
    if (error_) return Failure(*error_);
    PENSTOCK_CHECK(!active_ || active_->in_flight.empty());
  }
  return make_durable();
}

Result<std::vector<Watermark>> SegmentWriter::rescue() {
  {
    const std::lock_guard lock(mutex_);
    if (sync_failed_) return Failure(*error_);
    static_cast<void>(keep(fail(Errc::failed, paths_.segments(), "nothing more is written to them")));
    if (active_) {
      // Of what was being written nothing was acknowledged. What cannot be cut off is set aside later.
      active_->bytes = active_->complete();
      active_->in_flight.clear();
      static_cast<void>(active_->file->truncate(active_->bytes));
    }
    if (half_begun_) static_cast<void>(files_->remove(paths_.segment(next_segment_)));
    half_begun_ = false;
  }
  return make_durable();
}

// While nothing is written.
Result<std::vector<Watermark>> SegmentWriter::make_durable() {
  Status outcome = syncer_.drain();
  if (outcome && active_ && active_->bytes != active_->bytes_at_sync) outcome = active_->file->sync();
  if (outcome && entries_changed_) outcome = files_->sync_directory(paths_.segments());
  const std::lock_guard lock(mutex_);
  if (!outcome) {
    sync_failed_ = true;
    return Failure(keep(std::move(outcome)).error());
  }
  entries_changed_ = false;
  std::vector<Watermark> changed(sealed_.begin() + static_cast<ptrdiff_t>(sealed_synced_), sealed_.end());
  sealed_synced_ = sealed_.size();
  if (active_ && active_->bytes != active_->bytes_at_sync) {
    active_->bytes_at_sync = active_->bytes;
    changed.push_back({active_->segment, active_->bytes});
  }
  return changed;
}

uint64_t SegmentWriter::bytes_written() const {
  const std::lock_guard lock(mutex_);
  return bytes_written_;
}

}  // namespace penstock
