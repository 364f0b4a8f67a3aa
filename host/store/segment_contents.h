// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "store/damaged_range.h"
#include "store/file_system.h"
#include "store/index.h"
#include "store/log_record.h"
#include "store/segment_footer.h"
#include "store/store_paths.h"

namespace penstock {

// A footer that owns its bytes.
struct LoadedFooter {
  std::vector<uint8_t> bytes;
  SegmentFooter footer{{}, 0};
};

// The footer that ends `file` at `segment_bytes`; nothing if none does: the segment is unsealed, or the
// footer damaged. failed: the file cannot be read.
Result<std::optional<LoadedFooter>> load_footer(const File& file, SegmentSeed seed, uint64_t segment_bytes);

// What a segment holds, for those that rebuild what they know of it.
struct SegmentVisitor {
  std::function<Status(const IndexEntry&)> block;
  std::function<void(const DamagedRange&)> damage;
};

// Visits every block whose record begins in [watermark.bytes from `from`), from the footer if there is one,
// else from the records' tables. What cannot be read there is damage, a missing file too. failed: I/O.
Status visit_segment(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid, Watermark watermark,
                     uint32_t from, const SegmentVisitor& visitor);

}  // namespace penstock
