// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/commit.h"
#include "dag/directory_entries.h"
#include "dag/meta_entry.h"
#include "dag/meta_root.h"
#include "dag/scan_item.h"

namespace penstock {

// One directory of a tree, by what it is made of.
struct TreeDirectory {
  std::optional<Cid> content;  // UnixFS directory; none: it holds nothing but what metadata alone knows
  std::optional<Cid> list;     // meta list; none: content alone
  std::optional<Cid> scan;     // scan list beside it
};

// One entry as content and metadata have it together.
struct TreeEntry {
  std::string name;
  std::optional<Cid> content;     // none: a FIFO, socket or device, which metadata alone knows
  uint64_t dag_bytes = 0;         // Tsize of content; 0 where no directory says it
  std::optional<MetaEntry> meta;  // none: content alone
  std::optional<Cid> list;        // directory: its meta list
  ScanItem item;                  // without a mark where there is no scan

  // Of an entry that is a directory by what is known so far: by its metadata, else by its content's block.
  TreeDirectory directory() const { return {content, list, item.list}; }
};

// Told of metadata that is damaged: it does not fit the content, or a block of it is missing or malformed.
using MetaDamageSink = std::function<void(const Error&)>;

// Whether it is of one entry, whose metadata does not fit the content; otherwise of a block that cannot be
// read.
bool is_join_fault(const Error& error);

// Walks one directory in ascending order of names, content and metadata joined by name. An entry that only
// metadata knows is given where its kind has no content; where it should have some, it is damage: reported to
// `damage` and passed over. Content without metadata is given as such. Where there is a `damage`, a list that
// cannot be read on is reported to it too, and the rest is content alone. Memory: a leaf of the meta list; of
// the content a DirectoryEntries. One thread; `source` outlives it.
class TreeCursor {
 public:
  // absent: `directory.content` is not there; usage: it is no directory; corrupt: malformed.
  static Result<TreeCursor> open(BlockSource& source, const TreeDirectory& directory,
                                 MetaDamageSink damage = {});
  // The same, of whose content somebody has the entries.
  static Result<TreeCursor> open(BlockSource& source, const TreeDirectory& directory,
                                 std::shared_ptr<const DirectoryEntries> content, MetaDamageSink damage = {});
  TreeCursor(TreeCursor&&) noexcept;
  TreeCursor& operator=(TreeCursor&&) noexcept;
  ~TreeCursor();

  // Nothing at the end. corrupt: a block of the metadata is missing or malformed, and there is no `damage`.
  // What failed once fails for good, for entries may have been passed over: open it anew.
  Result<std::optional<TreeEntry>> next();
  // Whether part of the scan tree was met that is missing or malformed: entries there have no marks.
  bool scan_lost() const;
  // Goes on with the first entry whose name is not before `name`, which is behind the last one's.
  Status seek(std::string_view name);

 private:
  struct State;
  explicit TreeCursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One entry, by look-ups. absent: there is none of that name; usage: it is no directory.
Result<TreeEntry> look_up_entry(BlockSource& source, const TreeDirectory& directory, std::string_view name);

// A commit's tree: its root, and the metadata around it.
struct CommitTree {
  Cid cid;
  Commit commit;
  std::optional<MetaRoot> meta;
  bool scan_lost = false;  // its scan root, or the item of the top, is missing or malformed
  // The root itself: with metadata named as the only top-level entry; without a name where it is a directory
  // of several, or there is no metadata.
  TreeEntry top;
};
// absent: there is no such commit; usage: it is none; corrupt: it or its metadata is missing or malformed.
Result<CommitTree> open_commit_tree(BlockSource& source, const Cid& commit);
// The same of the commit's content alone.
CommitTree content_tree(const Cid& cid, const Commit& commit);

// `path`, which resolve_entry takes, from the put's top on: how hard links are named.
std::string put_path(const CommitTree& tree, std::string_view path);
// The other way: of a hard link's path, which is in the tree, the one that resolve_entry takes.
std::string tree_path(const CommitTree& tree, std::string_view hard_link);

// What `path` ("a/b"; empty: the top) leads to. Symlinks are not followed. absent, usage: as resolve_path.
Result<TreeEntry> resolve_entry(BlockSource& source, const CommitTree& tree, std::string_view path);

}  // namespace penstock
