// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "dag/entry_kind.h"
#include "dag/tree_cursor.h"

namespace penstock {

// Something in a mount that the kernel knows. Never changes.
struct MountNode {
  enum class Kind : uint8_t { root, commits, names, hosts, name, host, latest, entry };

  Kind kind = Kind::root;
  uint64_t id = 0;
  std::shared_ptr<const MountNode> parent;
  std::string name;  // in its directory
  uint64_t inode = 0;
  // entry: what it is. A commit's folder is the entry that its root is.
  std::shared_ptr<const CommitTree> tree;
  TreeEntry entry;
  EntryKind entry_kind = EntryKind::directory;
  std::string path;          // of an entry, from the put's top on: how hard links are named
  size_t depth = 0;          // of an entry, below its commit's folder
  bool around_root = false;  // the folder of a commit whose root is no directory: holds that alone
};

// Whether it is shown without the metadata that its commit has of it, as that cannot be read.
bool lacks_metadata(const MountNode& node);

// The nodes by number, as long as the kernel refers to them. Any thread.
class NodeTable {
 public:
  static constexpr uint64_t kRoot = 1;

  NodeTable();

  // Null: there is none.
  std::shared_ptr<const MountNode> find(uint64_t id) const;
  // Gives `node` a number, or finds it by parent and name; counts one reference. One that lacks metadata
  // gives way to the same that has it, under its number.
  std::shared_ptr<const MountNode> refer(MountNode node);
  void forget(uint64_t id, uint64_t references);
  size_t size() const;

 private:
  struct Row {
    std::shared_ptr<const MountNode> node;
    uint64_t references = 0;
  };
  using Place = std::pair<uint64_t, std::string>;  // parent and name

  mutable std::mutex mutex_;
  uint64_t next_ = kRoot + 1;
  std::unordered_map<uint64_t, Row> rows_;
  std::map<Place, uint64_t> places_;
};

}  // namespace penstock
