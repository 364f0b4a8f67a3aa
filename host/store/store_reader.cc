// SPDX-License-Identifier: Apache-2.0
#include "store/store_reader.h"

#include <algorithm>

#include "base/limits.h"
#include "hash/sha256.h"

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

StoreReader::StoreReader(FileSystem& files, StorePaths paths, const StoreUuid& uuid, BlockCatalog& catalog)
    : files_(&files), paths_(std::move(paths)), uuid_(uuid), catalog_(&catalog) {}

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

StoreReader::Frame* StoreReader::cached(const Placement& placement) {
  for (Frame& frame : frames_) {
    if (frame.segment == placement.segment && frame.record == placement.record) return &frame;
  }
  return nullptr;
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

Result<StoreReader::Frame*> StoreReader::load(const Placement& placement) {
  Frame& frame = *std::ranges::min_element(frames_, {}, &Frame::used);
  frame.segment = 0;
  PENSTOCK_TRY(read_head(placement));
  PENSTOCK_TRY_ASSIGN(const File* file, open(placement.segment));
  PENSTOCK_TRY(record_.read_payload(*file));
  if (frame.raw == nullptr) frame.raw = std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax);
  PENSTOCK_TRY(record_.decode(decoder_, MutableBytes(frame.raw.get(), record_.header().raw_bytes)));
  const ChunkTable& table = record_.table();
  frame.entries.clear();
  frame.offsets.clear();
  uint32_t offset = 0;
  for (size_t place = 0; place < table.size(); ++place) {
    frame.entries.push_back(table[place]);
    frame.offsets.push_back(offset);
    offset += frame.entries.back().length;
  }
  frame.checked.assign(table.size(), false);
  frame.segment = placement.segment;
  frame.record = placement.record;
  return &frame;
}

Result<Bytes> StoreReader::block_of(Frame& frame, const Digest& digest, const Placement& placement) {
  const uint32_t place = placement.place;
  if (place >= frame.entries.size() || frame.entries[place].digest != digest) {
    return fail(Errc::corrupt, "record", "does not have this block at its place");
  }
  const Bytes block(frame.raw.get() + frame.offsets[place], frame.entries[place].length);
  if (!frame.checked[place]) {
    if (sha256(block) != digest) return fail(Errc::corrupt, "record", "the block does not match its address");
    frame.checked[place] = true;
  }
  frame.used = ++clock_;
  return block;
}

Result<Bytes> StoreReader::read(const Cid& cid) {
  // Whoever asks knows the block by its CID.
  const auto named = [&](Error error) {
    if (error.what == name_of(cid.digest)) error.what = "block " + cid.text();
    return Failure(std::move(error));
  };
  const auto placement = locate(cid.digest);
  if (!placement) return named(placement.error());
  Frame* frame = cached(*placement);
  if (frame == nullptr) {
    auto loaded = load(*placement);
    if (!loaded) return named(locate_error(cid.digest, *placement, loaded.error()).value());
    frame = *loaded;
  }
  auto block = block_of(*frame, cid.digest, *placement);
  if (!block) return named(locate_error(cid.digest, *placement, block.error()).value());
  return block;
}

Result<uint32_t> StoreReader::block_bytes(const Digest& digest) {
  PENSTOCK_TRY_ASSIGN(const Placement placement, locate(digest));
  if (const Frame* frame = cached(placement); frame != nullptr && placement.place < frame->entries.size()) {
    return frame->entries[placement.place].length;
  }
  const Status read = read_head(placement);
  if (!read) return locate_error(digest, placement, read.error());
  if (placement.place >= record_.table().size() || record_.table()[placement.place].digest != digest) {
    return locate_error(digest, placement,
                        {Errc::corrupt, "record", "does not have this block at its place", {}});
  }
  return record_.table()[placement.place].length;
}

}  // namespace penstock
