// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel `decode_batch`: the operation DECODE of the batch contract (kernels/abi/abi.md).

#include <hls_burst_maxi.h>

#include "hls/datapath/words.h"

// `request`, `input`, `answer` and `arena` as the contract has them. Of the input whole words are read, the
// last one of input_bytes included; of the arena whole words are written, none that reaches behind
// arena_bytes. Called with pointers.
extern "C" void decode_batch(const fabric::Word* request, hls::burst_maxi<fabric::Word> input,
                             fabric::Word* answer, fabric::Word* arena);
