// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dag/dag_link.h"
#include "dag/meta_entry.h"
#include "dag/scan_item.h"
#include "ingest/file_status.h"
#include "ingest/file_xattrs.h"

namespace penstock {

// What an event of the walk carries for metadata: made where the entry was met, finished when its content is
// known.
struct EntryMeta {
  MetaEntry entry;                                // without size, list and hard_link
  ScanItem item;                                  // without a mark: it is to be read again next time
  std::vector<std::vector<uint8_t>> long_values;  // of the attributes that are blocks, in their order
  uint64_t device = 0;                            // with inode: what tells the names of one file
  uint64_t inode = 0;
  uint64_t links = 1;
  uint64_t size = 0;  // of a regular file, as it was looked at
  FileTime ctime{};  // with mtime: what tells the file from a later state of it, or another one of that inode
  std::optional<DagLink> known{};  // of a file that need not be read: its content
};

FileTime file_time(const timespec& time);

// Of what the walk met. Attributes that cannot be kept are left out, and `fault` says which, and why.
EntryMeta entry_meta(const std::string& name, const FileStatus& status, std::vector<FileXattr> xattrs,
                     std::string& fault);

}  // namespace penstock
