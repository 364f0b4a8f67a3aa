// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_times.h"

namespace penstock {

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::read:
      return "read";
    case Stage::chunk:
      return "chunk";
    case Stage::digest:
      return "digest";
    case Stage::look_up:
      return "look-up";
    case Stage::assemble:
      return "assemble";
    case Stage::encode:
      return "encode";
    case Stage::verify:
      return "verify";
    case Stage::append:
      return "append";
    case Stage::stall_source:
      return "stall-source";
    case Stage::stall_order:
      return "stall-order";
  }
  return "?";
}

StageTimes& StageTimes::operator+=(const StageTimes& other) {
  for (size_t i = 0; i < kStageCount; ++i) nanoseconds[i] += other.nanoseconds[i];
  return *this;
}

}  // namespace penstock
