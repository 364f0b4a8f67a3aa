// SPDX-License-Identifier: Apache-2.0
#include "unit/quic/test_server.h"

#include <chrono>
#include <thread>
#include <utility>

namespace penstock {

TestServer::TestServer(QuicServerOptions options, MemoryNetwork::Faults faults, size_t queues,
                       uint32_t packet_bytes_max)
    : network(faults), packet_bytes(packet_bytes_max), port(network.open(1, queues, packet_bytes_max)) {
  start_again(options);
}

void TestServer::start_again(const QuicServerOptions& options) {
  server.reset();
  server = QuicServer::start(*port, identity.identity(), options, [this](std::function<void()> wake) {
             return std::make_unique<CountingService>(log, std::move(wake));
           }).value();
}

QuicClientOptions TestServer::trusting() const {
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::fingerprint, identity.identity().fingerprint()};
  return options;
}

Result<std::unique_ptr<QuicClient>> TestServer::client(uint8_t host, QuicClientOptions options) {
  if (options.trust.kind == ServerTrust::Kind::system) options.trust = trusting().trust;
  client_ports.push_back(network.open(host, 1, packet_bytes));
  return QuicClient::connect(client_ports.back()->queue(0), port->local_address(), "server.test", options);
}

bool TestServer::counts(QuicCount what, uint64_t at_least) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (count(what) < at_least) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace penstock
