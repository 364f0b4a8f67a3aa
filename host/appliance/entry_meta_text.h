// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "appliance/json_text.h"
#include "dag/meta_entry.h"
#include "dag/meta_root.h"

namespace penstock {

// How `ls`, `stat` and `find` tell metadata.

// "drwxr-xr-t": as ls(1) has it.
std::string mode_text(uint32_t mode);
// UTC, RFC 3339: "2026-11-21T12:00:00Z"; seconds since 1970 where the year has not four digits.
std::string file_time_text(const FileTime& time);
// The same with nanoseconds: "2026-11-21T12:00:00.000000001Z".
std::string exact_file_time_text(const FileTime& time);
bool has_acl(const MetaEntry& meta);
// The name where the metadata knows it, else the number.
std::string user_text(const std::optional<MetaRoot>& root, uint32_t uid);
std::string group_text(const std::optional<MetaRoot>& root, uint32_t gid);

// Sets mode, uid, user, gid, group, mtime, mtime_seconds, mtime_nanoseconds, device, hard_link and xattrs, as
// far as the entry has them.
void set_meta(Json& object, const MetaEntry& meta, const std::optional<MetaRoot>& root);

}  // namespace penstock
