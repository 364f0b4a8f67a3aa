// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/digest.h"

namespace penstock {

// What Digest::hex() writes, and nothing else.
std::optional<Digest> parse_digest(std::string_view text);

}  // namespace penstock
