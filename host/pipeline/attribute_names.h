// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "pipeline/refusal_tally.h"

namespace penstock {

inline constexpr std::string_view kAclPrefix = "system.posix_acl_";
inline constexpr std::string_view kAccessAcl = "system.posix_acl_access";
inline constexpr std::string_view kCapability = "security.capability";

inline bool is_acl_name(std::string_view name) {
  return name.starts_with(kAclPrefix);
}

// What an extended attribute counts as where it cannot be set.
inline Refused refused_kind_of(std::string_view name) {
  if (is_acl_name(name)) return Refused::acl;
  return name == kCapability ? Refused::capability : Refused::xattr;
}

// Whether an attribute that is there and should not be is a restore's to remove. Labels and the like are the
// system's, which gives them to all that is made.
inline bool is_restored_attribute(std::string_view name) {
  return name.starts_with("user.") || name.starts_with("trusted.") || is_acl_name(name) ||
         name == kCapability;
}

}  // namespace penstock
