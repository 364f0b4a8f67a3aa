// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace penstock {

// The token to show to a server: the only line of the file, else what PENSTOCK_TOKEN holds; empty where
// there is neither. It is never an argument: others could read it. usage error: it is none.
Result<std::string> find_server_token(const std::string& file);

}  // namespace penstock
