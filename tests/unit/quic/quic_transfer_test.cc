// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

TEST(QuicTransferTest, PutsBodiesOfAnySize) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{1200}, uint64_t{65'536},
                               uint64_t{1'000'003}, uint64_t{64} << 20}) {
    TestRequest put("PUT", "/put", bytes);
    ASSERT_TRUE(carry_out(**client, put)) << bytes;
    ASSERT_TRUE(put.result) << put.result.error().message();
    EXPECT_EQ(put.status, 201U);
    EXPECT_EQ(put.text, std::to_string(bytes) + " right");
  }
  EXPECT_EQ(server.count(QuicCount::requests), 6U);
}

TEST(QuicTransferTest, PutsABodyWhoseLengthIsNotTold) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 3'000'000);
  put.head.content_bytes.reset();
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "3000000 right");
  // The response may be there before the last acknowledgement.
  EXPECT_GT(put.bytes_acked, 2'000'000U);
  EXPECT_LE(put.bytes_acked, 3'000'000U);
}

TEST(QuicTransferTest, GetsBodiesOfAnySize) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{32'768}, uint64_t{32'769}, uint64_t{64} << 20}) {
    TestRequest get("GET", "/bytes?" + std::to_string(bytes));
    ASSERT_TRUE(carry_out(**client, get)) << bytes;
    ASSERT_TRUE(get.result) << get.result.error().message();
    EXPECT_EQ(get.status, 200U);
    EXPECT_EQ(get.bytes_received, bytes);
    EXPECT_TRUE(get.pattern_right);
  }
}

TEST(QuicTransferTest, ABodyThatHasToBeWaitedForGoesOnWhenTheServiceSaysSo) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest get("GET", "/open?2000000");
  ASSERT_TRUE(carry_out(**client, get));
  EXPECT_TRUE(get.result);
  EXPECT_EQ(get.bytes_received, 2'000'000U);
  EXPECT_TRUE(get.pattern_right);
}

TEST(QuicTransferTest, TheHeadOfAResponseIsAllThatHeadBrings) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest head("HEAD", "/bytes?1000");
  ASSERT_TRUE(carry_out(**client, head));
  EXPECT_TRUE(head.result);
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(find_field(head.fields, "content-length"), "1000");
  EXPECT_EQ(head.bytes_received, 0U);
}

TEST(QuicTransferTest, TheServiceSeesTheRequestAndWhoAsks) {
  TestServer server;
  auto client = server.client(7);
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?5");
  get.head.fields.push_back({"x-note", "seen"});
  get.head.authority = "store.example:4433";
  ASSERT_TRUE(carry_out(**client, get));
  const std::lock_guard lock(server.log.mutex);
  ASSERT_EQ(server.log.requests.size(), 1U);
  const HttpRequest& seen = server.log.requests[0];
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path, "/bytes");
  EXPECT_EQ(seen.query, "5");
  EXPECT_EQ(seen.authority, "store.example:4433");
  EXPECT_EQ(find_field(seen.fields, "x-note"), "seen");
  EXPECT_FALSE(seen.has_body);
  EXPECT_EQ(server.log.peers[0].address, "10.0.0.7:4433");
  EXPECT_TRUE(server.log.peers[0].encrypted);
  EXPECT_FALSE(server.log.peers[0].loopback);
  EXPECT_EQ(server.log.peers[0].certificate, "");
}

TEST(QuicTransferTest, WhatTheServiceDoesNotTakeIsKeptAndHoldsTheSenderBack) {
  QuicServerOptions options;
  options.limits.window_bytes_first = 65'536;
  options.limits.window_bytes_max = 65'536;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest held("PUT", "/hold", 10'000'000);
  ASSERT_TRUE((*client)->submit(held.head, held));
  EXPECT_TRUE(poll_until(**client, [&server] { return server.count(QuicCount::body_bytes_in) >= 60'000U; }));
  poll_until(
      **client, [] { return false; }, std::chrono::milliseconds{300});
  EXPECT_LE(server.count(QuicCount::body_bytes_in), 65'536U);
  client->reset();
  EXPECT_TRUE(held.done);
  TestServer second;
  auto other = second.client();
  ASSERT_TRUE(other);
  TestRequest slow("PUT", "/slow", 5'000'000);
  ASSERT_TRUE(carry_out(**other, slow));
  EXPECT_EQ(slow.text, "5000000 right");
}

TEST(QuicTransferTest, AStreamThatBeginsLateMaySendAsFarAheadAsAnEarlyOne) {
  QuicServerOptions options;
  options.limits.window_bytes_first = 65'536;
  options.limits.window_bytes_max = 1'000'000;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  for (int i = 0; i < 2; ++i) {
    TestRequest early("PUT", "/put", 5'000'000);
    ASSERT_TRUE(carry_out(**client, early));
  }
  TestRequest late("PUT", "/hold?4000000", 10'000'000);
  ASSERT_TRUE((*client)->submit(late.head, late));
  EXPECT_TRUE(poll_until(**client, [&late] { return late.bytes_acked > 4'900'000; })) << late.bytes_acked;
  EXPECT_LE(late.bytes_acked, 5'000'000U);
  client->reset();
}

TEST(QuicTransferTest, EchoesWhileTheBodyComes) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest echo("POST", "/echo", 4'000'000);
  ASSERT_TRUE(carry_out(**client, echo));
  ASSERT_TRUE(echo.result) << echo.result.error().message();
  EXPECT_EQ(echo.bytes_received, 4'000'000U);
  EXPECT_TRUE(echo.pattern_right);
}

TEST(QuicTransferTest, CarriesManyRequestsAtOnceAndMoreThanTheServerTakes) {
  QuicServerOptions options;
  options.limits.streams_per_connection = 16;
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  std::vector<std::unique_ptr<TestRequest>> requests;
  for (uint64_t i = 0; i < 500; ++i) {
    if (i % 2 == 0)
      requests.push_back(std::make_unique<TestRequest>("PUT", "/put", i * 1000));
    else
      requests.push_back(std::make_unique<TestRequest>("GET", "/bytes?" + std::to_string(i * 1000)));
    ASSERT_TRUE((*client)->submit(requests.back()->head, *requests.back()));
  }
  ASSERT_TRUE(poll_until(**client, [&client] { return (*client)->under_way() == 0; }));
  for (uint64_t i = 0; i < requests.size(); ++i) {
    ASSERT_TRUE(requests[i]->result) << i << ": " << requests[i]->result.error().message();
    if (i % 2 == 0)
      EXPECT_EQ(requests[i]->text, std::to_string(i * 1000) + " right");
    else
      EXPECT_TRUE(requests[i]->pattern_right && requests[i]->bytes_received == i * 1000) << i;
  }
}

TEST(QuicTransferTest, AClientThatDoesNotTakeAResponseIsWaitedFor) {
  TestServer server;
  QuicClientOptions options = server.trusting();
  options.stream_window_bytes = 100'000;
  auto client = server.client(2, options);
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?20000000");
  get.take_at_once = 0;
  const Result<uint64_t> id = (*client)->submit(get.head, get);
  ASSERT_TRUE(id);
  poll_until(
      **client, [] { return false; }, std::chrono::milliseconds{300});
  EXPECT_EQ(get.bytes_received, 0U);
  EXPECT_LE(server.count(QuicCount::body_bytes_out), 2'200'000U);
  get.take_at_once = SIZE_MAX;
  (*client)->resume(*id);
  ASSERT_TRUE(poll_until(**client, [&get] { return get.done; }));
  EXPECT_TRUE(get.result);
  EXPECT_EQ(get.bytes_received, 20'000'000U);
  EXPECT_TRUE(get.pattern_right);
}

TEST(QuicTransferTest, AResponseThatCannotBeCompletedIsReset) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest get("GET", "/fail?100000");
  ASSERT_TRUE(carry_out(**client, get));
  ASSERT_FALSE(get.result);
  EXPECT_NE(get.result.error().why.find("H3_INTERNAL_ERROR"), std::string::npos) << get.result.error().why;
  TestRequest next("GET", "/bytes?10");
  ASSERT_TRUE(carry_out(**client, next));
  EXPECT_TRUE(next.result);
}

TEST(QuicTransferTest, ABodyThatIsRefusedIsNotSentToItsEnd) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  // More of them than the connection's window has room for, were their bytes not given back.
  for (int i = 0; i < 20; ++i) {
    TestRequest put("PUT", "/refuse", uint64_t{1} << 30);
    ASSERT_TRUE(carry_out(**client, put)) << i;
    ASSERT_TRUE(put.result) << put.result.error().message();
    EXPECT_EQ(put.status, 413U);
    EXPECT_EQ(put.text, "too large");
  }
  TestRequest put("PUT", "/put", 5'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "5000000 right");
}

TEST(QuicTransferTest, AnUploadThatIsCancelledIsGivenUp) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  for (size_t i = 0; i < 40; ++i) {
    TestRequest put("PUT", i % 2 == 0 ? "/put" : "/hold", 5'000'000);
    put.stall_after = 200'000;
    const Result<uint64_t> id = (*client)->submit(put.head, put);
    ASSERT_TRUE(id);
    // It has reached the service: what is cancelled before that is nobody's.
    ASSERT_TRUE(poll_until(**client, [&] { return server.log.begun == i + 1 && server.log.under_way == 1; }));
    (*client)->cancel(*id);
    EXPECT_TRUE(put.done);
    EXPECT_FALSE(put.result);
    ASSERT_TRUE(poll_until(**client, [&server] { return server.log.under_way == 0; }));
  }
  EXPECT_EQ(server.log.ended, 0U);
  // Counted in the server's thread, once the upload has gone.
  EXPECT_TRUE(poll_until(**client, [&server] { return server.count(QuicCount::requests_aborted) == 40U; }));
  TestRequest put("PUT", "/put", 5'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "5000000 right");
}

TEST(QuicTransferTest, ADownloadThatIsCancelledIsGivenUp) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?1000000000");
  const Result<uint64_t> id = (*client)->submit(get.head, get);
  ASSERT_TRUE(poll_until(**client, [&get] { return get.bytes_received > 1'000'000; }));
  (*client)->cancel(*id);
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.under_way == 0; }));
  TestRequest next("GET", "/bytes?1000000");
  ASSERT_TRUE(carry_out(**client, next));
  EXPECT_TRUE(next.pattern_right);
}

TEST(QuicTransferTest, AClientThatEndsTheConnectionGivesItsUploadsUp) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/put", 5'000'000);
  put.stall_after = 100'000;
  ASSERT_TRUE((*client)->submit(put.head, put));
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.bytes_taken == 100'000; }));
  client->reset();
  EXPECT_TRUE(put.done);
  EXPECT_FALSE(put.result);
  EXPECT_TRUE(server.counts(QuicCount::connections_ended));
  EXPECT_TRUE(server.counts(QuicCount::requests_aborted));
  EXPECT_EQ(server.log.ended, 0U);
}

TEST(QuicTransferTest, LargePacketsAreUsedWhereTheyFit) {
  TestServer server({}, {}, 1, 16'384);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/put", 20'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "20000000 right");
  EXPECT_LT(server.server->packets().packets_in, 20'000'000U / 10'000);
}

// A tunnel on the way: nobody is told what it drops.
TEST(QuicTransferTest, PacketsFitAWayThatTakesLessThanItsFirstHop) {
  TestServer server;
  server.network.watch([](const NetPath&, Bytes packet) { return packet.size() <= 1300; });
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 2'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "2000000 right");
  TestRequest get("GET", "/bytes?2000000");
  ASSERT_TRUE(carry_out(**client, get));
  EXPECT_EQ(get.bytes_received, 2'000'000U);
  client->reset();
  server.network.watch(nullptr);
}

TEST(QuicTransferTest, PacketsGrowToWhatTheWayTakes) {
  TestServer server;
  std::atomic<size_t> largest_up{0};
  std::atomic<size_t> largest_down{0};
  server.network.watch([&](const NetPath& path, Bytes packet) {
    std::atomic<size_t>& largest = path.local == server.port->local_address() ? largest_down : largest_up;
    largest = std::max(largest.load(), packet.size());
    return true;
  });
  auto client = server.client();
  ASSERT_TRUE(client);
  const auto both_grown = [&] { return largest_up > 1400 && largest_down > 1400; };
  while (!both_grown()) {  // a test that waits for ever is ended by ctest
    TestRequest put("PUT", "/put", 1'000'000);
    ASSERT_TRUE(carry_out(**client, put));
    TestRequest get("GET", "/bytes?1000000");
    ASSERT_TRUE(carry_out(**client, get));
  }
  client->reset();
  server.network.watch(nullptr);
}

TEST(QuicTransferTest, DrainFinishesWhatIsUnderWayAndRefusesWhatIsNew) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/put", 3'000'000);
  put.stall_after = 1'000'000;
  const Result<uint64_t> id = (*client)->submit(put.head, put);
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.bytes_taken == 1'000'000; }));
  std::thread drain([&server] { server.server->drain(std::chrono::hours{1}); });
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.drained.load(); }));
  EXPECT_FALSE(server.client(3));
  EXPECT_TRUE(server.counts(QuicCount::refused_by_limit));
  put.stall_after = UINT64_MAX;
  (*client)->resume(*id);
  ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
  EXPECT_TRUE(put.result);
  EXPECT_EQ(put.text, "3000000 right");
  poll_until(**client, [&server] { return !server.server->running(); });
  drain.join();
  EXPECT_FALSE(server.server->running());
}

TEST(QuicTransferTest, TheServiceIsPolledBehindWhatItWasResumedFor) {
  TestServer server;
  server.network.watch_waits(server.port->local_address(),
                             [&server] { EXPECT_FALSE(server.log.ended_behind_poll.load()); });
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/slow", 1'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "1000000 right");
}

TEST(QuicTransferTest, DrainEndsAlthoughThePortTakesNothing) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/never", 3'000'000);
  put.stall_after = 1'000'000;
  ASSERT_TRUE((*client)->submit(put.head, put));
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.bytes_taken == 1'000'000; }));
  server.network.take_nothing(true);
  server.server->drain(std::chrono::milliseconds{100});
  EXPECT_FALSE(server.server->running());
  EXPECT_EQ(server.log.under_way, 0U);
  server.network.take_nothing(false);
  client->reset();  // before the request that it has
}

TEST(QuicTransferTest, DrainCutsOffWhatDoesNotEnd) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest put("PUT", "/hold", 3'000'000);
  ASSERT_TRUE((*client)->submit(put.head, put));
  ASSERT_TRUE(poll_until(**client, [&server] { return server.log.under_way == 1; }));
  server.server->drain(std::chrono::milliseconds{100});
  ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
  EXPECT_FALSE(put.result);
}

}  // namespace
}  // namespace penstock
