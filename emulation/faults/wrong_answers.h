// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "codec/codec.h"
#include "emulation/faults/fault_kind.h"
#include "offload/capabilities.h"
#include "offload/job.h"

namespace penstock {

// Turns right answers into wrong ones that could be taken for right. One thread; its memory is taken at
// construction.
class WrongAnswers {
 public:
  explicit WrongAnswers(const Capabilities& capabilities);

  // Makes a finished job's answer wrong. False, and the answer is right, where it has nothing that this kind
  // of fault could change. A payload that was changed and still decodes to the input is right.
  bool falsify(FaultKind kind, Job& job, std::mt19937_64& random) noexcept;
  // Keeps a right answer, to be given in the place of another.
  void remember(const Job& job) noexcept;

 private:
  bool flip_in_digest(Job& job, std::mt19937_64& random) noexcept;
  bool flip_in_output(Job& job, std::mt19937_64& random) noexcept;
  bool give_other(Job& job) noexcept;
  bool shorten(Job& job, std::mt19937_64& random) noexcept;
  bool overrun(Job& job, std::mt19937_64& random) noexcept;
  bool output_is_right(const Job& job) noexcept;

  Decoder decoder_;
  const size_t decoded_bytes_max_;
  const std::unique_ptr<uint8_t[]> decoded_;  // pages that are not used are not touched
  std::vector<uint8_t> other_output_;
  std::vector<Digest> other_digests_;
};

}  // namespace penstock
