// SPDX-License-Identifier: Apache-2.0
#include "drivers/xrt/xrt_cards.h"

#include <experimental/xrt_system.h>

#include <string>

#include "drivers/batch/card_device.h"
#include "drivers/xrt/xrt_attempt.h"
#include "drivers/xrt/xrt_emulation.h"
#include "drivers/xrt/xrt_link.h"

namespace penstock {

DevicesFound find_xrt_cards() {
  if (xrt_emulated()) return find_emulated_xrt_cards();
  const auto count = xrt_attempt("", "", [] { return xrt::system::enumerate_devices(); });
  if (!count) return {0, "the XRT runtime says: " + count.error().why + " (docs/xrt.md, Install)"};
  return {*count, "the XRT runtime finds no card on this machine"};
}

Result<std::unique_ptr<Device>> open_xrt_card(size_t number, const DriverOptions& options) {
  // The runtime's emulation makes up a card where there is none.
  if (number >= find_xrt_cards().count)
    return fail(Errc::failed, "xrt:" + std::to_string(number), "there is no such card",
                "see penstock devices");
  PENSTOCK_TRY(prepare_xrt_emulation());
  PENSTOCK_TRY_ASSIGN(auto link, open_xrt_link({static_cast<unsigned>(number), options.program}));
  return open_card(std::move(link));
}

}  // namespace penstock
