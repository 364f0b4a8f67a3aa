// SPDX-License-Identifier: Apache-2.0
#include "store/whole_prefix.h"

#include <algorithm>
#include <array>

#include "store/record_digests.h"
#include "store/segment_contents.h"
#include "store/segment_header.h"

namespace penstock {

WholePrefix::WholePrefix() : raw_(std::make_unique_for_overwrite<uint8_t[]>(kFrameBytesMax)) {}

Result<bool> WholePrefix::header_holds(const File& file, const StoreUuid& uuid, uint32_t segment,
                                       uint64_t size) {
  std::array<uint8_t, SegmentHeader::kBytes> bytes;
  if (size < bytes.size()) return false;
  PENSTOCK_TRY(file.read(0, bytes));
  const auto header = parse_segment_header(bytes);
  return header && header->segment == segment && header->uuid == uuid;
}

Status WholePrefix::read(const File& file, SegmentSeed seed, uint32_t offset, uint32_t limit) {
  PENSTOCK_TRY(record_.read_head(file, seed, offset, limit));
  PENSTOCK_TRY(record_.read_payload(file));
  const MutableBytes raw(raw_.get(), record_.header().raw_bytes);
  PENSTOCK_TRY(record_.decode(decoder_, raw));
  if (wrong_digests(record_.table(), raw).empty()) return {};
  return fail(Errc::corrupt, "record", "a block does not match its address");
}

Result<uint32_t> WholePrefix::measure(const File& file, const StoreUuid& uuid, uint32_t segment,
                                      uint32_t from, uint64_t size, const Visit& visit) {
  const auto limit = static_cast<uint32_t>(std::min(size, kSegmentBytesMax));
  if (from < SegmentHeader::kBytes) {
    PENSTOCK_TRY_ASSIGN(const bool holds, header_holds(file, uuid, segment, size));
    if (!holds) return 0u;
    from = SegmentHeader::kBytes;
  }
  const SegmentSeed seed = segment_seed(uuid, segment);
  while (from < limit) {
    const Status whole = read(file, seed, from, limit);
    if (!whole && whole.error().code == Errc::failed) return Failure(whole.error());
    if (!whole) break;
    PENSTOCK_TRY(visit(record_, Bytes(raw_.get(), record_.header().raw_bytes)));
    from = record_.end();
  }
  if (from == limit || size != limit) return from;
  PENSTOCK_TRY_ASSIGN(const auto footer, load_footer(file, seed, size));
  return footer && footer->footer.data_bytes() == from ? limit : from;
}

}  // namespace penstock
