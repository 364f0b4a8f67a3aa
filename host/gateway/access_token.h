// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace penstock {

// Tokens are "pst_" and 256 random bits in base32. What is kept of one is the SHA-256 of its text: whoever
// reads the file cannot use it, and no slow hash is needed against guessing so many bits.
inline constexpr std::string_view kTokenPrefix = "pst_";

// A new one, from the kernel's random numbers.
Result<std::string> make_access_token();

Digest token_digest(std::string_view token);

// The token of an Authorization field ("Bearer TOKEN", RFC 6750); nothing if it is of another kind or has a
// form that none of ours has.
std::optional<std::string_view> bearer_token(std::string_view field);

}  // namespace penstock
