// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

namespace penstock {

// Whether no part of `raw` shows that it could be encoded in fewer bytes: 64 samples of 512 bytes, evenly
// spread, have each as even a histogram as random bytes. A few microseconds where something shows, 20 where
// nothing does. It does not see repetitions, nor what lies between the samples; of less than 128 KiB it says
// nothing, and false.
bool looks_like_noise(Bytes raw) noexcept;

}  // namespace penstock
