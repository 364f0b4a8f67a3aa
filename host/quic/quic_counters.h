// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

// What a server counts since its start.
enum class QuicCount : uint8_t {
  connections,        // handshakes completed
  connections_ended,  // of those
  handshakes_begun,
  handshakes_failed,
  handshakes_timed_out,
  refused_by_limit,  // new connections beyond a limit, or while draining
  retries_sent,
  versions_negotiated,
  resets_sent,        // stateless ones
  packets_malformed,  // no QUIC header
  packets_unknown,    // of no connection of ours
  packets_bad_token,
  packets_unanswered,       // ... because stateless answers are limited
  packets_handed_over,      // to the worker whose connection it is
  packets_not_handed_over,  // ... because its ring was full
  requests,
  requests_refused,  // malformed, or a head that is too large
  requests_aborted,  // by the client, or with its connection
  requests_too_slow,
  responses_failed,
  bytes_decrypted,  // of streams, in order, each once
  body_bytes_in,
  body_bytes_kept,  // ... copied aside, because the service had no room for them
  body_bytes_out,
  kCount,
};
constexpr size_t kQuicCounts = static_cast<size_t>(QuicCount::kCount);

// Its name in metrics: the enumerator's.
std::string_view quic_count_name(QuicCount count);

using QuicCounts = std::array<uint64_t, kQuicCounts>;

// Counters that one thread writes and any may read.
class QuicCounters {
 public:
  void add(QuicCount count, uint64_t n = 1) {
    std::atomic<uint64_t>& value = values_[static_cast<size_t>(count)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void add_to(QuicCounts& sums) const {
    for (size_t i = 0; i < kQuicCounts; ++i) sums[i] += values_[i].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<uint64_t>, kQuicCounts> values_{};
};

}  // namespace penstock
