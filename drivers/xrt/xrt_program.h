// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_device.h>

#include <string>

#include "base/result.h"
#include "drivers/xclbin/xclbin_list.h"

namespace penstock {

// Sees to it that `card`, of that platform, holds a program of `list`, and begins to use it: the first of
// choose_xclbins that the runtime takes. `name` of the card is for errors. failed: none; or the card does not
// say what it holds, and `may_replace` is false.
Result<xrt::uuid> load_xrt_program(xrt::device& card, const XclbinList& list, bool may_replace,
                                   const std::string& platform, const std::string& name);

}  // namespace penstock
