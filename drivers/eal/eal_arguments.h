// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace penstock {

// The words of EAL's arguments: split at spaces; within '...' and "..." spaces stand for themselves.
// usage: a quote is not closed.
Result<std::vector<std::string>> split_eal_arguments(std::string_view text);

// EAL prints pages of help where it does not know a word, and ends the process at some: only words go there
// that it knows (DPDK 22.11), and that leave the process as it is. usage: says which word is wrong.
Status check_eal_arguments(const std::vector<std::string>& words);

}  // namespace penstock
