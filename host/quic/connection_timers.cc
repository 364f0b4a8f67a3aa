// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_timers.h"

#include <utility>

namespace penstock {

void ConnectionTimers::place(size_t index, ServerConnection& connection) {
  heap_[index] = &connection;
  connection.timer = index;
}

void ConnectionTimers::set(ServerConnection& connection, uint64_t at) {
  if (connection.timer == ServerConnection::kNoTimer) {
    heap_.push_back(&connection);
    connection.timer = heap_.size() - 1;
  } else if (connection.timer_at == at) {
    return;
  }
  connection.timer_at = at;
  rise(connection.timer);
  sink(connection.timer);
}

void ConnectionTimers::remove(ServerConnection& connection) {
  const size_t index = connection.timer;
  if (index == ServerConnection::kNoTimer) return;
  connection.timer = ServerConnection::kNoTimer;
  ServerConnection* last = heap_.back();
  heap_.pop_back();
  if (last == &connection) return;
  place(index, *last);
  rise(index);
  sink(last->timer);
}

ServerConnection* ConnectionTimers::due(uint64_t now) const {
  return heap_.empty() || heap_.front()->timer_at > now ? nullptr : heap_.front();
}

void ConnectionTimers::rise(size_t index) {
  ServerConnection& rising = *heap_[index];
  while (index != 0) {
    const size_t parent = (index - 1) / 2;
    if (heap_[parent]->timer_at <= rising.timer_at) break;
    place(index, *heap_[parent]);
    index = parent;
  }
  place(index, rising);
}

void ConnectionTimers::sink(size_t index) {
  ServerConnection& sinking = *heap_[index];
  while (true) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->timer_at < heap_[child]->timer_at) ++child;
    if (heap_[child]->timer_at >= sinking.timer_at) break;
    place(index, *heap_[child]);
    index = child;
  }
  place(index, sinking);
}

}  // namespace penstock
