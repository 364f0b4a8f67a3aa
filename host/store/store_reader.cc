// SPDX-License-Identifier: Apache-2.0
#include "store/store_reader.h"

#include <algorithm>
#include <bit>

#include "base/limits.h"
#include "hash/sha256.h"
#include "store/record_digests.h"

namespace penstock {
namespace {

constexpr const char* kDamageRemedy = "run penstock verify; putting the same data again heals the block";

std::string name_of(const Digest& digest) {
  return "block " + digest.hex();
}

std::string place_of(const Placement& placement) {
  return "segment " + segment_file_name(placement.segment) + ", offset " + std::to_string(placement.record);
}

}  // namespace

StoreReader::StoreReader(FileSystem& files, StorePaths paths, const StoreUuid& uuid, BlockCatalog& catalog,
                         ReadPattern pattern)
    : files_(&files), paths_(std::move(paths)), uuid_(uuid), catalog_(&catalog), pattern_(pattern) {}

std::optional<uint32_t> StoreReader::Frame::place_of(const Digest& digest) const {
  if (segment == 0) return std::nullopt;
  for (size_t slot = DigestHash()(digest) % slots.size();; slot = (slot + 1) % slots.size()) {
    if (slots[slot] == 0) return std::nullopt;
    const uint32_t place = slots[slot] - 1u;
    if (entries[place].digest == digest) return place;
  }
}

void StoreReader::Frame::list(const ChunkTable& table) {
  static_assert(kFrameChunksMax < UINT16_MAX);
  entries.clear();
  offsets.clear();
  slots.assign(std::bit_ceil(2 * table.size() + 1), 0);
  uint32_t offset = 0;
  for (size_t place = 0; place < table.size(); ++place) {
    entries.push_back(table[place]);
    offsets.push_back(offset);
    offset += entries.back().length;
    size_t slot = DigestHash()(entries.back().digest) % slots.size();
    while (slots[slot] != 0) slot = (slot + 1) % slots.size();
    slots[slot] = static_cast<uint16_t>(place + 1);
  }
  checked.assign(table.size(), false);
}

Failure StoreReader::locate_error(const Digest& digest, const Placement& placement,
                                  const Error& error) const {
  const std::string where = place_of(placement) + ": ";
  if (error.code == Errc::failed)
    return fail(Errc::failed, name_of(digest), where + error.message(), error.remedy);
  const std::string why =
      error.code == Errc::absent ? std::string("the segment is missing") : error.message();
  return fail(Errc::corrupt, name_of(digest), where + why, kDamageRemedy);
}

Result<Placement> StoreReader::locate(const Digest& digest) {
  PENSTOCK_TRY_ASSIGN(const BlockLocation location, catalog_->find(digest));
  if (location.placement) return *location.placement;
  // Perhaps its bytes are there again: whoever reads them checks them.
  if (location.damaged) return *location.damaged;
  if (catalog_->damaged()) {
    return fail(Errc::corrupt, name_of(digest),
                "is not found, and parts of the store are damaged: it may be there", kDamageRemedy);
  }
  return fail(Errc::absent, name_of(digest), "is not in the store");
}

std::pair<StoreReader::Frame*, uint32_t> StoreReader::cached(const Digest& digest) {
  for (Frame& frame : frames_) {
    if (const auto place = frame.place_of(digest)) return {&frame, *place};
  }
  return {nullptr, 0};
}

Result<const File*> StoreReader::open(uint32_t segment) {
  OpenFile* oldest = &open_files_[0];
  for (OpenFile& open : open_files_) {
    if (open.segment == segment) {
      open.used = ++clock_;
      return open.file.get();
    }
    if (open.used < oldest->used) oldest = &open;
  }
  *oldest = {};
  PENSTOCK_TRY_ASSIGN(oldest->file, files_->open(paths_.segment(segment), false));
  oldest->segment = segment;
  oldest->used = ++clock_;
  return oldest->file.get();
}

Status StoreReader::read_head(const Placement& placement) {
  front_ = nullptr;
  PENSTOCK_TRY_ASSIGN(const File* file, open(placement.segment));
  // The watermark does not bound it: in the writing process the record may not be acknowledged yet.
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
  const auto limit = static_cast<uint32_t>(std::min(size, kSegmentBytesMax));
  return record_.read_head(*file, segment_seed(uuid_, placement.segment), placement.record, limit);
}

Status StoreReader::begin(Frame& frame, const Placement& placement) {
  frame.segment = 0;
  PENSTOCK_TRY(read_head(placement));
  if (frame.raw == nullptr) frame.raw = std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax);
  frame.list(record_.table());
  frame.decoded = 0;
  ++counters_.records;
  counters_.bytes_read += record_.header().record_bytes();
  return {};
}

Status StoreReader::decode_whole(Frame& frame, const Placement& at) {
  PENSTOCK_TRY_ASSIGN(const File* file, open(at.segment));
  PENSTOCK_TRY(record_.read_payload(*file));
  const MutableBytes raw(frame.raw.get(), record_.header().raw_bytes);
  PENSTOCK_TRY(record_.decode(decoder_, raw));
  frame.decoded = raw.size();
  frame.checked.flip();
  for (const uint32_t place : wrong_digests(record_.table(), raw)) frame.checked[place] = false;
  frame.hold(at);
  counters_.bytes_decoded += raw.size();
  counters_.bytes_digested += raw.size();
  return {};
}

Status StoreReader::decode_front(Frame& frame, const Placement& at) {
  PENSTOCK_TRY_ASSIGN(const File* file, open(at.segment));
  PENSTOCK_TRY(record_.fetch_payload(*file));
  const RecordHeader& header = record_.header();
  const MutableBytes raw(frame.raw.get(), header.raw_bytes);
  const auto decoded = decoder_.decode_front(header.codec, record_.payload(), raw, frame.end_of(at.place));
  // The payload's checksum tells damage from what never did decode.
  if (!decoded) return decode_whole(frame, at);
  frame.decoded = *decoded;
  frame.hold(at);
  front_ = &frame;
  counters_.bytes_decoded += *decoded;
  return {};
}

Status StoreReader::decode_further(Frame& frame, const Placement& at) {
  if (front_ == &frame) {
    if (const auto decoded = decoder_.decode_further(frame.end_of(at.place))) {
      counters_.bytes_decoded += *decoded - frame.decoded;
      frame.decoded = *decoded;
      return {};
    }
  }
  // Blocks of this record are asked for again and again: there may be more.
  PENSTOCK_TRY(begin(frame, at));
  return decode_whole(frame, at);
}

Result<Bytes> StoreReader::block_of(Frame& frame, uint32_t place) {
  const Bytes block(frame.raw.get() + frame.offsets[place], frame.entries[place].length);
  if (!frame.checked[place]) {
    counters_.bytes_digested += block.size();
    if (sha256(block) != frame.entries[place].digest)
      return fail(Errc::corrupt, "record", "the block does not match its address");
    frame.checked[place] = true;
  }
  frame.used = ++clock_;
  return block;
}

Result<Bytes> StoreReader::read(const Cid& cid) {
  const bool node = cid.codec == Multicodec::dag_pb && pattern_ == ReadPattern::scattered;
  Result<Bytes> block = node ? read_node(cid.digest) : read_block(cid.digest);
  if (block) return block;
  // Whoever asks knows the block by its CID.
  Error error = std::move(block).error();
  if (error.what == name_of(cid.digest)) error.what = "block " + cid.text();
  return Failure(std::move(error));
}

Result<StoreReader::Frame*> StoreReader::load(const Digest& digest, const Placement& at) {
  Frame* frame = &*std::ranges::min_element(frames_, {}, &Frame::used);
  PENSTOCK_TRY(begin(*frame, at));
  if (at.place >= frame->entries.size() || frame->entries[at.place].digest != digest)
    return fail(Errc::corrupt, "record", "does not have this block at its place");
  PENSTOCK_TRY(pattern_ == ReadPattern::sequential ? decode_whole(*frame, at) : decode_front(*frame, at));
  return frame;
}

Result<Bytes> StoreReader::read_node(const Digest& digest) {
  if (const auto known = nodes_.find(digest); known != nodes_.end()) return Bytes(known->second);
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_block(digest));
  const size_t cost = block.size() + kNodeCost;
  if (cost > kNodeBytesMax - node_bytes_) {
    nodes_.clear();
    node_bytes_ = 0;
  }
  nodes_.emplace(digest, std::vector<uint8_t>(block.begin(), block.end()));
  node_bytes_ += cost;
  return block;
}

Result<Bytes> StoreReader::read_block(const Digest& digest) {
  auto [frame, place] = cached(digest);
  Placement at;
  if (frame == nullptr) {
    PENSTOCK_TRY_ASSIGN(at, locate(digest));
    const auto loaded = load(digest, at);
    if (!loaded) return locate_error(digest, at, loaded.error());
    frame = *loaded;
  } else {
    at = {frame->segment, frame->record, place};
    if (frame->end_of(place) > frame->decoded) {
      const Status decoded = decode_further(*frame, at);
      if (!decoded) return locate_error(digest, at, decoded.error());
    }
  }
  auto block = block_of(*frame, at.place);
  if (!block) return locate_error(digest, at, block.error());
  return block;
}

Result<uint32_t> StoreReader::block_bytes(const Digest& digest) {
  if (const auto [frame, place] = cached(digest); frame != nullptr) return frame->entries[place].length;
  PENSTOCK_TRY_ASSIGN(const Placement placement, locate(digest));
  if (table_of_.segment != placement.segment || table_of_.record != placement.record) {
    table_of_ = {};
    const Status read = read_head(placement);
    if (!read) return locate_error(digest, placement, read.error());
    table_.clear();
    for (uint32_t i = 0; i < record_.table().size(); ++i) table_.push_back(record_.table()[i]);
    table_of_ = placement;
  }
  if (placement.place >= table_.size() || table_[placement.place].digest != digest) {
    return locate_error(digest, placement,
                        {Errc::corrupt, "record", "does not have this block at its place", {}});
  }
  return table_[placement.place].length;
}

}  // namespace penstock
