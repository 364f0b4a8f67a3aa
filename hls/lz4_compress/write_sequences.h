// SPDX-License-Identifier: Apache-2.0
#pragma once

// Third of the compressor: makes the bytes of the block (LZ4 block format) of sequences and literals, up to
// 16 a step. A sequence of few literals and a short match takes one step.

#include <hls_stream.h>

#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

// Of each job the pieces of its payload, whatever its length.
void write_sequences(hls::stream<ExtentJob>& jobs, hls::stream<Sequence>& sequences,
                     hls::stream<LiteralPiece>& literals, hls::stream<ExtentJob>& jobs_on,
                     hls::stream<EncodedPiece>& pieces, unsigned unit);

}  // namespace fabric
