// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dag/tree_cursor.h"
#include "pipeline/restore_selection.h"
#include "pipeline/standing_entries.h"

namespace penstock {

// What a restore would do with an entry.
enum class PreviewedChange : uint8_t {
  made,        // nothing stands there
  replaced,    // something does
  metadata,    // its content stays, its metadata is set
  in_the_way,  // something stands there and stays: the entry is left out, or what it is cannot be removed
  removed,     // the commit has it not
};
inline constexpr size_t kPreviewedChanges = 5;

struct RestorePreviewOptions {
  Overwrite overwrite = Overwrite::refuse;
  bool remove_others = false;
  bool specials = true;
  // Told of each in the order of the walk; directories that stand there already are not. May be empty.
  std::function<void(PreviewedChange change, const std::string& path)> told;
  std::function<void(const std::string& path, const Error& error)>
      damage;  // of the commit; an entry is left out
};

struct RestorePreviewReport {
  uint64_t changes[kPreviewedChanges] = {};
  bool takes_any = false;      // something was chosen
  uint64_t kept = 0;           // that stand there and stay as they are
  uint64_t bytes_content = 0;  // that would be written, holes included
  uint64_t damages = 0;        // that were met; files' contents are not read

  uint64_t of(PreviewedChange change) const { return changes[static_cast<size_t>(change)]; }
};

// Walks a tree and what stands where it would be restored to, and touches nothing. One thread.
class RestorePreview {
 public:
  RestorePreview(BlockSource& source, RestoreSelection& selection, const RestorePreviewOptions& options)
      : source_(&source), selection_(&selection), options_(&options) {}

  // `entry` as `path`. failed: it could not be restored there, as RestoreStage::create says.
  Status look(const TreeEntry& entry, const std::string& path);
  const RestorePreviewReport& report() const { return report_; }

 private:
  Status look_into(const TreeEntry& entry, const std::string& path, int standing, size_t depth);
  Status look_at(TreeEntry entry, const std::string& path, int standing, size_t depth);
  Result<uint32_t> type_of(const TreeEntry& entry, const std::string& path, uint64_t& bytes);
  Status leave_mount_point(const TreeEntry& entry, const std::string& path, uint32_t type);
  Status look_at_others(const TreeDirectory& tree, const std::string& path, int standing);
  using Lines = std::vector<std::pair<PreviewedChange, std::string>>;
  Result<bool> find_removed(int directory, const std::string& name, const std::string& path, Lines& lines);
  void tell(PreviewedChange change, const std::string& path);
  Status left_out(const std::string& path, const Error& error);

  BlockSource* source_;
  RestoreSelection* selection_;
  const RestorePreviewOptions* options_;
  RestorePreviewReport report_;
};

}  // namespace penstock
