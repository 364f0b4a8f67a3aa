// SPDX-License-Identifier: Apache-2.0
#include "emulation/faults/fault_kind.h"

namespace penstock {

std::string_view fault_kind_text(FaultKind kind) {
  switch (kind) {
    case FaultKind::wrong_digest:
      return "wrong digest";
    case FaultKind::wrong_payload:
      return "wrong payload";
    case FaultKind::other_answer:
      return "other job's answer";
    case FaultKind::short_output:
      return "short output";
    case FaultKind::overrun:
      return "overrun";
    case FaultKind::stale_generation:
      return "stale generation";
    case FaultKind::late:
      return "late";
    case FaultKind::reordered:
      return "reordered";
    case FaultKind::twice:
      return "twice";
    case FaultKind::never:
      return "never";
    case FaultKind::after_abandon:
      return "after it was abandoned";
    case FaultKind::write_after_answer:
      return "write after the answer";
    case FaultKind::write_after_deadline:
      return "write after the deadline";
    case FaultKind::device_lost:
      return "device lost";
  }
  return "unknown";
}

}  // namespace penstock
