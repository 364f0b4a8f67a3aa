// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace penstock {

// Where an object of that name is uploaded to: /objects/NAME, percent-encoded (RFC 3986) but for its slashes.
std::string object_path(std::string_view name);

}  // namespace penstock
