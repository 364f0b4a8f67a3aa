// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// What the TCP listener counts. The names are those of http1_count_name().
enum class Http1Count : uint8_t {
  connections,          // accepted
  connections_ended,    // of these
  connections_unused,   // ended before the head of a request was complete
  refused_total,        // connections beyond Http1Limits::connections
  refused_address,      // ... connections_per_address
  refused_descriptors,  // accepting failed for want of descriptors
  requests,             // whose head was taken
  responses_2xx,        // 1xx and others fall to none of these
  responses_3xx,
  responses_4xx,
  responses_5xx,
  body_bytes_in,
  body_bytes_out,
  refused_by_parser,  // requests that the HTTP library would not take
  refused_malformed,  // requests that it would have taken
  refused_ambiguous,  // whose end two servers might see at two places
  refused_large_head,
  refused_method,
  refused_expectation,
  bodies_given_up,     // uploads that ended before their end
  responses_given_up,  // by the client
  responses_failed,    // by the service: the client sees them cut
  cut_in_head,         // clients that took too long: for the head of a request
  cut_idle,            // ... for the next request
  cut_slow,            // ... over a body
  cut_left,            // clients that ended their side in the middle of a request, or before one
  cut_at_stop,
};
inline constexpr size_t kHttp1Counts = static_cast<size_t>(Http1Count::cut_at_stop) + 1;

// snake_case, as the enumerator.
std::string_view http1_count_name(Http1Count count);

// Written by the listener's thread, read by any.
class Http1Tally {
 public:
  void add(Http1Count count, uint64_t by = 1) {
    std::atomic<uint64_t>& cell = cells_[static_cast<size_t>(count)];
    // One writer: no read-modify-write is needed.
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  void add_response(unsigned status) {
    if (status >= 200 && status < 600)
      add(static_cast<Http1Count>(static_cast<unsigned>(Http1Count::responses_2xx) + status / 100 - 2));
  }
  uint64_t operator[](Http1Count count) const {
    return cells_[static_cast<size_t>(count)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<uint64_t>, kHttp1Counts> cells_{};
};

}  // namespace penstock
