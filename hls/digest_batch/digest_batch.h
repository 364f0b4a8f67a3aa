// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel `digest_batch`: the operation DIGEST of the batch contract (kernels/abi/abi.md).

#include <hls_burst_maxi.h>

#include "hls/datapath/words.h"

// `request`, `input` and `answer` as the contract has them. Of the input whole words are read, the last one
// of input_bytes included. Called with pointers.
extern "C" void digest_batch(const fabric::Word* request, hls::burst_maxi<fabric::Word> input,
                             fabric::Word* answer);
