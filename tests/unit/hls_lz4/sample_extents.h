// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace penstock {

using Bytes = std::vector<uint8_t>;

Bytes noise(size_t bytes, std::mt19937_64& random);
// Words of a small language, with its commas.
Bytes prose(size_t bytes, std::mt19937_64& random);
// Noise that repeats every `period` bytes.
Bytes periodic(size_t bytes, size_t period, std::mt19937_64& random);
// One of: zeros, noise, prose, a period of 1 to 70,000, records of fixed size, prose and noise by turns, and
// an earlier part copied with changes.
Bytes sample_extent(size_t bytes, std::mt19937_64& random);

}  // namespace penstock
