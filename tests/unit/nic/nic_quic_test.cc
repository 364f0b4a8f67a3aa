// SPDX-License-Identifier: Apache-2.0
// HTTP/3 over two DPDK ports, back to back.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "quic/quic_client.h"
#include "quic/quic_server.h"
#include "unit/base/sanitized.h"
#include "unit/nic/nic_case.h"
#include "unit/quic/counting_service.h"
#include "unit/quic/test_identity.h"
#include "unit/quic/test_request.h"

namespace penstock {
namespace {

constexpr uint64_t kBody = kSanitized ? 4'000'000 : 64'000'000;

struct NicServer {
  explicit NicServer(RingWire& wire, size_t queues, const std::string& more = {})
      : port(open_nic(wire, 0, queues, more)),
        server(QuicServer::start(*port, identity.identity(), {}, [this](std::function<void()> wake) {
                 return std::make_unique<CountingService>(log, std::move(wake));
               }).value()) {}

  QuicClientOptions trusting() const {
    QuicClientOptions options;
    options.trust = {ServerTrust::Kind::authority, identity.certificate_path()};
    return options;
  }

  TestIdentity identity;
  ServiceLog log;
  std::unique_ptr<DpdkPort> port;
  std::unique_ptr<QuicServer> server;
};

void transfer(NicServer& server, PacketQueue& queue, int family) {
  const auto client = QuicClient::connect(queue, nic_address(0, family), "server.test", server.trusting());
  ASSERT_TRUE(client) << client.error().message();
  ASSERT_NO_FATAL_FAILURE(carry_both_ways(**client, kBody));
  (*client)->close();
}

class NicQuicTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Families, NicQuicTest, testing::Values(AF_INET, AF_INET6),
                         [](const auto& each) { return each.param == AF_INET ? "Ipv4" : "Ipv6"; });

TEST_P(NicQuicTest, BodiesPassBothWaysExactly) {
  RingWire wire;
  NicServer server(wire, 2);
  const auto client_port = open_nic(wire, 1);
  transfer(server, client_port->queue(0), GetParam());
  EXPECT_EQ(figure(*server.port, "send_refused"), 0U);
  EXPECT_GT(figure(*server.port, "bytes_copied"), kBody);
}

TEST(NicQuic, BodiesPassInJumboFrames) {
  RingWire wire;
  NicServer server(wire, 1, "mtu=9000");
  const auto client_port = open_nic(wire, 1, 1, "mtu=9000");
  transfer(server, client_port->queue(0), AF_INET);
  EXPECT_GT(server.server->packets().bytes_in / server.server->packets().packets_in, 2'000U);
}

TEST(NicQuic, AServerBeyondAllRoutesIsNotWaitedFor) {
  RingWire wire;
  NicServer server(wire, 1);
  const auto client_port = open_nic(wire, 1);
  const auto client = QuicClient::connect(client_port->queue(0), parse_net_address("192.0.2.5:4433").value(),
                                          "server.test", server.trusting());
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().message().find("gw="), std::string::npos) << client.error().message();
}

TEST(NicQuic, SeveralConnectionsShareAPortOfSeveralWorkers) {
  RingWire wire;
  NicServer server(wire, 2);
  const auto client_port = open_nic(wire, 1, 1);
  // One connection after the other: a client's queue is its alone.
  for (int i = 0; i < 6; ++i) {
    const auto client =
        QuicClient::connect(client_port->queue(0), nic_address(0), "server.test", server.trusting());
    ASSERT_TRUE(client) << client.error().message();
    TestRequest put("PUT", "/put", 100'000);
    ASSERT_TRUE(carry_out(**client, put));
    EXPECT_EQ(put.text, "100000 right");
    (*client)->close();
  }
  EXPECT_EQ(server.server->counts()[static_cast<size_t>(QuicCount::connections)], 6U);
}

TEST(NicQuic, AServerWhosePortIsPulledEnds) {
  RingWire wire;
  NicServer server(wire, 2);
  EXPECT_TRUE(server.server->running());
  wire.unplug(0);
  // A test that waits for ever is ended by ctest.
  while (server.server->running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace penstock
