// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "emulation/xrt_card/buffer_map.h"
#include "emulation/xrt_card/card_unit.h"
#include "emulation/xrt_card/shim_frame.h"
#include "emulation/xrt_card/xrt_card_options.h"

namespace penstock {

// The calls that XRT makes, by their numbers there.
enum class ShimCall : uint32_t {
  close = 1,
  load = 3,
  allocate = 4,
  free = 5,
  copy_to_card = 6,
  copy_to_host = 7,
  write_registers = 9,
  read_registers = 11,
  set_up = 28,
};

// A card as XRT's calls see it. One thread's, but for the kernels, which have their own.
class ShimSession {
 public:
  using Complaint = std::function<void(const Error&)>;

  // `complain` hears of calls that are sound and ask for what cannot be: no buffer there, no register.
  ShimSession(const XrtCardOptions& options, Complaint complain);

  struct Answer {
    std::string body;
    bool last = false;  // the process is to end
  };
  // corrupt: not a call of XRT 2.13 that a card with buffers and compute units gets.
  Result<Answer> answer(const ShimFrame& frame);

 private:
  Result<std::string> answer_allocate(const std::string& body);
  Result<std::string> answer_free(const std::string& body);
  Result<std::string> answer_copy_to_card(const std::string& body);
  Result<std::string> answer_copy_to_host(const std::string& body);
  Result<std::string> answer_write_registers(const std::string& body);
  Result<std::string> answer_read_registers(const std::string& body);

  bool done(const Status& status) const;
  Result<CardUnit*> unit_at(uint64_t address);

  const XrtCardOptions options_;
  const Complaint complain_;
  BufferMap buffers_;
  std::deque<CardUnit> units_;
};

// Answers calls on the socket until the other side closes it or asks for the end.
Status serve_shim(int socket, ShimSession& session);

}  // namespace penstock
