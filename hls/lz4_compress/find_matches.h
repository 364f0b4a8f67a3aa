// SPDX-License-Identifier: Apache-2.0
#pragma once

// First of the compressor: finds the matches of an extent, picks those that are used, at most one that begins
// in a beat, and follows a match for as long as it goes on.

#include <hls_stream.h>

#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

// Of each job the sequences, the last one without a match, and all of their literals. Positions have
// POSITION_BITS and grow from extent to extent, with a gap that no offset reaches over, so that what the
// table holds of an earlier one counts as too far away. Where they would not suffice the table is cleared.
// Instances: kPositionBits and kPositionBitsMin.
template <int POSITION_BITS>
void find_matches(hls::stream<ExtentJob>& jobs, hls::stream<uint64_t>& beats, hls::stream<ExtentJob>& jobs_on,
                  hls::stream<Sequence>& sequences, hls::stream<LiteralPiece>& literals, unsigned unit);

}  // namespace fabric
