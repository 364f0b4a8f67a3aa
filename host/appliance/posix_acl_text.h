// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace penstock {

// An entry of a POSIX ACL, as the attributes system.posix_acl_* hold it (linux/posix_acl_xattr.h).
struct PosixAclEntry {
  uint16_t tag = 0;
  uint16_t permissions = 0;  // 4 read, 2 write, 1 execute
  uint32_t id = 0;           // of tags that name a user or group
};

// Of an attribute's value, version 2; nothing if it is malformed.
std::optional<std::vector<PosixAclEntry>> decode_posix_acl(Bytes value);
// "user::rw-,user:1000:r--,mask::r--": as acl(5) writes it, short and by number.
std::string posix_acl_text(const std::vector<PosixAclEntry>& entries);

}  // namespace penstock
