// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "dag/meta_entry.h"
#include "pipeline/restore_stage.h"

namespace penstock {

// What becomes of an entry that stands where another is to be restored.
enum class Overwrite : uint8_t {
  refuse,      // the target must not be there, or be an empty directory
  never,       // it stays, and nothing of it is touched
  if_changed,  // a file of the same size and time keeps its content; others are replaced
  always,
};

enum class Standing : uint8_t {
  absent,       // or it is to be replaced
  keep,         // it stays as it is
  keep_data,    // its content is right, its metadata is set
  in_the_way,   // a directory where there should be none, or the reverse: replaced by Overwrite::always alone
  mount_point,  // of another file system: neither replaced nor gone into, nor given metadata
};

// Whether what stands there is a file of the size and time that `meta` says.
bool same_size_and_time(const struct stat& status, const MetaEntry& meta);

// How `name` in `directory` (-1: there is no such directory) stands to what is to be restored: an entry whose
// mode has the type `type`, with the metadata `meta` (null: none).
Standing look_at_standing(int directory, const std::string& name, uint32_t type, const MetaEntry* meta,
                          Overwrite overwrite);

// Whether `name` in `directory` is where another file system, or part of one, is mounted.
bool is_mount_point(int directory, const std::string& name);

// Whether two of a store's own names stand in the open directory (host/store/format.md). What cannot be told
// counts as there.
bool looks_like_store(int directory);

// What keeps `name` in `directory` from being removed with all below it: a mount point, an immutable or
// append-only entry (ioctl_iflags(2)), a directory of another's that cannot be read or written to, also the
// one around it, or a store. None: it can be, as far as that is known beforehand. `path` is for messages.
std::optional<Error> removal_hindrance(int directory, const std::string& name, const std::string& path);

// The directory `name` in `directory` where there is one and it can be entered; none otherwise.
Descriptor enter_standing(int directory, const std::string& name);

}  // namespace penstock
