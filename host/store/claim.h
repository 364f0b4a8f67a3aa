// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace penstock {

// Whether a chunk has to be encoded and appended.
enum class Claim : uint8_t {
  yours,    // it was not there: the caller now has to append it
  present,  // stored, or claimed before by somebody who will append it
};

}  // namespace penstock
