// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace penstock {

// Any bytes as part of one line that no terminal takes for commands: control characters (C0, DEL and, in
// UTF-8, C1) become \n, \t, \r or \xNN. All other bytes stay, invalid UTF-8 too.
std::string line_text(std::string_view bytes);

// line_text for a name in a listing, which can be undone: a backslash becomes \\ as well.
std::string name_text(std::string_view name);

}  // namespace penstock
