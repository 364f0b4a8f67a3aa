// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/object_info.h"
#include "store/store.h"

namespace penstock {

// How a command names an object: START, or START/PATH, where START is a CID; 8 to 40 letters that one
// commit's CID alone begins with, or ends in; HEAD, the store's newest commit; or any of these and ~N, the
// N-th commit before it along first parents. Or NAME:PATH, in the newest commit of that name, NAME~N:PATH, in
// the N-th before it of that name: these without '/' and ':' in NAME. (No CID has ':' or '~', and the path of
// what has no colon begins behind a slash: one text is never two things.)
struct ObjectName {
  std::optional<Cid> cid;  // nothing: HEAD, or what resolve_start() has to find
  std::string path;        // "a/b"; empty: the object itself
  std::string text;        // as typed, for messages
  std::string start;       // of that what stands before PATH, so that "start" + "c/d" names another entry
  std::string letters;     // of a commit's CID
  std::optional<std::string> name;  // of commits
  uint64_t before = 0;              // ~N
};

// Slashes behind "PATH" are dropped, and one between it and a colon; it keeps its bytes. usage error: none of
// these.
Result<ObjectName> parse_object_name(std::string_view text);

// Whether "NAME:" leads to the commits of that name.
bool leads_to_commits(std::string_view name);

// Finds the commit that `name` begins with, where it says less than a CID or HEAD, and sets its CID. absent:
// there is none; usage: the letters are those of several, or commits have a name that is not written so and
// may be meant; corrupt: what one is called cannot be read.
Status resolve_start(ObjectName& name, const Store& store, BlockSource& source);

// A resolved name without its path.
ObjectName start_of(const ObjectName& name);

// What a resolved name begins with, which may be damaged or absent: its CID, or the head. absent: the store
// has no commit.
Result<Cid> named_start(const ObjectName& name, const Store& store);

// What a name leads to, which is there.
struct NamedObject {
  Cid cid;
  ObjectInfo info;
};

// Of a resolved name. A commit in front of a path stands for its root, without one for itself. absent: there
// is no such object, entry or commit; corrupt: what lies on the way is missing or damaged.
Result<NamedObject> find_object(const ObjectName& name, const Store& store, BlockSource& source);

// The same, and a commit stands for its root in any case.
Result<NamedObject> find_content(const ObjectName& name, const Store& store, BlockSource& source);

}  // namespace penstock
