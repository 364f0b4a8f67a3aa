// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/http_service.h"
#include "quic/block_pool.h"
#include "quic/byte_budget.h"
#include "quic/connection_id.h"
#include "quic/quic_counters.h"
#include "quic/quic_limits.h"
#include "quic/server_secret.h"

namespace penstock {

class ServerConnection;
class ServerStream;

// What the connections of one worker share. The worker's, in its thread; others read the counters alone.
struct WorkerShare {
  static constexpr size_t kKeptSpareBytes = size_t{4} << 20;

  // `limits`: this worker's part of what is the whole server's.
  WorkerShare(const QuicLimits& limits_, ServerSecret secret_, uint16_t number_)
      : limits(limits_),
        secret(std::move(secret_)),
        number(number_),
        ids(0, secret.id_hash()),
        windows(limits_.window_bytes_total),
        blocks(limits_.response_bytes_total),
        kept_blocks(SIZE_MAX, kKeptSpareBytes) {}

  const QuicLimits limits;
  ServerSecret secret;
  const uint16_t number;
  HttpService* service = nullptr;
  uint32_t packet_bytes_max = 0;  // the largest that is received
  QuicCounters counters{};

  std::unordered_map<ConnectionId, ServerConnection*, ConnectionIdHash> ids;
  std::unordered_map<uint64_t, ServerStream*> exchanges;
  uint64_t next_exchange = 1;
  size_t handshakes = 0;  // under way
  ByteBudget windows;
  BlockPool blocks;
  BlockPool kept_blocks;          // of bodies that wait for the service; windows bound them
  std::vector<uint64_t> starved;  // exchanges whose response waits for a block
  bool turned_away = false;       // since the last sweep: a connection, or a request with 503
  uint64_t others_wait_until = 0;
};

}  // namespace penstock
