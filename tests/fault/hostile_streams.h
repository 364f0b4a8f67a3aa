// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fault/seeded_random.h"

namespace penstock {

// What is written to one stream.
struct HostileStream {
  bool one_way = false;
  std::vector<uint8_t> bytes{};
  bool last = false;   // the stream ends behind them
  bool reset = false;  // ... with an error
};

// Streams that break the rules of HTTP/3 or QPACK: one of a list of ways, by its number, or frames by chance.
// None of them is an upload that is whole, although they name a token that may append.
std::vector<HostileStream> hostile_streams(uint64_t way, SeededRandom& random, const std::string& token);
uint64_t hostile_ways();

}  // namespace penstock
