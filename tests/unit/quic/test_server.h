// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "quic/quic_client.h"
#include "quic/quic_server.h"
#include "unit/quic/counting_service.h"
#include "unit/quic/memory_port.h"
#include "unit/quic/test_identity.h"

namespace penstock {

// A server with the counting service at host 1 of a network in memory, and clients at others.
class TestServer {
 public:
  explicit TestServer(QuicServerOptions options = {}, MemoryNetwork::Faults faults = {}, size_t queues = 1,
                      uint32_t packet_bytes_max = 1452);

  // A client of host `host`, from 2 on; null and an error where it does not come about.
  Result<std::unique_ptr<QuicClient>> client(uint8_t host = 2, QuicClientOptions options = {});
  // ... that trusts the server's certificate by its fingerprint.
  QuicClientOptions trusting() const;
  uint64_t count(QuicCount what) const { return server->counts()[static_cast<size_t>(what)]; }
  // Waits until the server has counted so many.
  bool counts(QuicCount what, uint64_t at_least = 1) const;

  void start_again(const QuicServerOptions& options);

  MemoryNetwork network;
  TestIdentity identity;
  ServiceLog log;
  uint32_t packet_bytes;
  std::unique_ptr<MemoryPort> port;
  std::unique_ptr<QuicServer> server;
  std::vector<std::unique_ptr<MemoryPort>> client_ports;
};

}  // namespace penstock
