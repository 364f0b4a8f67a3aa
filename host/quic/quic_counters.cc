// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_counters.h"

#include "base/check.h"

namespace penstock {

std::string_view quic_count_name(QuicCount count) {
  static constexpr std::array<std::string_view, kQuicCounts> kNames{
      "connections",        "connections_ended",    "handshakes_begun",
      "handshakes_failed",  "handshakes_timed_out", "refused_by_limit",
      "retries_sent",       "versions_negotiated",  "resets_sent",
      "packets_malformed",  "packets_unknown",      "packets_bad_token",
      "packets_unanswered", "packets_handed_over",  "packets_not_handed_over",
      "requests",           "requests_refused",     "requests_aborted",
      "requests_too_slow",  "responses_failed",     "bytes_decrypted",
      "body_bytes_in",      "body_bytes_kept",      "body_bytes_out"};
  PENSTOCK_CHECK(count < QuicCount::kCount);
  return kNames[static_cast<size_t>(count)];
}

}  // namespace penstock
