// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "port/packet_queue.h"

namespace penstock {

// What the kernel says about a received train beside its bytes (control messages of recvmsg).
struct ReceivedNotes {
  uint32_t segment_bytes = 0;  // 0: one packet
  uint8_t ecn = 0;
  NetAddress local{};                // with port 0; empty: not told
  std::optional<uint32_t> missed{};  // packets that this socket dropped since it was opened
};

ReceivedNotes read_notes(msghdr& message);

// The control messages of one sendmsg: from which address, in what segments, with which ECN bits.
class SendNotes {
 public:
  // `family`: the socket's. `segment_bytes` 0: one packet. An empty `path.local`: the kernel chooses. Valid
  // until the next call.
  void write(msghdr& message, const NetPath& path, int family, uint32_t segment_bytes, uint8_t ecn);

 private:
  static constexpr size_t kBytes = 128;

  template <class Value>
  void add(msghdr& message, int level, int type, const Value& value);

  size_t used_ = 0;
  alignas(cmsghdr) std::array<uint8_t, kBytes> bytes_{};
};

}  // namespace penstock
