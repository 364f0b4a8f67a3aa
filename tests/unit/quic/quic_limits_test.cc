// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

TEST(QuicLimitsTest, ConnectionsBeyondTheLimitAreRefusedAndLaterOnesAreNot) {
  QuicServerOptions options;
  options.limits.connections_max = 2;
  TestServer server(options);
  auto one = server.client(2);
  auto two = server.client(3);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(server.server->connections(), 2U);
  const auto three = server.client(4);
  ASSERT_FALSE(three);
  EXPECT_NE(three.error().why.find("no more connections"), std::string::npos) << three.error().message();
  EXPECT_GE(server.count(QuicCount::refused_by_limit), 1U);  // a client that hears nothing soon asks again
  one->reset();
  while (server.server->connections() == 2) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(server.client(5));
}

TEST(QuicLimitsTest, OneSourceHasItsOwnLimit) {
  QuicServerOptions options;
  options.limits.connections_per_source = 1;
  TestServer server(options);
  auto one = server.client(2);
  ASSERT_TRUE(one);
  // From another port of the same address.
  MemoryPort same(server.network, memory_address(2, 4434), 1, 1452);
  const auto two =
      QuicClient::connect(same.queue(0), server.port->local_address(), "server.test", server.trusting());
  EXPECT_FALSE(two);
  EXPECT_TRUE(server.client(3));
}

TEST(QuicLimitsTest, ARetryIsAskedForAlwaysWhereTheLimitIsNone) {
  QuicServerOptions options;
  options.limits.handshakes_without_retry = 0;
  TestServer server(options);
  for (uint8_t host = 2; host < 6; ++host) {
    auto client = server.client(host);
    ASSERT_TRUE(client) << client.error().message();
    TestRequest put("PUT", "/put", 100'000);
    ASSERT_TRUE(carry_out(**client, put));
  }
  EXPECT_GE(server.count(QuicCount::retries_sent), 4U);  // a client that hears nothing soon asks again
  EXPECT_EQ(server.count(QuicCount::handshakes_begun), 4U);
}

TEST(QuicLimitsTest, HandshakesThatAreNotFinishedTimeOut) {
  QuicServerOptions options;
  options.limits.handshake_timeout = 200ms;
  options.limits.handshakes_without_retry = 4;
  TestServer server(options);
  // Hears nothing of what the server says.
  server.network.watch([&server](const NetPath& path, Bytes) {
    return !(path.local == server.port->local_address() && path.remote == memory_address(2));
  });
  QuicClientOptions patient = server.trusting();
  patient.handshake_timeout = 500ms;
  const auto client = server.client(2, patient);
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().why.find("no answer within"), std::string::npos) << client.error().message();
  EXPECT_TRUE(server.counts(QuicCount::handshakes_timed_out));
  // One that hears it is let in, if it is quick: a busy machine may need several attempts.
  while (!server.client(3)) {
  }
  server.network.watch(nullptr);
}

TEST(QuicLimitsTest, AConnectionThatIsIdleEnds) {
  QuicServerOptions options;
  options.limits.idle_timeout = 300ms;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  ASSERT_TRUE(poll_until(**client, [&server] { return server.count(QuicCount::connections) == 1; }));
  // From here on the client is not polled: no keep-alive comes.
  EXPECT_TRUE(server.counts(QuicCount::connections_ended));
  while (server.server->connections() != 0) std::this_thread::sleep_for(1ms);
}

TEST(QuicLimitsTest, AClientFindsOutThatTheServerIsGone) {
  TestServer server;
  QuicClientOptions options = server.trusting();
  options.idle_timeout = 300ms;
  auto client = server.client(2, options);
  ASSERT_TRUE(client);
  server.network.watch([](const NetPath&, Bytes) { return false; });
  TestRequest get("GET", "/bytes?10");
  carry_out(**client, get);
  ASSERT_TRUE(get.done);
  ASSERT_FALSE(get.result);
  EXPECT_NE(get.result.error().why.find("nothing was heard"), std::string::npos)
      << get.result.error().message();
  EXPECT_FALSE((*client)->submit(get.head, get));
  server.network.watch(nullptr);
}

TEST(QuicLimitsTest, AClientThatSendsTooSlowlyIsReset) {
  QuicServerOptions options;
  options.limits.progress_interval = 200ms;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/put", 1'000'000);
  put.stall_after = 10'000;
  ASSERT_TRUE((*client)->submit(put.head, put));
  ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
  ASSERT_FALSE(put.result);
  EXPECT_NE(put.result.error().why.find("H3_EXCESSIVE_LOAD"), std::string::npos)
      << put.result.error().message();
  EXPECT_EQ(server.count(QuicCount::requests_too_slow), 1U);
  EXPECT_EQ(server.log.under_way, 0U);
}

TEST(QuicLimitsTest, AClientThatTakesAResponseTooSlowlyIsReset) {
  QuicServerOptions options;
  options.limits.progress_interval = 200ms;
  TestServer server(options);
  QuicClientOptions small = server.trusting();
  small.stream_window_bytes = 50'000;
  auto client = server.client(2, small);
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?5000000");
  get.take_at_once = 0;
  ASSERT_TRUE((*client)->submit(get.head, get));
  ASSERT_TRUE(poll_until(**client, [&get] { return get.done; }));
  ASSERT_FALSE(get.result);
  EXPECT_NE(get.result.error().why.find("H3_EXCESSIVE_LOAD"), std::string::npos)
      << get.result.error().message();
  EXPECT_EQ(server.log.under_way, 0U);
}

TEST(QuicLimitsTest, ManyConnectionsAreServedAtOnce) {
  TestServer server;
  std::vector<std::unique_ptr<QuicClient>> clients;
  for (unsigned i = 0; i < 200; ++i) {
    auto client = server.client(static_cast<uint8_t>(2 + i));
    ASSERT_TRUE(client) << client.error().message();
    TestRequest put("PUT", "/put", 10'000);
    ASSERT_TRUE(carry_out(**client, put));
    EXPECT_EQ(put.text, "10000 right");
    clients.push_back(std::move(*client));
  }
  EXPECT_EQ(server.server->connections(), 200U);
  // The last is served as the first.
  TestRequest put("PUT", "/put", 1'000'000);
  ASSERT_TRUE(carry_out(*clients.front(), put));
  EXPECT_EQ(put.text, "1000000 right");
}

TEST(QuicLimitsTest, AClientIsNotSlowWhileTheServiceIs) {
  QuicServerOptions options;
  options.limits.progress_interval = 100ms;
  options.limits.window_bytes_first = options.limits.window_bytes_max = 65'536;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest held("PUT", "/hold", 1'000'000);
  TestRequest never("PUT", "/never", 10);
  ASSERT_TRUE((*client)->submit(held.head, held));
  ASSERT_TRUE((*client)->submit(never.head, never));
  poll_until(
      **client, [] { return false; }, 2500ms);
  EXPECT_FALSE(held.done);
  EXPECT_FALSE(never.done);
  client->reset();
  EXPECT_EQ(server.count(QuicCount::requests_too_slow), 0U);
}

TEST(QuicLimitsTest, AStreamThatTheServiceHoldsDoesNotExcuseAnother) {
  QuicServerOptions options;
  options.limits.progress_interval = 200ms;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest held("PUT", "/hold", 10'000);
  TestRequest slow("PUT", "/put", 1'000'000);
  slow.stall_after = 10'000;
  ASSERT_TRUE((*client)->submit(held.head, held));
  ASSERT_TRUE((*client)->submit(slow.head, slow));
  ASSERT_TRUE(poll_until(**client, [&slow] { return slow.done; }));
  EXPECT_FALSE(slow.result);
  EXPECT_FALSE(held.done);
  EXPECT_EQ(server.count(QuicCount::requests_too_slow), 1U);
  client->reset();
}

TEST(QuicLimitsTest, ASlowClientHasToMakeRoomWhereOthersAreTurnedAway) {
  QuicServerOptions options;
  options.limits.progress_interval = 200ms;
  options.limits.progress_bytes_min = 1;
  options.limits.progress_bytes_min_others_wait = 500'000;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest slow("PUT", "/put", 100'000'000);
  slow.stall_after = 1'000;
  const auto id = (*client)->submit(slow.head, slow);
  ASSERT_TRUE(id);
  const auto trickle = [&] {
    slow.stall_after += 10;
    (*client)->resume(*id);
    return slow.done;
  };
  EXPECT_FALSE(poll_until(**client, trickle, 2500ms));
  EXPECT_EQ(server.count(QuicCount::requests_too_slow), 0U);
  TestRequest busy("GET", "/busy");
  ASSERT_TRUE(carry_out(**client, busy));
  EXPECT_EQ(busy.status, 503U);
  ASSERT_TRUE(poll_until(**client, trickle));
  EXPECT_FALSE(slow.result);
  EXPECT_EQ(server.count(QuicCount::requests_too_slow), 1U);
}

TEST(QuicLimitsTest, AHeadThatIsTooLargeIsRefusedWith431) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest many("GET", "/bytes?1");
  for (int i = 0; i < 1000; ++i) many.head.fields.push_back({"x-field-" + std::to_string(i), "value"});
  ASSERT_TRUE(carry_out(**client, many));
  EXPECT_TRUE(many.result);
  EXPECT_EQ(many.status, 431U);
  TestRequest large("PUT", "/put", 5'000'000);
  large.head.fields.push_back({"x-large", std::string(30'000, 'x')});
  ASSERT_TRUE(carry_out(**client, large));
  EXPECT_EQ(large.status, 431U);
  TestRequest get("GET", "/bytes?1");
  ASSERT_TRUE(carry_out(**client, get));
  EXPECT_EQ(get.status, 200U);
  EXPECT_EQ(server.log.begun, 1U);
}

TEST(QuicLimitsTest, ResponsesShareTheMemoryThatThereIs) {
  QuicServerOptions options;
  options.limits.response_bytes_total = 131'072;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  std::vector<std::unique_ptr<TestRequest>> requests;
  for (int i = 0; i < 50; ++i) {
    requests.push_back(std::make_unique<TestRequest>("GET", "/bytes?300000"));
    ASSERT_TRUE((*client)->submit(requests.back()->head, *requests.back()));
  }
  ASSERT_TRUE(poll_until(**client, [&client] { return (*client)->under_way() == 0; }));
  for (const auto& request : requests) EXPECT_TRUE(request->result && request->pattern_right);
}

TEST(QuicLimitsTest, LimitsThatCannotWorkAreRefusedAtTheStart) {
  MemoryNetwork network;
  const auto port = network.open(1);
  const TestIdentity identity;
  ServiceLog log;
  const auto start = [&](const QuicLimits& limits) {
    QuicServerOptions options;
    options.limits = limits;
    return QuicServer::start(*port, identity.identity(), options, [&log](std::function<void()> wake) {
      return std::make_unique<CountingService>(log, std::move(wake));
    });
  };
  QuicLimits limits;
  limits.window_bytes_first = 100;
  EXPECT_FALSE(start(limits));
  limits = {};
  limits.window_bytes_max = limits.window_bytes_first - 1;
  EXPECT_FALSE(start(limits));
  limits = {};
  limits.streams_per_connection = 0;
  EXPECT_FALSE(start(limits));
  limits = {};
  limits.response_bytes_total = 1000;
  EXPECT_FALSE(start(limits));
}

}  // namespace
}  // namespace penstock
