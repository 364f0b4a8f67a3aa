// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "store/chunk_table.h"

namespace penstock {

// The places in `table` whose blocks, lying one behind the other in `raw`, do not have their digest. All are
// digested together, which is what the CPU does fastest.
std::vector<uint32_t> wrong_digests(const ChunkTable& table, Bytes raw);

}  // namespace penstock
