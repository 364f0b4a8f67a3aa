// SPDX-License-Identifier: Apache-2.0
#pragma once

// Second of the decompressor: carries the commands out, eight bytes a step, and makes words of them.

#include <hls_stream.h>

#include "hls/lz4_decompress/lz4_decoding.h"

namespace fabric {

// Of each job the raw words, and then the result.
void copy_sequences(hls::stream<ExtentJob>& jobs, hls::stream<CopyCommand>& commands,
                    hls::stream<OutputWord>& raw, hls::stream<OutputResult>& results, unsigned unit);

}  // namespace fabric
