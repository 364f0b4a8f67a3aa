// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace penstock {

// What a server takes on at most. What says "in all" is of the whole server; its workers share it.
struct QuicLimits {
  size_t connections_max = 4096;         // in all
  size_t connections_per_source = 1024;  // of one IPv4 address, or of one IPv6 network of 64 bits
  size_t streams_per_connection = 128;   // requests under way at once
  size_t field_section_bytes = 16384;    // of one request: names, values, and 32 for each field

  // Flow control: what a sender may send ahead of what the service took. A connection starts with the first
  // window; while the service takes what comes it grows up to the second, as far as the windows of all
  // connections together stay below the third. A new connection gets its first window whatever the others
  // have.
  size_t window_bytes_first = size_t{256} << 10;
  size_t window_bytes_max = size_t{16} << 20;
  size_t window_bytes_total = size_t{512} << 20;

  // Responses: what is kept until the client has acknowledged it.
  size_t response_bytes_per_stream = size_t{2} << 20;
  size_t response_bytes_total = size_t{256} << 20;

  // More handshakes under way than this, in all: every further client has to show first that it receives what
  // is sent to its address (Retry). 0: always.
  size_t handshakes_without_retry = 64;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};
  // A request whose client sends, or takes, less than so much in each interval while it is its turn is reset.
  // 0 bytes: never.
  std::chrono::milliseconds progress_interval{30'000};
  size_t progress_bytes_min = 1024;
  // The same while others are turned away, for want of a place that a slow client has.
  size_t progress_bytes_min_others_wait = size_t{64} << 10;
  // Answers to packets of no connection (stateless reset, version negotiation, Retry, refusals), in all.
  size_t stateless_answers_per_second = 10'000;

  // Bytes received before an acknowledgement is sent at once, as packets of the port's size: 2 packets at
  // least, 16 at most.
  size_t acknowledge_after_bytes = 65'000;
};

}  // namespace penstock
