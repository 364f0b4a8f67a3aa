// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "http/http_service.h"
#include "port/packet_port.h"
#include "quic/quic_counters.h"
#include "quic/quic_limits.h"
#include "quic/tls_identity.h"

namespace penstock {

class ConnectionCounts;
class PacketHandover;
class QuicWorker;

struct QuicServerOptions {
  QuicLimits limits{};
  // What connection ids and tokens are derived from. With the same one, clients of a server that was started
  // again learn at once that their connections are gone. Without: a random one.
  std::optional<std::array<uint8_t, 32>> secret{};
};

// An HTTP/3 server: one thread for each queue of the port, each with an HttpService of its own. Any thread
// may call it. The port and the identity outlive it.
class QuicServer {
 public:
  // `maker` is called once in each worker's thread. failed: no secret could be made; usage: a limit is wrong.
  static Result<std::unique_ptr<QuicServer>> start(PacketPort& port, const TlsIdentity& identity,
                                                   const QuicServerOptions& options, HttpServiceMaker maker);
  ~QuicServer();
  QuicServer(const QuicServer&) = delete;
  QuicServer& operator=(const QuicServer&) = delete;

  // No new connections and requests from now on; returns when what was under way has ended, or been cut off
  // after `patience`.
  void drain(std::chrono::milliseconds patience);
  // Cuts off what is under way. The destructor does it too.
  void stop();
  // False when a worker has ended: its port failed, or the server was drained or stopped.
  bool running() const;
  // What a port failed of, where that is why it does not run.
  std::optional<Error> port_error() const;

  QuicCounts counts() const;
  PacketCounters packets() const;                     // of all queues together
  std::vector<PacketCounters> queue_packets() const;  // of each
  size_t connections() const;

 private:
  QuicServer();

  void join();

  std::unique_ptr<ConnectionCounts> connections_;
  std::atomic<size_t> workers_busy_{0};  // that have not finished
  std::vector<std::unique_ptr<PacketHandover>> handovers_;
  std::vector<std::unique_ptr<QuicWorker>> workers_;
  std::vector<std::thread> threads_;
  HttpServiceMaker maker_;
};

}  // namespace penstock
