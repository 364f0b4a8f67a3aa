// SPDX-License-Identifier: Apache-2.0
#pragma once

// Before the compressor: cuts the words of an extent into beats of eight bytes.

#include <hls_stream.h>

#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

// Of each job the beats that its bytes lie in; what is behind them in the last one is zero.
void split_words(hls::stream<ExtentJob>& jobs, hls::stream<Word>& words, hls::stream<ExtentJob>& jobs_on,
                 hls::stream<uint64_t>& beats, unsigned unit);

}  // namespace fabric
