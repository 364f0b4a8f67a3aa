// SPDX-License-Identifier: Apache-2.0
// The XRT driver as a module of its own (offload/driver_module.h).
#include "drivers/xrt/xrt_cards.h"
#include "offload/driver_module.h"

extern "C" __attribute__((visibility("default"))) const penstock::DriverModule penstock_driver_module = {
    PENSTOCK_MODULE_BUILD, {"xrt", &penstock::find_xrt_cards, &penstock::open_xrt_card}};
