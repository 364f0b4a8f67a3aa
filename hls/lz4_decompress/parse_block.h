// SPDX-License-Identifier: Apache-2.0
#pragma once

// First of the decompressor: reads the sequences of a block (LZ4 block format) and makes commands of them.
// All that can be wrong with a payload is found here, the rules of its end too (the last five bytes are
// literals, no match begins in the last twelve), so that commands are right by construction. An offset of 0
// is refused, as the format says; liblz4 1.9 lets it pass.

#include <hls_stream.h>

#include "hls/lz4_decompress/lz4_decoding.h"

namespace fabric {

// Takes all words of each job's payload, whatever is in them.
void parse_block(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words, hls::stream<ExtentJob>& jobs_on,
                 hls::stream<CopyCommand>& commands, unsigned unit);

}  // namespace fabric
