// SPDX-License-Identifier: Apache-2.0
#pragma once

// A beat of an AXI4-Stream (UG1399, "AXI4-Stream Interfaces with Side-Channels"): data, which of its bytes
// count, and whether it is the packet's last. A channel that is not asked for has a width of 0 in Vitis; here
// it has one bit.

#include "ap_int.h"

template <int D, int U = 0, int TI = 0, int TD = 0>
struct ap_axiu {
  ap_uint<D> data;
  ap_uint<(D + 7) / 8> keep;
  ap_uint<(D + 7) / 8> strb;
  ap_uint<(U > 0 ? U : 1)> user;
  ap_uint<1> last;
  ap_uint<(TI > 0 ? TI : 1)> id;
  ap_uint<(TD > 0 ? TD : 1)> dest;
};
