// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "dag/cbor_reader.h"
#include "dag/cid.h"
#include "dag/meta_entry.h"

namespace penstock {

// By what an entry is known again on the machine that it was read on. An equal one says that nothing about it
// has changed since.
struct ScanMark {
  uint64_t inode = 0;
  FileTime ctime{};

  friend bool operator==(const ScanMark&, const ScanMark&) = default;
};

// What a scan list says of the entry at the same place of the meta list.
struct ScanItem {
  std::optional<ScanMark> mark{};  // none: it may have changed without a trace; to be read again
  std::optional<Cid> list{};       // directory: the scan list beside its meta list

  friend bool operator==(const ScanItem&, const ScanItem&) = default;
};

// Appends its array, or null of an empty one.
void append_scan_item(std::vector<uint8_t>& block, const ScanItem& item);
// corrupt error: malformed.
Result<ScanItem> take_scan_item(CborReader& from);

}  // namespace penstock
