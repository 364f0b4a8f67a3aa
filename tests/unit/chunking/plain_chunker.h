// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/bytes.h"
#include "chunking/chunker_spec.h"
#include "chunking/piece.h"

namespace penstock::test {

// Cuts a whole stream by a cdc spec as docs/chunker.md reads, byte by byte, skipping nothing: what the fast
// chunker is held against.
std::vector<Piece> cut_plainly(const ChunkerSpec& spec, Bytes stream);

}  // namespace penstock::test
