// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/json_text.h"
#include "monitor/server_view.h"

namespace penstock {

// One line of `penstock top --json`. What nobody knows is null.
Json server_view_json(const ServerView& view, const std::string& server);

}  // namespace penstock
