// SPDX-License-Identifier: Apache-2.0
#include "appliance/object_name.h"

#include <utility>

#include "dag/commit.h"
#include "dag/directory_reader.h"
#include "dag/object_source.h"

namespace penstock {

Result<ObjectName> parse_object_name(std::string_view text) {
  ObjectName name;
  name.text = text;
  std::string_view rest = text;
  const size_t slash = rest.find('/');
  const std::string_view start = rest.substr(0, slash);
  if (slash != std::string_view::npos) {
    std::string_view path = rest.substr(slash + 1);
    while (path.ends_with('/')) path.remove_suffix(1);
    name.path = path;
  }
  if (start == "HEAD") return name;
  auto cid = parse_cid(start);
  if (!cid) {
    cid.error().remedy += "; or HEAD, the newest commit";
    return Failure(std::move(cid).error());
  }
  name.cid = *cid;
  return name;
}

Result<Cid> named_start(const ObjectName& name, const Store& store) {
  if (name.cid) return *name.cid;
  if (!store.commits().empty()) return store.commits().back().cid;
  return fail(Errc::absent, "HEAD", "the store has no commit", "penstock put makes one");
}

Result<NamedObject> find_object(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(const Cid start, named_start(name, store));
  auto info = inspect(source, start);
  if (!info && info.error().code == Errc::absent) {
    return fail(Errc::absent, start.text(), "there is no such object in the store",
                "penstock log lists commits");
  }
  if (!info) return Failure(std::move(info).error());
  if (name.path.empty()) return NamedObject{start, *info};
  PENSTOCK_TRY_ASSIGN(const Cid cid, resolve_path(source, start, name.path));
  // It has a link from an object that is there: that it is missing is damage.
  ObjectSource whole(source, start);
  PENSTOCK_TRY_ASSIGN(*info, inspect(whole, cid));
  return NamedObject{cid, *info};
}

Result<NamedObject> find_content(const ObjectName& name, const Store& store, BlockSource& source) {
  PENSTOCK_TRY_ASSIGN(NamedObject found, find_object(name, store, source));
  if (found.info.kind != ObjectKind::commit) return found;
  PENSTOCK_TRY_ASSIGN(const Commit commit, read_commit(source, found.cid));
  ObjectSource whole(source, found.cid);
  found.cid = commit.root;
  PENSTOCK_TRY_ASSIGN(found.info, inspect(whole, found.cid));
  return found;
}

}  // namespace penstock
