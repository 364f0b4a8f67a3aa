// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_steering.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace penstock {
namespace {

using Packet = std::vector<uint8_t>;

Packet short_header(const ConnectionId& id) {
  Packet packet{0x43};
  packet.insert(packet.end(), id.used().begin(), id.used().end());
  packet.resize(packet.size() + 40, 0x55);
  return packet;
}

// RFC 9000, section 17.2: a Handshake packet of version 1.
Packet long_header(const ConnectionId& id) {
  Packet packet{0xe0, 0, 0, 0, 1, id.bytes_used};
  packet.insert(packet.end(), id.used().begin(), id.used().end());
  packet.push_back(8);
  packet.resize(packet.size() + 48, 0x55);
  return packet;
}

class ConnectionSteeringTest : public ::testing::Test {
 protected:
  static constexpr size_t kWorkers = 4;
  const ServerSecret::Key key_ = ServerSecret::random_key().value();
  ServerSecret secret_ = ServerSecret::create(key_).value();
  PacketSteering steering_ = make_connection_steering(key_, kWorkers).value();
};

TEST_F(ConnectionSteeringTest, FindsTheWorkerOfShortAndLongHeaders) {
  for (uint16_t worker = 0; worker < kWorkers; ++worker) {
    const ConnectionId id = secret_.new_id(worker);
    EXPECT_EQ(steering_(short_header(id)), worker);
    EXPECT_EQ(steering_(long_header(id)), worker);
  }
}

TEST_F(ConnectionSteeringTest, SaysNothingOfPacketsThatTheServerDidNotName) {
  ConnectionId chosen;
  chosen.bytes_used = ServerSecret::kConnectionIdBytes;
  EXPECT_EQ(steering_(short_header(chosen)), std::nullopt);
  EXPECT_EQ(steering_(long_header(chosen)), std::nullopt);
  chosen.bytes_used = 8;
  EXPECT_EQ(steering_(long_header(chosen)), std::nullopt);
  EXPECT_EQ(steering_(short_header(secret_.new_id(kWorkers))), std::nullopt) << "there is no such worker";
  ServerSecret other = ServerSecret::create(ServerSecret::random_key().value()).value();
  EXPECT_EQ(steering_(short_header(other.new_id(1))), std::nullopt);
}

TEST_F(ConnectionSteeringTest, SaysNothingOfWhatIsNoPacket) {
  const Packet whole = short_header(secret_.new_id(1));
  for (size_t bytes = 0; bytes <= ServerSecret::kConnectionIdBytes; ++bytes)
    EXPECT_EQ(steering_(Bytes(whole).first(bytes)), std::nullopt) << bytes;
  Packet unknown_version = long_header(secret_.new_id(1));
  unknown_version[1] = 0x7a;
  EXPECT_EQ(steering_(unknown_version), std::nullopt);
}

// More threads than workers: they wait for each other, and nobody gets another's answer.
TEST_F(ConnectionSteeringTest, AnyThreadsMayAskAtOnce) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (uint16_t i = 0; i < 2 * kWorkers; ++i) {
    const auto worker = static_cast<uint16_t>(i % kWorkers);
    threads.emplace_back([this, &wrong, worker, packet = short_header(secret_.new_id(worker))] {
      for (int round = 0; round < 2000; ++round) wrong += steering_(packet) == worker ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace penstock
