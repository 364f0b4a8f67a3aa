// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_port.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<UdpPort> open_at(const std::string& address, UdpOptions options = {}) {
  options.local = parse_net_address(address).value();
  return UdpPort::open(options).value();
}

// Only keeps a packet that never comes from hanging the test.
constexpr std::chrono::seconds kPatience{60};

// What has arrived, packet by packet.
struct Received {
  std::vector<std::string> packets;
  std::vector<uint32_t> trains;  // their numbers of bytes
  PacketTrain last{};
};

Received receive(PacketQueue& queue, size_t packets, Clock::duration patience = kPatience) {
  Received received;
  std::vector<PacketTrain> burst(32);
  const auto deadline = Clock::now() + patience;
  while (received.packets.size() < packets && Clock::now() < deadline) {
    const size_t count = queue.receive(burst).value();
    for (size_t i = 0; i < count; ++i) {
      const PacketTrain& train = burst[i];
      received.trains.push_back(static_cast<uint32_t>(train.bytes.size()));
      received.last = train;
      for (size_t at = 0; at < train.bytes.size(); at += train.segment_bytes) {
        received.packets.emplace_back(
            as_text(train.bytes.subspan(at, std::min<size_t>(train.segment_bytes, train.bytes.size() - at))));
      }
    }
    if (count == 0) queue.wait(deadline);
  }
  return received;
}

void send(PacketQueue& queue, const NetAddress& to, const std::string& bytes, uint32_t segment_bytes,
          uint8_t ecn = 0, const NetAddress& from = {}) {
  const MutableBytes room = queue.reserve();
  ASSERT_GE(room.size(), bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  queue.send({room.first(bytes.size()), segment_bytes, ecn, {from, to}});
  queue.flush();
}

std::string train_of(size_t bytes) {
  std::string text(bytes, ' ');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

class UdpPortTest : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Families, UdpPortTest, testing::Values("127.0.0.1:0", "[::1]:0"),
                         [](const auto& each) { return each.index == 0 ? "Ipv4" : "Ipv6"; });

TEST_P(UdpPortTest, CarriesPacketsBothWaysWithTheirPathAndEcn) {
  const auto one = open_at(GetParam());
  const auto two = open_at(GetParam());
  send(one->queue(0), two->local_address(), "question", 8, 2);
  const Received question = receive(two->queue(0), 1);
  ASSERT_EQ(question.packets, std::vector<std::string>{"question"});
  EXPECT_EQ(question.last.ecn, 2);
  EXPECT_EQ(question.last.path.remote, one->local_address());
  EXPECT_EQ(question.last.path.local, two->local_address());
  send(two->queue(0), question.last.path.remote, "answer", 6, 1, question.last.path.local);
  const Received answer = receive(one->queue(0), 1);
  ASSERT_EQ(answer.packets, std::vector<std::string>{"answer"});
  EXPECT_EQ(answer.last.ecn, 1);
  EXPECT_EQ(one->queue(0).counters().packets_out, 1U);
  EXPECT_EQ(one->queue(0).counters().bytes_in, 6U);
}

TEST_P(UdpPortTest, SendsTrainsThatArriveAsTheirPackets) {
  for (const bool offload : {true, false}) {
    UdpOptions options;
    options.segmentation_offload = offload;
    options.receive_offload = offload;
    const auto one = open_at(GetParam(), options);
    const auto two = open_at(GetParam(), options);
    const std::string bytes = train_of(10'000);
    send(one->queue(0), two->local_address(), bytes, 1452, 2);
    const Received received = receive(two->queue(0), 7);
    ASSERT_EQ(received.packets.size(), 7U);
    for (size_t i = 0; i < 7; ++i) EXPECT_EQ(received.packets[i], bytes.substr(i * 1452, 1452)) << i;
    EXPECT_EQ(received.last.ecn, 2);
    EXPECT_EQ(two->queue(0).counters().packets_in, 7U);
    EXPECT_EQ(one->queue(0).counters().packets_out, 7U);
    EXPECT_EQ(one->queue(0).counters().send_refused, 0U);
    EXPECT_EQ(received.trains.size() == 7U, !offload);
  }
}

TEST(UdpPort, TrainsOfTheLargestSizeAndOfManySmallPacketsArrive) {
  const auto one = open_at("127.0.0.1:0");
  const auto two = open_at("127.0.0.1:0");
  const std::string bytes = train_of(PacketQueue::kTrainBytes);
  for (const uint32_t segment_bytes : {65'000U, 16'250U, 1'200U, 500U}) {
    send(one->queue(0), two->local_address(), bytes, segment_bytes);
    const size_t packets = (bytes.size() + segment_bytes - 1) / segment_bytes;
    const Received received = receive(two->queue(0), packets);
    std::string all;
    for (const std::string& packet : received.packets) all += packet;
    EXPECT_EQ(received.packets.size(), packets);
    EXPECT_EQ(all, bytes) << segment_bytes;
  }
  EXPECT_EQ(one->queue(0).counters().send_refused, 0U);
}

TEST(UdpPort, AnswersLeaveFromTheAddressThatWasAsked) {
  const auto server = open_at(":0");
  UdpOptions options;
  for (const std::string host : {"127.0.0.1", "127.0.0.9", "[::1]"}) {
    options.remote = parse_net_address(host + ":" + std::to_string(server->local_address().port())).value();
    const auto client = UdpPort::open(options).value();
    send(client->queue(0), options.remote, "hello", 5);
    const Received hello = receive(server->queue(0), 1);
    ASSERT_EQ(hello.packets.size(), 1U) << host;
    EXPECT_TRUE(hello.last.path.local.is_loopback());
    EXPECT_FALSE(hello.last.path.local.is_any());
    send(server->queue(0), hello.last.path.remote, "there", 5, 2, hello.last.path.local);
    // A socket that is connected receives from that very address alone.
    const Received there = receive(client->queue(0), 1);
    ASSERT_EQ(there.packets.size(), 1U) << host;
    EXPECT_EQ(there.last.ecn, 2) << host;
    EXPECT_EQ(there.last.path.remote, options.remote);
  }
}

TEST(UdpPort, AClientHearsThatNobodyListens) {
  const uint16_t port = open_at("127.0.0.1:0")->local_address().port();
  UdpOptions options;
  options.remote = parse_net_address("127.0.0.1:" + std::to_string(port)).value();
  const auto client = UdpPort::open(options).value();
  send(client->queue(0), options.remote, "hello", 5);
  std::vector<PacketTrain> burst(4);
  client->queue(0).wait(Clock::now() + kPatience);
  const Result<size_t> came = client->queue(0).receive(burst);
  ASSERT_FALSE(came);
  EXPECT_NE(came.error().why.find("refused"), std::string::npos) << came.error().why;
}

TEST(UdpPort, SpreadsSendersOverItsQueues) {
  UdpOptions options;
  options.queues = 4;
  const auto server = open_at("127.0.0.1:0", options);
  std::vector<size_t> per_queue(4);
  std::vector<std::unique_ptr<UdpPort>> clients;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(open_at("127.0.0.1:0"));
    for (int again = 0; again < 3; ++again) send(clients.back()->queue(0), server->local_address(), "hi", 2);
  }
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(server->queue(i).local_address(), server->local_address());
  const auto deadline = Clock::now() + kPatience;
  size_t came = 0;
  for (size_t i = 0; came < 192 && Clock::now() < deadline; i = (i + 1) % 4) {
    const size_t more = receive(server->queue(i), 192, std::chrono::milliseconds(10)).packets.size();
    per_queue[i] += more;
    came += more;
  }
  EXPECT_EQ(came, 192U);
  for (const size_t count : per_queue) {
    EXPECT_GT(count, 0U);
    EXPECT_EQ(count % 3, 0U) << "a sender's packets stay together";
  }
}

TEST(UdpPort, APortThatIsTakenIsRefusedWithManyQueuesToo) {
  const auto one = open_at("127.0.0.1:0");
  UdpOptions options;
  options.local = one->local_address();
  EXPECT_FALSE(UdpPort::open(options));
  options.queues = 2;
  EXPECT_FALSE(UdpPort::open(options));
  const auto many = open_at("127.0.0.1:0", [] {
    UdpOptions two;
    two.queues = 2;
    return two;
  }());
  options.local = many->local_address();
  EXPECT_FALSE(UdpPort::open(options));
}

TEST(UdpPort, PacketsThatFitNoHopAreCountedAndNothingElseIsLost) {
  const auto one = open_at("127.0.0.1:0");
  const auto two = open_at("127.0.0.1:0");
  // Behind loopback's 65,536 bytes nothing is that does not fit a buffer: an address without a route serves.
  send(one->queue(0), parse_net_address("255.255.255.255:9").value(), "broadcast", 9);
  send(one->queue(0), two->local_address(), "after", 5);
  EXPECT_EQ(receive(two->queue(0), 1).packets, std::vector<std::string>{"after"});
  EXPECT_EQ(one->queue(0).counters().send_refused, 1U);
}

TEST(UdpPort, EverythingThatIsNotReadInTimeIsMissedAndCounted) {
  UdpOptions small;
  small.receive_buffer_bytes = 16'384;
  const auto two = open_at("127.0.0.1:0", small);
  const auto one = open_at("127.0.0.1:0");
  uint64_t sent = 400;
  for (uint64_t i = 0; i < sent; ++i) send(one->queue(0), two->local_address(), train_of(1200), 1200);
  // What was missed is told with the next packet that finds room.
  PacketCounters counters;
  const auto deadline = Clock::now() + kPatience;
  do {
    receive(two->queue(0), sent, std::chrono::milliseconds(100));
    send(one->queue(0), two->local_address(), "last", 4);
    ++sent;
    receive(two->queue(0), sent, std::chrono::milliseconds(100));
    counters = two->queue(0).counters();
  } while (counters.packets_in + counters.missed.value_or(0) != sent && Clock::now() < deadline);
  ASSERT_TRUE(counters.missed);
  EXPECT_GT(*counters.missed, 100U);
  EXPECT_EQ(counters.packets_in + *counters.missed, sent);
}

TEST(UdpPort, WakesAPresentWaitAndTheNextOne) {
  const auto port = open_at("127.0.0.1:0");
  PacketQueue& queue = port->queue(0);
  queue.wake();
  const auto begin = Clock::now();
  queue.wait(Clock::time_point::max());
  std::thread waker([&queue] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    queue.wake();
  });
  queue.wait(Clock::time_point::max());
  waker.join();
  queue.wait(Clock::now() + std::chrono::milliseconds(30));
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(70));
}

TEST(UdpPort, KnowsWhatTheFirstHopTakes) {
  UdpOptions options;
  options.packet_bytes_max = 9'000;
  const auto port = open_at(":0", options);
  EXPECT_EQ(port->queue(0).packet_bytes_max(parse_net_address("127.0.0.1:1").value()), 9'000U);
  EXPECT_EQ(port->queue(0).packet_bytes_max(parse_net_address("[::1]:1").value()), 9'000U);
  EXPECT_LE(port->queue(0).packet_bytes_max(parse_net_address("192.0.2.1:1").value()), 1452U);
}

TEST(UdpPort, AddressesOfTwoFamiliesAreRefused) {
  UdpOptions options;
  options.local = parse_net_address("127.0.0.1:0").value();
  options.remote = parse_net_address("[::1]:1").value();
  const auto port = UdpPort::open(options);
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::usage);
  EXPECT_FALSE(UdpPort::open({}));
}

}  // namespace
}  // namespace penstock
