// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "dag/object_info.h"
#include "dag/tree_cursor.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/left_entries.h"
#include "pipeline/restoration.h"
#include "pipeline/restore_selection.h"
#include "pipeline/restored_directory.h"
#include "pipeline/standing_entries.h"
#include "pipeline/tree_restore.h"

namespace penstock {

// Walks a tree of content and metadata and makes what is in it: directories, symlinks and special files; of
// files the workers bring the content and set the metadata. Directories' metadata and further names of files
// are TreeFinisher's. One thread.
class TreeMaker {
 public:
  // `root`: where the topmost paths are made; open until the restoration has finished.
  TreeMaker(Restoration& restoration, int root, RestoreSelection& selection,
            const AttributeWriter& attributes, RefusalTally& refused, TreeRestoreReport& report);

  // The tree has metadata: of an entry whose own is damaged nobody knows whom it was for, and only whoever
  // restores gets it.
  void keep_private() { private_ = true; }
  // FIFOs, sockets and devices are counted alone.
  void leave_specials_out() { makes_specials_ = false; }
  // What is restored will be moved over what stands in the directory `target`, by the rules of `overwrite`.
  void look_at(int target, Overwrite overwrite);
  // Told of mount points in the target: `full` of those that the commit has something for, `bare` of others.
  void tell_mount_points(LeftEntries& full, LeftEntries& bare) {
    full_mounts_ = &full;
    bare_mounts_ = &bare;
  }
  // The root has in it what a restore of the same left there that was interrupted: files that are whole are
  // kept.
  void resume() { resumed_ = true; }
  // What is in the directory `entry`, at the root itself.
  Status fill_root(const TreeEntry& entry);
  // One thing that is no directory, as `name` at the root.
  Status make_alone(TreeEntry entry, const std::string& name);

 private:
  // `standing`: the directory that this one will be merged with; -1: there is none.
  Status fill(RestoredDirectory& into, const TreeEntry& entry, size_t depth, int standing);
  Status make(RestoredDirectory& into, TreeEntry entry, size_t depth, int standing);
  Result<uint32_t> settle_kind(TreeEntry& entry, const std::string& path, std::optional<ObjectInfo>& info);
  Status keep(Standing kind, const TreeEntry& entry, const std::string& path, int standing);
  Status leave_mount_point(const TreeEntry& entry, const std::string& path, uint32_t type);
  Status make_leaf(RestoredDirectory& into, TreeEntry entry, const std::string& name, std::string path,
                   std::optional<ObjectInfo> info);
  Status make_file(int parent, const TreeEntry& entry, const std::string& name, const std::string& path,
                   std::unique_ptr<MetaEntry> meta);
  Status make_symlink(int parent, const TreeEntry& entry, const std::string& name, const std::string& path,
                      const std::string& target);
  Status make_special(int parent, const MetaEntry& meta, const std::string& name, const std::string& path);
  Status clear(RestoredDirectory& into, const std::string& name, const std::string& path);
  Result<bool> is_whole(int parent, const TreeEntry& entry, const std::string& name, const std::string& path);
  Status fetch_metadata(TreeEntry& entry, const std::string& path);
  Status left_out(const std::string& path, Error error);
  Status not_made(const std::string& path, int error);

  Restoration* restoration_;
  int root_;
  RestoreSelection* selection_;
  const AttributeWriter* attributes_;
  RefusalTally* refused_;
  TreeRestoreReport* report_;
  LeftEntries* full_mounts_ = nullptr;
  LeftEntries* bare_mounts_ = nullptr;
  int target_ = -1;
  bool makes_specials_ = true;
  bool resumed_ = false;
  bool private_ = false;
  Overwrite overwrite_ = Overwrite::refuse;
};

}  // namespace penstock
