// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

using Packet = std::vector<uint8_t>;

// What the server sends to a host that no port is at.
class Answers {
 public:
  Answers(TestServer& server, const NetAddress& to) : server_(server) {
    server.network.watch([this, to](const NetPath& path, Bytes packet) {
      const std::lock_guard lock(mutex_);
      if (path.remote == to) packets_.emplace_back(packet.begin(), packet.end());
      return true;
    });
  }
  ~Answers() { server_.network.watch(nullptr); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  std::vector<Packet> packets() {
    const std::lock_guard lock(mutex_);
    return packets_;
  }

 private:
  TestServer& server_;
  std::mutex mutex_;
  std::vector<Packet> packets_;
};

void inject(TestServer& server, const NetAddress& from, Bytes packet) {
  server.network.inject({from, server.port->local_address()}, packet);
}

// Waits until so many packets have been looked at, by the sum of all that may come of them.
void settle(TestServer& server, uint64_t packets) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (server.server->packets().packets_in < packets && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void expect_alive(TestServer& server, uint8_t host) {
  auto client = server.client(host);
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 300'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "300000 right");
}

// Whether it is an Initial packet of full size with a token (RFC 9000, section 17.2.2).
bool carries_token(Bytes packet) {
  if (packet.size() < 1200 || (packet[0] & 0xf0) != 0xc0) return false;
  const size_t own_id = 6 + size_t{packet[5]};  // where its length stands, behind the server's id
  return packet[own_id + 1 + packet[own_id]] != 0;
}

// Packets that a client sends in a handshake and an upload.
std::vector<Packet> recorded() {
  TestServer server;
  std::vector<Packet> packets;
  std::mutex mutex;
  server.network.watch([&](const NetPath& path, Bytes packet) {
    const std::lock_guard lock(mutex);
    if (path.local == memory_address(2)) packets.emplace_back(packet.begin(), packet.end());
    return true;
  });
  expect_alive(server, 2);
  server.network.watch(nullptr);
  return packets;
}

TEST(HostilePacketsTest, AVersionThatNobodySpeaksIsNegotiated) {
  TestServer server;
  Answers answers(server, memory_address(9));
  Packet packet(1200, 0);
  packet[0] = 0xc0;
  const std::vector<uint8_t> head{0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 3, 'a', 'b', 'c', 2, 'x', 'y'};
  std::copy(head.begin(), head.end(), packet.begin());
  inject(server, memory_address(9), packet);
  ASSERT_TRUE(server.counts(QuicCount::versions_negotiated));
  while (answers.packets().empty()) std::this_thread::yield();  // it is counted before it is sent
  const std::vector<Packet> sent = answers.packets();
  ASSERT_EQ(sent.size(), 1U);
  // RFC 8999, section 6: version 0, their ids the other way round, then versions.
  EXPECT_EQ(Packet(sent[0].begin() + 1, sent[0].begin() + 16),
            (Packet{0, 0, 0, 0, 2, 'x', 'y', 3, 'a', 'b', 'c', 0, 0, 0, 1}));
  packet.resize(1199);
  inject(server, memory_address(9), packet);
  ASSERT_TRUE(server.counts(QuicCount::packets_malformed));
  EXPECT_EQ(server.count(QuicCount::versions_negotiated), 1U);
}

TEST(HostilePacketsTest, AServerThatWasStartedAgainTellsClientsThatTheirConnectionsAreGone) {
  QuicServerOptions options;
  options.secret.emplace();
  options.secret->fill(7);
  TestServer server(options);
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest before("GET", "/bytes?10");
  ASSERT_TRUE(carry_out(**client, before));
  // Nothing that the first one says in farewell arrives.
  server.network.watch([](const NetPath&, Bytes) { return false; });
  server.start_again(options);
  server.network.watch(nullptr);
  TestRequest after("GET", "/bytes?10");
  carry_out(**client, after);
  ASSERT_TRUE(after.done);
  ASSERT_FALSE(after.result);
  EXPECT_NE(after.result.error().why.find("no longer knows"), std::string::npos)
      << after.result.error().message();
  EXPECT_GE(server.count(QuicCount::resets_sent), 1U);
}

TEST(HostilePacketsTest, RandomDatagramsAreDropped) {
  TestServer server;
  std::mt19937_64 random(42);
  constexpr uint64_t kPackets = 100'000;
  for (uint64_t i = 0; i < kPackets; ++i) {
    Packet packet(1 + random() % 1452);
    for (uint8_t& byte : packet) byte = static_cast<uint8_t>(random());
    // A third looks like the begin of a connection.
    if (i % 3 == 0 && packet.size() > 40) {
      const std::vector<uint8_t> head{0xc3, 0, 0, 0, 1, 8};
      std::copy(head.begin(), head.end(), packet.begin());
      packet[14] = 8;
      packet[23] = 0;
    }
    inject(server, memory_address(static_cast<uint8_t>(50 + i % 100)), packet);
    if (i % 1000 == 999) settle(server, i);
  }
  settle(server, kPackets);
  EXPECT_EQ(server.server->packets().packets_in, kPackets);
  EXPECT_EQ(server.count(QuicCount::connections), 0U);
  EXPECT_EQ(server.log.begun, 0U);
  expect_alive(server, 2);
}

TEST(HostilePacketsTest, TruncatedAndAlteredPacketsOfAClientAreDropped) {
  const std::vector<Packet> packets = recorded();
  ASSERT_GT(packets.size(), 20U);
  TestServer server;
  std::mt19937_64 random(43);
  uint64_t sent = 0;
  for (int round = 0; round < 60; ++round) {
    for (const Packet& original : packets) {
      Packet packet = original;
      if (round % 3 == 0) packet.resize(1 + random() % packet.size());
      if (round % 3 != 2) {
        for (int i = 0; i < 3; ++i)
          packet[random() % packet.size()] ^= static_cast<uint8_t>(1 + random() % 255);
      }
      inject(server, memory_address(static_cast<uint8_t>(50 + round)), packet);
      ++sent;
    }
    settle(server, sent);
  }
  EXPECT_EQ(server.log.begun, 0U);
  expect_alive(server, 2);
}

TEST(HostilePacketsTest, PacketsThatAreSaidAgainAndAlteredOnTheirWayDisturbNoTransfer) {
  TestServer server;
  std::mt19937_64 random(44);
  std::vector<std::pair<NetPath, Packet>> forged;
  std::mutex mutex;
  server.network.watch([&](const NetPath& path, Bytes bytes) {
    const std::lock_guard lock(mutex);
    if (random() % 4 == 0 && forged.size() < 10'000) {
      Packet packet(bytes.begin(), bytes.end());
      packet[random() % packet.size()] ^= static_cast<uint8_t>(1 + random() % 255);
      forged.emplace_back(path, packet);
    }
    return true;
  });
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 5'000'000);
  ASSERT_TRUE((*client)->submit(put.head, put));
  ASSERT_TRUE(poll_until(**client, [&] {
    std::vector<std::pair<NetPath, Packet>> now;
    {
      const std::lock_guard lock(mutex);
      now.swap(forged);
    }
    for (const auto& [path, packet] : now) server.network.inject(path, packet);
    return put.done;
  }));
  ASSERT_TRUE(put.result) << put.result.error().message();
  EXPECT_EQ(put.text, "5000000 right");
  server.network.watch(nullptr);
}

TEST(HostilePacketsTest, FloodsOfFirstPacketsAreAnsweredWithRetryAndKeepNothing) {
  const std::vector<Packet> packets = recorded();
  const Packet first = packets.front();
  QuicServerOptions options;
  options.limits.handshakes_without_retry = 10;
  options.limits.stateless_answers_per_second = 100;
  TestServer server(options);
  std::mt19937_64 random(45);
  constexpr int kPackets = 2000;
  const auto begun = std::chrono::steady_clock::now();
  // The same client, under so many ids and addresses: what it says cannot be read, as its keys hang on the
  // id.
  for (int i = 0; i < kPackets; ++i) {
    Packet packet = first;
    for (size_t at = 6; at < 14; ++at) packet[at] = static_cast<uint8_t>(random());
    inject(server, memory_address(static_cast<uint8_t>(10 + i % 200), static_cast<uint16_t>(1024 + i)),
           packet);
  }
  settle(server, kPackets);
  EXPECT_LE(server.server->connections(), 10U);
  const uint64_t retries = server.count(QuicCount::retries_sent);
  const auto seconds =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - begun).count();
  EXPECT_LE(retries, 100U * (1 + static_cast<uint64_t>(seconds)));
  EXPECT_EQ(server.log.begun, 0U);
}

TEST(HostilePacketsTest, AFirstPacketThatComesAgainBeginsNoOtherConnection) {
  TestServer server;
  Packet first;
  server.network.watch([&first](const NetPath& path, Bytes packet) {
    if (path.local == memory_address(2) && first.empty()) first.assign(packet.begin(), packet.end());
    return true;
  });
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest before("GET", "/bytes?1");
  ASSERT_TRUE(carry_out(**client, before));
  server.network.watch(nullptr);
  ASSERT_GE(first.size(), 1200U);
  for (int i = 0; i < 100; ++i) inject(server, memory_address(2), first);
  TestRequest after("PUT", "/put", 100'000);
  ASSERT_TRUE(carry_out(**client, after));
  EXPECT_EQ(after.text, "100000 right");
  EXPECT_EQ(server.count(QuicCount::handshakes_begun), 1U);
  EXPECT_EQ(server.server->connections(), 1U);
}

TEST(HostilePacketsTest, ATokenOfAnotherAddressIsRefused) {
  QuicServerOptions options;
  options.limits.handshakes_without_retry = 0;
  TestServer server(options);
  Packet with_token;
  server.network.watch([&](const NetPath& path, Bytes packet) {
    if (path.local == memory_address(2) && with_token.empty() && carries_token(packet))
      with_token.assign(packet.begin(), packet.end());
    return true;
  });
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?1");
  ASSERT_TRUE(carry_out(**client, get));
  server.network.watch(nullptr);
  client->reset();
  ASSERT_FALSE(with_token.empty());
  ASSERT_TRUE(server.counts(QuicCount::connections_ended));
  // Until then its packets are the ended connection's.
  while (server.server->connections() != 0) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  Answers answers(server, memory_address(77));
  inject(server, memory_address(77), with_token);
  ASSERT_TRUE(server.counts(QuicCount::packets_bad_token));
  EXPECT_EQ(server.count(QuicCount::handshakes_begun), 1U);
}

}  // namespace
}  // namespace penstock
