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
  PENSTOCK_TRY_ASSIGN(const File* file, open(placement.segment));
  // The watermark does not bound it: in the writing process the record may not be acknowledged yet.
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
  const auto limit = static_cast<uint32_t>(std::min(size, kSegmentBytesMax));
  return record_.read_head(*file, segment_seed(uuid_, placement.segment), placement.record, limit);
}

Status StoreReader::load(Frame& frame, const Placement& placement, bool whole) {
  frame.segment = 0;
  PENSTOCK_TRY(read_head(placement));
  PENSTOCK_TRY_ASSIGN(const File* file, open(placement.segment));
  PENSTOCK_TRY(record_.read_payload(*file));
  if (frame.raw == nullptr) frame.raw = std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax);
  frame.list(record_.table());
  if (placement.place >= frame.entries.size())
    return fail(Errc::corrupt, "record", "does not have this block at its place");
  const MutableBytes raw(frame.raw.get(), record_.header().raw_bytes);
  if (whole) {
    PENSTOCK_TRY(record_.decode(decoder_, raw));
    frame.decoded = raw.size();
    frame.checked.flip();
    for (const uint32_t place : wrong_digests(record_.table(), raw)) frame.checked[place] = false;
  } else {
    PENSTOCK_TRY_ASSIGN(frame.decoded, record_.decode_front(decoder_, raw, frame.end_of(placement.place)));
  }
  frame.segment = placement.segment;
  frame.record = placement.record;
  return {};
}

Result<Bytes> StoreReader::block_of(Frame& frame, uint32_t place) {
  const Bytes block(frame.raw.get() + frame.offsets[place], frame.entries[place].length);
  if (!frame.checked[place]) {
    if (sha256(block) != frame.entries[place].digest)
      return fail(Errc::corrupt, "record", "the block does not match its address");
    frame.checked[place] = true;
  }
  frame.used = ++clock_;
  return block;
}

Result<Bytes> StoreReader::read(const Cid& cid) {
  Result<Bytes> block = read_block(cid.digest);
  if (block) return block;
  // Whoever asks knows the block by its CID.
  Error error = std::move(block).error();
  if (error.what == name_of(cid.digest)) error.what = "block " + cid.text();
  return Failure(std::move(error));
}

Result<Bytes> StoreReader::read_block(const Digest& digest) {
  auto [frame, place] = cached(digest);
  if (frame == nullptr) {
    PENSTOCK_TRY_ASSIGN(const Placement placement, locate(digest));
    frame = &*std::ranges::min_element(frames_, {}, &Frame::used);
    const Status loaded = load(*frame, placement, pattern_ == ReadPattern::sequential);
    if (!loaded) return locate_error(digest, placement, loaded.error());
    place = placement.place;
    if (frame->entries[place].digest != digest) {
      frame->segment = 0;
      return locate_error(digest, placement,
                          {Errc::corrupt, "record", "does not have this block at its place", {}});
    }
  }
  const Placement at{frame->segment, frame->record, place};
  if (frame->end_of(place) > frame->decoded) {
    // A second block behind what the first one needed: there may be more.
    const Status loaded = load(*frame, at, true);
    if (!loaded) return locate_error(digest, at, loaded.error());
  }
  auto block = block_of(*frame, place);
  if (!block) return locate_error(digest, at, block.error());
  return block;
}

Result<uint32_t> StoreReader::block_bytes(const Digest& digest) {
  if (const auto [frame, place] = cached(digest); frame != nullptr) return frame->entries[place].length;
  PENSTOCK_TRY_ASSIGN(const Placement placement, locate(digest));
  const Status read = read_head(placement);
  if (!read) return locate_error(digest, placement, read.error());
  if (placement.place >= record_.table().size() || record_.table()[placement.place].digest != digest) {
    return locate_error(digest, placement,
                        {Errc::corrupt, "record", "does not have this block at its place", {}});
  }
  return record_.table()[placement.place].length;
}

}  // namespace penstock
