// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace penstock {

// What clients of the TCP listener may use up. Bodies are as large as the service lets them be.
struct Http1Limits {
  uint32_t connections = 512;              // further ones are answered 503
  uint32_t connections_per_address = 128;  // the same; 64 bits of an IPv6 address are one
  size_t head_bytes = 16 << 10;            // of a request's line and fields: 431
  uint32_t fields = 100;                   // of a request: 431
  size_t connection_bytes = 128 << 10;     // for a connection's buffers, of which heads take a part
  size_t block_bytes = 64 << 10;           // of a response's body, asked for at once

  // From the start of a connection, TLS included, until the head of its first request is complete.
  std::chrono::milliseconds head_time{15'000};
  // From the end of a response until the head of the next request is complete.
  std::chrono::milliseconds idle_time{60'000};
  // While a body is on its way, the client moves so many bytes in each interval. Time in which the service
  // held it back does not count.
  std::chrono::milliseconds progress_interval{10'000};
  uint64_t progress_bytes = 10 << 10;

  // So much of a body that nobody wants is read and forgotten, which keeps the connection; if it is larger
  // the response is sent at once, and the connection closed.
  uint64_t forgotten_bytes = 256 << 10;
  // How long what still arrives on a closed connection is taken, so that its client gets to read the answer.
  std::chrono::milliseconds linger_time{2'000};
  uint32_t lingering = 128;
};

}  // namespace penstock
