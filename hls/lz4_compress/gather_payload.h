// SPDX-License-Identifier: Apache-2.0
#pragma once

// Last of the compressor: joins pieces of any length to words of memory, and says whether they are a payload:
// smaller than the extent and no longer than the job allows.

#include <hls_stream.h>

#include "hls/lz4_compress/lz4_encoding.h"

namespace fabric {

// Of each job the words of its payload, as far as they fit, and then the result.
void gather_payload(hls::stream<ExtentJob>& jobs, hls::stream<EncodedPiece>& pieces,
                    hls::stream<OutputWord>& payload, hls::stream<OutputResult>& results, unsigned unit);

}  // namespace fabric
