// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "offload/device.h"
#include "offload/driver.h"

namespace penstock {

struct EmulatedCardOptions {
  unsigned number = 0;
  size_t bank_bytes = size_t{4} << 30;  // of each of its four banks
};

// A card in this process, for machines that have none: memory apart from the host's in banks, a compute unit
// for each kernel, launches and completions as the contract has them, and in the units the kernels of hls/,
// run by the CPU. It shows that the host's code is right, and nothing of a card's speed.
std::unique_ptr<CardLink> make_emulated_card(const EmulatedCardOptions& options);

// For the driver's row in the table: four of them, which cost nothing until they are used.
DevicesFound find_emulated_cards();
Result<std::unique_ptr<Device>> open_emulated_card(size_t number, const DriverOptions& options);

}  // namespace penstock
