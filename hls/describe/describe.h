// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kernel `describe`: what the kernels of this card can do (kernels/abi/abi.md).

#include "hls/datapath/words.h"

// Writes a struct penstock_capabilities, two words.
extern "C" void describe(fabric::Word* answer);
