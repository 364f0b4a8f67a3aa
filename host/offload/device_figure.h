// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace penstock {

// Something that a device says of itself beside its work.
struct DeviceFigure {
  // Never printed without it where it is not a measurement.
  enum class Origin : uint8_t {
    measured,
    modelled,  // reckoned from what a loop is assumed to cost
    assumed,   // what the reckoning takes for granted
  };

  std::string name;  // as JSON names it: "clocks_encode"
  double value = 0;
  std::string unit;
  Origin origin = Origin::measured;
};

}  // namespace penstock
