// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

TEST(WorkerHandoverTest, PacketsThatArriveAtAnotherWorkerAreHandedOver) {
  TestServer server({}, {}, 3);
  const NetAddress from = memory_address(2);
  server.network.steer(from, 0);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  for (const size_t queue : {size_t{1}, size_t{2}, size_t{0}, size_t{1}}) {
    server.network.steer(from, queue);
    TestRequest put("PUT", "/put", 3'000'000);
    ASSERT_TRUE(carry_out(**client, put)) << queue;
    ASSERT_TRUE(put.result) << put.result.error().message();
    EXPECT_EQ(put.text, "3000000 right");
  }
  EXPECT_GT(server.count(QuicCount::packets_handed_over), 1000U);
  EXPECT_EQ(server.count(QuicCount::connections), 1U);
  EXPECT_EQ(server.count(QuicCount::resets_sent), 0U);
}

TEST(WorkerHandoverTest, APortThatAsksWhosePacketsAreLeavesNothingToHandOver) {
  TestServer server({}, {}, 3);
  const NetAddress from = memory_address(2);
  server.network.steer(from, 2);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  server.network.heed_steering();
  for (const size_t queue : {size_t{0}, size_t{1}}) {
    server.network.steer(from, queue);
    TestRequest put("PUT", "/put", 1'000'000);
    ASSERT_TRUE(carry_out(**client, put)) << queue;
    ASSERT_TRUE(put.result) << put.result.error().message();
    EXPECT_EQ(put.text, "1000000 right");
  }
  EXPECT_EQ(server.count(QuicCount::packets_handed_over), 0U);
  EXPECT_EQ(server.server->queue_packets()[0].packets_in, 0U);
  EXPECT_EQ(server.server->queue_packets()[1].packets_in, 0U);
}

TEST(WorkerHandoverTest, AWorkerWithoutConnectionsStaysAtItsQueueWhileAnotherDrains) {
  TestServer server({}, {}, 2);
  const NetAddress from = memory_address(2);
  server.network.steer(from, 1);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 4'000'000);
  put.stall_after = 1'000'000;
  const auto id = (*client)->submit(put.head, put);
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.bytes_taken == 1'000'000; }));
  std::thread drain([&server] { server.server->drain(std::chrono::hours{1}); });
  while (server.log.drains < 2) std::this_thread::yield();
  // All that the connection's worker gets from now on came to the other one's queue.
  server.network.steer(from, 0);
  put.stall_after = UINT64_MAX;
  (*client)->resume(*id);
  const bool done = poll_until(**client, [&put] { return put.done; });
  if (!done) server.server->stop();
  drain.join();
  ASSERT_TRUE(done);
  ASSERT_TRUE(put.result) << put.result.error().message();
  EXPECT_EQ(put.text, "4000000 right");
  EXPECT_FALSE(server.server->running());
}

TEST(WorkerHandoverTest, WithoutConnectionsADrainWaitsForNothing) {
  TestServer server({}, {}, 4);
  server.server->drain(std::chrono::hours{1});
  EXPECT_FALSE(server.server->running());
}

TEST(WorkerHandoverTest, EachQueueIsAdoptedByTheThreadThatUsesIt) {
  TestServer server({}, {}, 2);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 100'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(server.port->memory_queue(0).strangers(), 0U);
  EXPECT_EQ(server.port->memory_queue(1).strangers(), 0U);
  EXPECT_EQ(server.client_ports.back()->memory_queue(0).strangers(), 0U);
}

TEST(WorkerHandoverTest, ARetryReachesWhoeverSentIt) {
  QuicServerOptions options;
  options.limits.handshakes_without_retry = 0;
  TestServer server(options, {}, 2);
  const NetAddress from = memory_address(2);
  server.network.steer(from, 0);
  size_t packets = 0;
  // The second flight, with the token, arrives elsewhere.
  server.network.watch([&](const NetPath& path, Bytes) {
    if (path.local == from) ++packets;
    return true;
  });
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_GE(server.count(QuicCount::retries_sent), 1U);  // a client that hears nothing soon asks again
  EXPECT_GT(packets, 1U);
  server.network.watch(nullptr);
}

TEST(WorkerHandoverTest, AClientWhoseAddressChangesKeepsItsConnection) {
  TestServer server({}, {}, 2);
  const NetAddress from = memory_address(2);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 4'000'000);
  put.stall_after = 2'000'000;
  const auto id = (*client)->submit(put.head, put);
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.bytes_taken == 2'000'000; }));
  const NetAddress later = memory_address(99, 5000);
  server.network.rename(from, later);
  server.network.steer(later, 1);
  put.stall_after = UINT64_MAX;
  (*client)->resume(*id);
  ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
  ASSERT_TRUE(put.result) << put.result.error().message();
  EXPECT_EQ(put.text, "4000000 right");
}

}  // namespace
}  // namespace penstock
