// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace penstock {

// This machine's, for commits; empty if it is none that a commit can hold.
std::string host_name();

}  // namespace penstock
