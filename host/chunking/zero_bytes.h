// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace penstock {

// How many zero bytes stand at the front of `bytes`, and how many at the back.
size_t leading_zero_bytes(Bytes bytes);
size_t trailing_zero_bytes(Bytes bytes);

}  // namespace penstock
