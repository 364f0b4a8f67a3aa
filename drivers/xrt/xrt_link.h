// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "drivers/batch/card_link.h"

namespace penstock {

struct XrtLinkOptions {
  unsigned index = 0;        // of the card, as the runtime counts them
  bool may_program = false;  // also a card that holds another program (choose_xclbins)
};

// A card that the XRT runtime reaches, holding a listed program: given one where it holds none, or may be
// given another. failed: there is no such card, no listed program fits it, or it holds one that is not listed
// and may not be programmed.
Result<std::unique_ptr<CardLink>> open_xrt_link(const XrtLinkOptions& options);

}  // namespace penstock
