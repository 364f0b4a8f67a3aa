// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "drivers/udp/udp_port.h"
#include "quic/quic_client.h"
#include "quic/quic_server.h"
#include "unit/quic/test_identity.h"
#include "unit/quic/test_request.h"

namespace penstock {
namespace {

class QuicOverUdpTest : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Hosts, QuicOverUdpTest, testing::Values("127.0.0.1", "[::1]"),
                         [](const auto& each) { return each.index == 0 ? "Ipv4" : "Ipv6"; });

TEST_P(QuicOverUdpTest, SeveralClientsUseAServerOfSeveralQueuesAtAnyAddress) {
  UdpOptions udp;
  udp.local = parse_net_address(":0").value();
  udp.queues = 2;
  const auto port = UdpPort::open(udp).value();
  const TestIdentity identity;
  ServiceLog log;
  const auto server = QuicServer::start(*port, identity.identity(), {}, [&log](std::function<void()> wake) {
                        return std::make_unique<CountingService>(log, std::move(wake));
                      }).value();
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::authority, identity.certificate_path()};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      UdpOptions client_udp;
      client_udp.remote =
          parse_net_address(GetParam() + ":" + std::to_string(port->local_address().port())).value();
      const auto client_port = UdpPort::open(client_udp).value();
      const auto client = QuicClient::connect(client_port->queue(0), client_udp.remote, "127.0.0.1", options);
      ASSERT_TRUE(client) << client.error().message();
      TestRequest put("PUT", "/put", 20'000'000);
      TestRequest get("GET", "/bytes?20000000");
      ASSERT_TRUE((*client)->submit(put.head, put));
      ASSERT_TRUE(carry_out(**client, get));
      ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
      EXPECT_EQ(put.text, "20000000 right");
      EXPECT_TRUE(get.result && get.pattern_right);
    });
  }
  for (std::thread& client : clients) client.join();
  for (const HttpPeer& peer : log.peers) EXPECT_TRUE(peer.loopback) << peer.address;
  EXPECT_EQ(server->counts()[static_cast<size_t>(QuicCount::connections)], 4U);
}

TEST(QuicRefusedTest, AClientHearsAtOnceThatNobodyListens) {
  UdpOptions udp;
  udp.local = parse_net_address("127.0.0.1:0").value();
  UdpOptions client_udp;
  client_udp.remote = UdpPort::open(udp).value()->local_address();
  const auto port = UdpPort::open(client_udp).value();
  // Who did not hear it would wait until ctest ends the test.
  QuicClientOptions options;
  options.handshake_timeout = options.idle_timeout = std::chrono::hours{1};
  const auto client = QuicClient::connect(port->queue(0), client_udp.remote, "127.0.0.1", options);
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().why.find("refused"), std::string::npos) << client.error().message();
}

}  // namespace
}  // namespace penstock
