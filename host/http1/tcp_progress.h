// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace penstock {

// How far a TCP connection has come, as the kernel knows it.
struct TcpProgress {
  uint64_t moved_bytes = 0;   // received, and sent and acknowledged
  bool gone = false;          // reset, or ended on both sides
  bool remote_ended = false;  // nothing more will arrive
  bool all_read = false;      // nothing has arrived that is still to be read
};

// Nothing for what is no TCP socket.
std::optional<TcpProgress> tcp_progress(int fd);

// Ends the connection with a reset: what was sent and not read by then may be lost, and nobody takes it for
// an orderly end. The descriptor stays.
void reset_tcp(int fd);

}  // namespace penstock
