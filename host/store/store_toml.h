// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/store_config.h"

namespace penstock {

// store.toml (format.md). `config.uuid` is of StoreUuid's form; the other texts are kept as they are.
std::string encode_store_toml(const StoreConfig& config);
// corrupt error: damaged; failed: of a newer format, or with what this version does not know.
Result<StoreConfig> parse_store_toml(std::string_view text);

}  // namespace penstock
