// SPDX-License-Identifier: Apache-2.0
#include "conformance/device_table.h"

#include <array>

#include "conformance/awkward_device.h"
#include "drivers/batch/card_device.h"
#include "drivers/software/software_device.h"
#include "emulation/card/emulated_card.h"
#include "unit/base/random_seed.h"

namespace penstock {
std::span<const DeviceRow> device_table() {
  static constexpr std::array<DeviceRow, 3> kTable = {{
      {"software", []() -> Result<std::unique_ptr<Device>> { return make_software_device({}); }},
      {"card", []() -> Result<std::unique_ptr<Device>> { return open_card(make_emulated_card({})); }},
      {"awkward",
       []() -> Result<std::unique_ptr<Device>> {
         return make_awkward_device(make_software_device({}), process_seed());
       }},
  }};
  return kTable;
}

}  // namespace penstock
