// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_device.h>

#include <string>

#include "base/result.h"
#include "drivers/xclbin/xclbin_list.h"

namespace penstock {

// Sees to it that `card` holds a program of `list`, and begins to use it: the one that it holds, if that is
// listed; where it holds none, or `may_replace`, the newest that the runtime takes for this card. `name` of
// the card is for errors. failed: none of them is so.
Result<xrt::uuid> choose_xrt_program(xrt::device& card, const XclbinList& list, bool may_replace,
                                     const std::string& name);

}  // namespace penstock
