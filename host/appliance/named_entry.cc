// SPDX-License-Identifier: Apache-2.0
#include "appliance/named_entry.h"

#include <utility>

#include "dag/entry_name.h"

namespace penstock {

Result<NamedEntry> find_entry(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(const NamedObject start, find_object({name.cid, "", name.text}, store, source));
  NamedEntry found;
  if (start.info.kind == ObjectKind::commit) {
    auto tree = open_commit_tree(source, start.cid);
    if (!tree && tree.error().code != Errc::corrupt) return Failure(std::move(tree).error());
    if (tree) {
      found.tree = std::move(*tree);
    } else {
      found.damage = tree.error();
      PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, start.cid));
      found.tree = content_tree(start.cid, commit);
    }
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
