// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digests into the answer, two to a word.

#include <hls_stream.h>

#include "hls/movers/word_writer.h"

namespace fabric {

// Where the digests of a submission go. `end` comes once, behind the last one, with none.
struct DigestPlan {
  uint64_t first_digest;  // in digests (32 bytes) from the answer's begin
  uint32_t chunks;
  bool end;
};

// Digests come in the order of the plans and of each one's chunks. Ends with a placed word that is the end.
void place_digests(hls::stream<DigestPlan>& plans, hls::stream<ap_uint<256> >& digests,
                   hls::stream<PlacedWord>& placed);

}  // namespace fabric
