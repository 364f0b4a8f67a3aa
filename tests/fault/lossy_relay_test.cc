// SPDX-License-Identifier: Apache-2.0
#include "fault/lossy_relay.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>

namespace penstock {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Only keeps what never comes from hanging a test.
constexpr std::chrono::seconds kPatience{60};

// A UDP socket that waits for what comes.
class UdpPeer {
 public:
  explicit UdpPeer(const char* address = "127.0.0.1:0") {
    const NetAddress wanted = *parse_net_address(address);
    fd_ = OwnedFd(::socket(wanted.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int buffer_bytes = 8 << 20;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes);
    EXPECT_EQ(::bind(fd_.get(), wanted.raw(), wanted.raw_bytes()), 0);
    sockaddr_in6 bound{};
    socklen_t bytes = sizeof bound;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &bytes);
    address_ = NetAddress(reinterpret_cast<const sockaddr*>(&bound), bytes);
  }
  const NetAddress& address() const { return address_; }
  void send(const std::string& text, const NetAddress& to) {
    EXPECT_EQ(::sendto(fd_.get(), text.data(), text.size(), 0, to.raw(), to.raw_bytes()),
              static_cast<ssize_t>(text.size()));
  }
  // Empty: nothing came within the time.
  std::string receive(NetAddress* from = nullptr, milliseconds within = kPatience) {
    pollfd polled{fd_.get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(within.count())) <= 0) return {};
    std::string text(65'536, '\0');
    sockaddr_in6 sender{};
    socklen_t bytes = sizeof sender;
    const ssize_t count =
        ::recvfrom(fd_.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&sender), &bytes);
    if (from != nullptr) *from = NetAddress(reinterpret_cast<const sockaddr*>(&sender), bytes);
    text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    return text;
  }

 private:
  OwnedFd fd_;
  NetAddress address_;
};

std::unique_ptr<LossyRelay> relay_to(const UdpPeer& server, const LossyPathOptions& path = {}) {
  LossyRelayOptions options;
  options.server = server.address();
  options.path = path;
  auto relay = LossyRelay::start(options);
  EXPECT_TRUE(relay);
  return std::move(*relay);
}

TEST(LossyRelayTest, DatagramsGoToTheServerAndBackForEachClient) {
  for (const char* const any : {"127.0.0.1:0", "[::1]:0"}) {
    UdpPeer server(any);
    const auto relay = relay_to(server);
    UdpPeer one(any);
    UdpPeer other(any);
    one.send("from one", relay->address());
    NetAddress from_one;
    EXPECT_EQ(server.receive(&from_one), "from one");
    other.send("from other", relay->address());
    NetAddress from_other;
    EXPECT_EQ(server.receive(&from_other), "from other");
    EXPECT_NE(from_one, from_other);
    server.send("to other", from_other);
    server.send("to one", from_one);
    NetAddress back;
    EXPECT_EQ(one.receive(&back), "to one");
    EXPECT_EQ(back, relay->address());
    EXPECT_EQ(other.receive(), "to other");
    const std::string large(60'000, 'x');
    one.send(large, relay->address());
    NetAddress again;
    EXPECT_EQ(server.receive(&again), large);
    EXPECT_EQ(again, from_one);
  }
}

TEST(LossyRelayTest, DelaysEachWay) {
  UdpPeer server;
  LossyPathOptions path;
  path.delay = milliseconds(30);
  const auto relay = relay_to(server, path);
  UdpPeer client;
  const auto before = Clock::now();
  client.send("there", relay->address());
  NetAddress from;
  EXPECT_EQ(server.receive(&from), "there");
  EXPECT_GE(Clock::now() - before, milliseconds(30));
  server.send("back", from);
  EXPECT_EQ(client.receive(), "back");
  EXPECT_GE(Clock::now() - before, milliseconds(60));
}

TEST(LossyRelayTest, LosesReordersAndRepeatsAsOftenAsItIsAskedTo) {
  UdpPeer server;
  LossyPathOptions path;
  path.loss = 0.1;
  path.reordering = 0.05;
  path.duplication = 0.02;
  path.delay = milliseconds(2);
  const auto relay = relay_to(server, path);
  UdpPeer client;
  std::vector<int> got;
  const auto counters_now = [&relay] { return relay->counters().to_server; };
  const auto receive = [&](milliseconds within) {
    const std::string text = server.receive(nullptr, within);
    if (!text.empty()) got.push_back(std::stoi(text));
    return !text.empty();
  };
  for (uint64_t i = 0; i < 10'000; ++i) {
    client.send(std::to_string(i), relay->address());
    // No more under way than sockets have room for.
    while (i % 50 == 49 && counters_now().received <= i) receive(milliseconds(1));
    while (receive(milliseconds(0))) {
    }
  }
  const auto all_came = [&] {
    const LossyRelayCounters::Direction now = counters_now();
    return got.size() >= now.received - now.lost + now.duplicated;
  };
  while (!all_came() && receive(kPatience)) {
  }
  relay->stop();  // what was sent is counted behind it
  const LossyRelayCounters::Direction counters = counters_now();
  EXPECT_EQ(counters.received, 10'000);
  EXPECT_NEAR(static_cast<double>(counters.lost), 1000, 150);
  EXPECT_NEAR(static_cast<double>(counters.reordered), 450, 110);
  EXPECT_NEAR(static_cast<double>(counters.duplicated), 180, 70);
  EXPECT_EQ(counters.sent, counters.received - counters.lost + counters.duplicated);
  EXPECT_EQ(got.size(), counters.sent);
  EXPECT_EQ(std::set<int>(got.begin(), got.end()).size(), counters.received - counters.lost);
  EXPECT_FALSE(std::ranges::is_sorted(got));
}

TEST(LossyRelayTest, AnAlteredCopyGoesAheadOfWhatItIsACopyOf) {
  UdpPeer server;
  LossyPathOptions path;
  path.alteration = 1;
  const auto relay = relay_to(server, path);
  UdpPeer client;
  size_t altered = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text = "datagram " + std::to_string(i);
    client.send(text, relay->address());
    altered += server.receive() != text ? 1 : 0;
    EXPECT_EQ(server.receive(), text);
  }
  EXPECT_GT(altered, 50);
}

TEST(LossyRelayTest, WhatClientsSendIsCaptured) {
  UdpPeer server;
  const std::string path = testing::TempDir() + "penstock_capture_" + std::to_string(::getpid());
  {
    LossyRelayOptions options;
    options.server = server.address();
    options.capture = path;
    const auto relay = LossyRelay::start(options);
    ASSERT_TRUE(relay);
    UdpPeer client;
    for (const char* const text : {"one", "and another"}) {
      client.send(text, (*relay)->address());
      EXPECT_EQ(server.receive(), text);
    }
  }
  std::ifstream file(path, std::ios::binary);
  const std::string captured{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(captured, std::string("\3\0\0\0one\v\0\0\0and another", 22));
  std::filesystem::remove(path);
}

TEST(LossyRelayTest, TheFateOfDatagramsIsThatOfTheSeed) {
  LossyPathOptions options;
  options.loss = options.reordering = options.duplication = 0.3;
  LossyPath one(options, 0);
  LossyPath same(options, 0);
  LossyPath back(options, 1);
  options.seed = 2;
  LossyPath other(options, 0);
  size_t unlike_back = 0;
  size_t unlike_other = 0;
  const Clock::time_point now = Clock::now();
  for (int i = 0; i < 1000; ++i) {
    const LossyPath::Fate fate = one.decide(100, now);
    const LossyPath::Fate again = same.decide(100, now);
    EXPECT_EQ(fate.copies, again.copies);
    EXPECT_EQ(fate.due, again.due);
    unlike_back += back.decide(100, now).copies != fate.copies ? 1 : 0;
    unlike_other += other.decide(100, now).copies != fate.copies ? 1 : 0;
  }
  EXPECT_GT(unlike_back, 100);
  EXPECT_GT(unlike_other, 100);
}

TEST(LossyRelayTest, ALimitOfTheRateDelaysAndThenLoses) {
  LossyPathOptions options;
  options.bytes_per_second = 1'000'000;
  options.queueing_max = milliseconds(10);
  LossyPath path(options, 0);
  const Clock::time_point now = Clock::now();
  for (int i = 1; i <= 11; ++i) EXPECT_EQ(path.decide(1000, now).due[0], now + milliseconds(i));
  EXPECT_TRUE(path.decide(1000, now).crowded_out);
  EXPECT_EQ(path.decide(1000, now + milliseconds(20)).due[0], now + milliseconds(21));
}

TEST(LossyRelayTest, AServerThatIsAwayForAWhileIsReachedAgain) {
  auto server = std::make_unique<UdpPeer>();
  const auto relay = relay_to(*server);
  UdpPeer client;
  client.send("1", relay->address());
  EXPECT_EQ(server->receive(), "1");
  const std::string address = server->address().text();
  server.reset();
  for (int i = 0; i < 5; ++i) {
    client.send("2", relay->address());
    std::this_thread::sleep_for(milliseconds(5));
  }
  server = std::make_unique<UdpPeer>(address.c_str());
  std::string got;
  while (got != "3") {  // a test that waits for ever is ended by ctest
    client.send("3", relay->address());
    got = server->receive(nullptr, milliseconds(100));
  }
}

TEST(LossyRelayTest, WhatHasNoRoomIsLostAndCounted) {
  UdpPeer server;
  LossyRelayOptions options;
  options.server = server.address();
  options.path.delay = milliseconds(1500);  // by far longer than it takes to send them
  options.datagrams = 10;
  options.clients = 1;
  auto relay = LossyRelay::start(options);
  ASSERT_TRUE(relay);
  UdpPeer client;
  for (int i = 0; i < 30; ++i) client.send("x", (*relay)->address());
  uint64_t got = 0;
  while (got + (*relay)->counters().to_server.crowded_out < 30 && !server.receive().empty()) ++got;
  EXPECT_EQ(got, 10);
  EXPECT_EQ((*relay)->counters().to_server.crowded_out, 20);
  UdpPeer too_many;
  too_many.send("y", (*relay)->address());
  while ((*relay)->counters().clients_refused == 0) std::this_thread::yield();
  (*relay)->stop();
  EXPECT_EQ((*relay)->counters().clients_refused, 1);
  EXPECT_EQ((*relay)->counters().to_server.received, 30);
}

// What the relay itself would lose or cost shows up in what is measured through it.
TEST(LossyRelayTest, LosesNothingOfItsOwn) {
  UdpPeer server;
  LossyPathOptions path;
  path.delay = milliseconds(20);
  const auto relay = relay_to(server, path);
  UdpPeer client;
  const std::string packet(8'000, 'x');
  constexpr size_t kPackets = 10'000;
  constexpr size_t kWindow = 400;
  std::atomic<size_t> got{0};
  std::atomic<bool> given_up{false};
  std::thread sending([&] {
    for (size_t i = 0; i < kPackets && !given_up; ++i) {
      while (i - got > kWindow && !given_up) std::this_thread::sleep_for(std::chrono::microseconds(100));
      client.send(packet, relay->address());
    }
  });
  const auto before = Clock::now();
  const std::clock_t cpu_before = std::clock();
  while (got < kPackets && !server.receive().empty()) ++got;
  const std::chrono::duration<double> time = Clock::now() - before;
  given_up = got < kPackets;
  sending.join();
  const double megabytes = static_cast<double>(got) * 8e-3;
  std::printf("%.0f MB/s, %.2f CPU-s a GB with both ends\n", megabytes / time.count(),
              static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC / megabytes * 1000);
  EXPECT_EQ(got, kPackets);
}

}  // namespace
}  // namespace penstock
