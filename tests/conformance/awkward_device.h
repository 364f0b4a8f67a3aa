// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "offload/device.h"

namespace penstock {

// A device that uses every freedom of the contract: it accepts any prefix, also none, finishes in any order,
// keeps finished jobs back, can do less than the device inside it, works on copies as if behind a bus, and
// goes on with abandoned jobs, whose output it writes at some later poll. Shows that the suite asks for the
// contract and not for the software device's habits.
std::unique_ptr<Device> make_awkward_device(std::unique_ptr<Device> inside, uint64_t seed);

}  // namespace penstock
