// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "offload/device_figure.h"

namespace penstock {

// What the runtime says of a card, as its JSON has it (xrt::info::device: thermal, electrical, pcie_info);
// what it does not say, or says in another way, is left out. The temperatures' hottest alone.
struct XrtReports {
  std::string thermal;
  std::string electrical;
  std::string pcie;
};
std::vector<DeviceFigure> xrt_figures(const XrtReports& reports);

}  // namespace penstock
