// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace penstock {

// Text for HTML, in content and in quoted attributes alike. Control characters, and bytes that are not UTF-8,
// are shown as \xNN; so are the characters that turn the direction of writing, with which a name could look
// like another.
std::string html_text(std::string_view bytes);

}  // namespace penstock
