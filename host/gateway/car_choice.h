// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/entity_bytes.h"

namespace penstock {

// Which blocks of what a path leads to a CAR has, beside those of the path itself
// (https://specs.ipfs.tech/http-gateways/trustless-gateway/).
enum class CarScope : uint8_t {
  block,   // the root alone
  entity,  // what it takes to read a file, or to list a directory
  all,     // everything below
};

struct CarChoice {
  CarScope scope = CarScope::all;
  std::optional<EntityBytes> bytes;  // entity: of a file
  bool duplicates = false;           // a block stands there as often as it is met, not once
};

}  // namespace penstock
