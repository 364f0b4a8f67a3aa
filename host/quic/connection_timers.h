// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "quic/server_connection.h"

namespace penstock {

// When each connection wants to be called: a heap that connections know their places in. The worker's.
class ConnectionTimers {
 public:
  void set(ServerConnection& connection, uint64_t at);
  void remove(ServerConnection& connection);
  // Null: none is due.
  ServerConnection* due(uint64_t now) const;
  uint64_t next() const { return heap_.empty() ? UINT64_MAX : heap_.front()->timer_at; }

 private:
  void place(size_t index, ServerConnection& connection);
  void rise(size_t index);
  void sink(size_t index);

  std::vector<ServerConnection*> heap_;
};

}  // namespace penstock
