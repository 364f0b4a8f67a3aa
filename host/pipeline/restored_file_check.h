// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/file_walker.h"
#include "dag/meta_entry.h"
#include "pipeline/restored_metadata.h"

namespace penstock {

// A restored file as the commit has it.
struct RestoredFileEntry {
  std::string path;  // below the restored directory, for messages too
  Cid content;
  std::optional<MetaEntry> meta;
};

// How what stands there differs; both empty: it is right.
struct RestoredDifference {
  std::string wrong;           // "has another size than it should have"
  std::string not_restorable;  // metadata that the restore was not allowed to set
};

// Reads restored files back, from the disk where the system lets it, and compares them with the commit. One
// thread.
class RestoredFileCheck {
 public:
  // `source` reads the files' nodes; leaves need not be read, they are digested.
  RestoredFileCheck(BlockSource& source, const RestoredMetadata& metadata);

  // The file `name`, one component or a relative path, below `directory`.
  Result<RestoredDifference> check(int directory, const std::string& name, const RestoredFileEntry& file);

 private:
  Result<std::string> compare_content(int fd, const Cid& cid, uint64_t bytes);
  Result<bool> same_extent(int fd, const FileExtent& extent);

  BlockSource* source_;
  const RestoredMetadata* metadata_;
  std::vector<uint8_t> buffer_;
};

}  // namespace penstock
