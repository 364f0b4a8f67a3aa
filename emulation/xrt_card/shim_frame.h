// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// XRT sends large copies in pieces (SW_EMU_PACKET_SIZE, 8 MiB unless told otherwise).
inline constexpr uint64_t kShimBodyBytesMax = uint64_t{64} << 20;
inline constexpr size_t kShimHeadBytes = 14;

// What precedes a call's body.
struct ShimHead {
  uint64_t body_bytes = 0;
  uint32_t call = 0;
};

// Exactly kShimHeadBytes. corrupt: no head, or a body longer than kShimBodyBytesMax.
Result<ShimHead> parse_shim_head(Bytes head);

// A call as XRT sent it; the body is not looked into.
struct ShimFrame {
  uint32_t call = 0;
  std::string body;
};

// Waits for the next call on the socket; nothing when the other side has closed it, in the midst of a call
// too: a host may end at any time. corrupt: no head.
Result<std::optional<ShimFrame>> read_shim_frame(int socket);

// Head and body of an answer. False: the other side has closed.
Result<bool> write_shim_answer(int socket, std::string_view body);

}  // namespace penstock
