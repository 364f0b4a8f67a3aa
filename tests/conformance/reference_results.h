// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"

namespace penstock {

// What the libraries say, called directly and not by way of our own hash/ and codec/.
Digest reference_digest(Bytes message);
std::vector<uint8_t> reference_encode(CodecId codec, Bytes raw);
// The raw bytes, or nothing at all if the payload is no whole encoding of `raw_bytes` bytes.
std::vector<uint8_t> reference_decode(CodecId codec, Bytes payload, size_t raw_bytes);

}  // namespace penstock
