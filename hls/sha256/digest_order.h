// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hls_stream.h>

#include "hls/sha256/message_pieces.h"

namespace fabric {

// Puts digests into the order of their chunks: one that comes early waits for those before it, of which there
// are fewer than kDigestWindow. Two steps a digest, two clocks each. The end does not go on: who reads knows
// how many digests come.
void order_digests(hls::stream<FinishedDigest>& digests, hls::stream<ap_uint<256> >& ordered);

}  // namespace fabric
