// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "offload/device.h"

namespace penstock {

// Sends work with known answers through a queue pair of `device`: SHA-256 of the FIPS 180-4 examples, and for
// each codec that it lists a text that it encodes, that the host decodes, and that it decodes again.
// Registers memory: the device is of no further use afterwards. corrupt error: a wrong answer, which it
// names; failed: no answer.
Status selftest(Device& device);

}  // namespace penstock
