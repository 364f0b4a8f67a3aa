// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace penstock {

// How much of a device's work the host checks (DESIGN law 1); recorded in each commit.
struct VerifyLevel {
  enum class Kind : uint8_t {
    full,     // digests recomputed unless the CPU made them; payload decoded and compared
    cross,    // another device decodes and digests; without a second device the host does, as full
    payload,  // payload decoded and compared; digests trusted
    sample,   // digests as full; payloads of a fraction of the frames
  };

  Kind kind = Kind::full;
  double fraction = 1.0;  // sample: in (0, 1]

  friend bool operator==(const VerifyLevel&, const VerifyLevel&) = default;
};

// "full", "payload", "cross", "sample:0.1"; usage error otherwise.
Result<VerifyLevel> parse_verify_level(std::string_view text);
std::string verify_level_text(VerifyLevel level);

}  // namespace penstock
