// SPDX-License-Identifier: Apache-2.0
// Paths that take less, while a connection uses them, than they did when it began.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

constexpr uint32_t kLarge = 8900;
constexpr uint32_t kSmall = 1300;

// Between host 1, the server, and host 2.
class PathLimitCase {
 protected:
  static QuicServerOptions soon_idle() {
    QuicServerOptions options;
    options.limits.idle_timeout = std::chrono::seconds{5};
    return options;
  }

  explicit PathLimitCase(uint32_t at_first) : takes(at_first), server(soon_idle(), {}, 1, at_first) {
    server.network.watch([this](const NetPath& path, Bytes packet) {
      if (packet.size() > takes) {
        ++cut;
        if (!says_so) return false;
        // As a router's word that the sender's port believes.
        MemoryPort& sender =
            path.local == server.port->local_address() ? *server.port : *server.client_ports[0];
        sender.memory_queue(0).take_packets_of(takes);
        return false;
      }
      largest = std::max<size_t>(largest, packet.size());
      return true;
    });
  }
  ~PathLimitCase() { server.network.watch(nullptr); }

  std::atomic<uint32_t> takes;
  std::atomic<bool> says_so{true};
  std::atomic<size_t> largest{0};  // that was delivered
  std::atomic<size_t> cut{0};
  TestServer server;
};

class PathLimitTest : public PathLimitCase, public testing::TestWithParam<uint32_t> {
 protected:
  PathLimitTest() : PathLimitCase(GetParam()) {}
};

class RoutedPathTest : public PathLimitCase, public testing::Test {
 protected:
  RoutedPathTest() : PathLimitCase(kLarge) {}
};

TEST_P(PathLimitTest, AnUploadGoesOnWhenARouterBeginsToSayTooBig) {
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 8'000'000);
  put.stall_after = 2'000'000;
  const auto id = (*client)->submit(put.head, put);
  ASSERT_TRUE(poll_until(**client, [this] { return server.log.bytes_taken == 2'000'000; }));
  EXPECT_GT(largest, kSmall);
  takes = kSmall;
  largest = 0;
  put.stall_after = UINT64_MAX;
  (*client)->resume(*id);
  ASSERT_TRUE(poll_until(**client, [&put] { return put.done; }));
  ASSERT_TRUE(put.result) << put.result.error().message();
  EXPECT_EQ(put.text, "8000000 right");
  EXPECT_GT(cut, 0U);
  EXPECT_GT(largest, kSmall - 100);
}

TEST_P(PathLimitTest, ADownloadGoesOnToo) {
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest get("GET", "/bytes?8000000");
  const auto id = (*client)->submit(get.head, get);
  ASSERT_TRUE(id);
  ASSERT_TRUE(poll_until(**client, [&get] { return get.bytes_received > 1'000'000; }));
  takes = kSmall;
  largest = 0;
  ASSERT_TRUE(poll_until(**client, [&get] { return get.done; }));
  ASSERT_TRUE(get.result) << get.result.error().message();
  EXPECT_EQ(get.bytes_received, 8'000'000U);
  EXPECT_TRUE(get.pattern_right);
  EXPECT_GT(cut, 0U);
}

// A hop behind the first takes no more than Ethernet's packets, from the beginning, and nobody says so.
TEST_F(RoutedPathTest, JumboFramesOfThePortsOwnNetworkAreNotTakenForThoseOfTheWholeWay) {
  server.network.route();
  takes = PacketQueue::kEthernetBytes;
  says_so = false;
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 3'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "3000000 right");
  TestRequest get("GET", "/bytes?3000000");
  ASSERT_TRUE(carry_out(**client, get));
  EXPECT_TRUE(get.pattern_right);
  EXPECT_EQ(cut, 0U);
  EXPECT_GT(largest, kSmall) << "it finds out what the way takes";
}

// Somebody says it who is no router: packets are smaller, none is lost, and when it is forgotten they are as
// before.
TEST_P(PathLimitTest, AForgedLimitCostsNothingButSmallerPackets) {
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  MemoryQueue& queue = server.client_ports[0]->memory_queue(0);
  const auto send = [&] {
    // Until the limit is looked at again; a test that waits for ever is ended by ctest.
    for (;;) {
      largest = 0;
      TestRequest put("PUT", "/put", 1'000'000);
      if (!carry_out(**client, put) || put.text != "1000000 right") return false;
      if ((largest > kSmall) == (queue.packet_bytes_max(NetAddress()) > kSmall)) return true;
    }
  };
  ASSERT_TRUE(send());
  EXPECT_GT(largest, kSmall);
  queue.take_packets_of(100);  // no port says so, and QUIC needs 1,200
  ASSERT_TRUE(send());
  EXPECT_EQ(largest, 1200U);
  queue.take_packets_of(GetParam());
  ASSERT_TRUE(send());
  EXPECT_GT(largest, kSmall);
  EXPECT_EQ(cut, 0U);
}

INSTANTIATE_TEST_SUITE_P(Links, PathLimitTest, testing::Values(1452U, kLarge));

}  // namespace
}  // namespace penstock
