// SPDX-License-Identifier: Apache-2.0
#include "appliance/object_text.h"

#include "appliance/line_text.h"

namespace penstock {

std::string entry_text(std::string_view name, bool directory) {
  return name_text(name) + (directory ? "/" : "");
}

void set_object(Json& object, const ObjectInfo& info) {
  object["kind"] = object_kind_text(info.kind);
  if (info.kind == ObjectKind::file) object["content_bytes"] = info.content_bytes;
  if (info.kind != ObjectKind::dag_cbor) object["dag_bytes"] = info.dag_bytes;
  if (info.kind == ObjectKind::symlink) set_text(object, "target", info.target);
}

}  // namespace penstock
