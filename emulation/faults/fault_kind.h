// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// What goes wrong with a job.
enum class FaultKind : uint8_t {
  // Answers that are wrong.
  wrong_digest,      // a bit of a digest is flipped
  wrong_payload,     // a bit of the output is flipped
  other_answer,      // digests or output are those of a job before it
  short_output,      // it says that it wrote less than it did
  overrun,           // it says that it wrote more than there is room for, and writes behind the output too
  stale_generation,  // it says that the job is of a generation that was left
  // Answers at the wrong time.
  late,           // held back for a while, which may be longer than anybody waits
  reordered,      // held back until another job's answer has overtaken it
  twice,          // the same job is handed back once more, some polls later
  never,          // nothing comes
  after_abandon,  // nothing comes until the job was abandoned
  // Writes to memory that is no longer the device's.
  write_after_answer,    // input and output change some polls after the job was handed back
  write_after_deadline,  // nothing comes, and once the job was abandoned its input and output change
  // The end.
  device_lost,  // from this job on nothing comes from the device, and what was abandoned changes
};

inline constexpr size_t kFaultKinds = 14;

std::string_view fault_kind_text(FaultKind kind);

}  // namespace penstock
