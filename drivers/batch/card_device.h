// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "offload/device.h"

namespace penstock {

// A card that speaks the batch contract (kernels/abi/abi.md), by whatever runtime reaches it. Reads what the
// kernels can do from the card, once. failed: it does not answer, or speaks another version.
Result<std::unique_ptr<Device>> open_card(std::unique_ptr<CardLink> link);

}  // namespace penstock
