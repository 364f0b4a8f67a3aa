// SPDX-License-Identifier: Apache-2.0
#include "appliance/named_entry.h"

#include <utility>

#include "dag/entry_name.h"

namespace penstock {

Result<ReadableTree> open_readable_tree(BlockSource& source, const Cid& commit) {
  auto tree = open_commit_tree(source, commit);
  if (tree) return ReadableTree{std::move(*tree), std::nullopt};
  if (tree.error().code != Errc::corrupt) return Failure(std::move(tree).error());
  PENSTOCK_TRY_ASSIGN(const Commit read, read_commit(source, commit));
  return ReadableTree{content_tree(commit, read), tree.error()};
}

Result<NamedEntry> find_entry(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(const NamedObject start, find_object(start_of(name), store, source));
  NamedEntry found;
  if (start.info.kind == ObjectKind::commit) {
    PENSTOCK_TRY_ASSIGN(ReadableTree readable, open_readable_tree(source, start.cid));
    found.tree = std::move(readable.tree);
    found.damage = std::move(readable.damage);
    PENSTOCK_TRY_ASSIGN(found.entry, resolve_entry(source, *found.tree, name.path));
    return found;
  }
  PENSTOCK_TRY_ASSIGN(const NamedObject object, find_object(name, store, source));
  found.entry.name = name.path.substr(name.path.rfind('/') + 1);
  found.entry.content = object.cid;
  found.entry.dag_bytes = object.info.dag_bytes;
  return found;
}

}  // namespace penstock
