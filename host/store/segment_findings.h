// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>

#include "store/store.h"
#include "store/store_findings.h"

namespace penstock {

// Reads these segments of the store, and returns what of them Store::settle is to note that is not in
// quarantine yet. What cannot be read says nothing.
StoreFindings find_damage(const Store& store, const std::set<uint32_t>& segments);

}  // namespace penstock
