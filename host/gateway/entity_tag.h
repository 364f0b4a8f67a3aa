// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace penstock {

// Whether an If-None-Match field names `tag` ("…", with its quotes, perhaps with W/ in front), or is "*":
// compared weakly (RFC 9110, section 13.1.2).
bool none_match_names(std::string_view field, std::string_view tag);

// Whether an If-Range field is `tag`: compared strongly, so that no weak one and no date ever is (RFC 9110,
// section 13.1.5).
bool if_range_is(std::string_view field, std::string_view tag);

}  // namespace penstock
