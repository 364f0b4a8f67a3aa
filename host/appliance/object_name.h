// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/object_info.h"
#include "store/store.h"

namespace penstock {

// How a command names an object: "CID", "HEAD" (the store's newest commit), either with a "/PATH" behind it.
struct ObjectName {
  std::optional<Cid> cid;  // nothing: HEAD
  std::string path;        // "a/b"; empty: the object itself
  std::string text;        // as typed, for messages
};

// Slashes at the end are dropped, "PATH" keeps its bytes. usage error: malformed CID.
Result<ObjectName> parse_object_name(std::string_view text);

// What a name begins with, which may be damaged or absent: its CID, or the head. absent: the store has no
// commit.
Result<Cid> named_start(const ObjectName& name, const Store& store);

// What a name leads to, which is there.
struct NamedObject {
  Cid cid;
  ObjectInfo info;
};

// A commit in front of a path stands for its root, without one for itself. absent: there is no such object,
// entry or commit; corrupt: what lies on the way is missing or damaged.
Result<NamedObject> find_object(const ObjectName& name, const Store& store, BlockSource& source);

// The same, and a commit stands for its root in any case.
Result<NamedObject> find_content(const ObjectName& name, const Store& store, BlockSource& source);

}  // namespace penstock
