// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "drivers/batch/card_link.h"
#include "emulation/card/compute_unit.h"

namespace penstock {

// Whether the kernel stays inside its arguments' buffers. Kernels believe the lengths in a batch's header, as
// on a real card, where a host that lies reads what lies behind; here it would end the card's process.
// failed: a buffer is shorter than the header says.
Status check_launch_bounds(CardKernel kernel, const KernelArguments& arguments);

}  // namespace penstock
