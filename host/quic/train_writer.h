// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstddef>
#include <cstdint>

#include "port/packet_queue.h"

namespace penstock {

NetPath net_path(const ngtcp2_path& path);

// Packets of one connection, gathered into trains of equal segments as a queue sends them. Lives for one
// burst; what it holds is sent when it ends.
class TrainWriter {
 public:
  explicit TrainWriter(PacketQueue& queue) : queue_(queue) {}
  ~TrainWriter() { send(); }
  TrainWriter(const TrainWriter&) = delete;
  TrainWriter& operator=(const TrainWriter&) = delete;

  // Where the next packet of up to `bytes_max` is to be written; empty: the queue takes no more now.
  MutableBytes room(size_t bytes_max);
  // `bytes` were written there.
  void add(size_t bytes, const ngtcp2_path& path, uint8_t ecn);
  void send();
  size_t bytes_written() const { return bytes_written_; }

 private:
  PacketQueue& queue_;
  MutableBytes buffer_{};
  size_t used_ = 0;
  size_t bytes_written_ = 0;
  PacketTrain train_{};
};

}  // namespace penstock
