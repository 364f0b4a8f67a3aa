// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "appliance/json_text.h"
#include "dag/object_info.h"

namespace penstock {

// How `ls`, `stat` and `diff` tell what an object is.

// The name as text (line_text.h), with a slash behind a directory's.
std::string entry_text(std::string_view name, bool directory);
// Sets kind, content_bytes, dag_bytes and target, as far as the kind has them.
void set_object(Json& object, const ObjectInfo& info);

}  // namespace penstock
