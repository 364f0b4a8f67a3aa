// SPDX-License-Identifier: Apache-2.0
#include "quic/train_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "unit/quic/memory_port.h"

namespace penstock {
namespace {

// A queue that remembers the trains.
class Remembering : public PacketQueue {
 public:
  Result<size_t> receive(std::span<PacketTrain>) override { return size_t{0}; }
  MutableBytes reserve() override { return full ? MutableBytes{} : MutableBytes(buffer_); }
  void send(const PacketTrain& train) override {
    trains.push_back({std::string(as_text(train.bytes)), train.segment_bytes, train.ecn});
  }
  void flush() override {}
  void wait(std::chrono::steady_clock::time_point) override {}
  void wake() override {}
  uint32_t packet_bytes_max(const NetAddress&) const override { return 1452; }
  NetAddress local_address() const override { return {}; }
  PacketCounters counters() const override { return {}; }

  struct Train {
    std::string bytes;
    uint32_t segment_bytes;
    uint8_t ecn;
    bool operator==(const Train&) const = default;
  };
  std::vector<Train> trains;
  bool full = false;

 private:
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(kTrainBytes);
};

void add(TrainWriter& writer, const std::string& packet, const NetPath& path, uint8_t ecn = 0) {
  const MutableBytes room = writer.room(1000);
  ASSERT_EQ(room.size(), 1000U);
  std::memcpy(room.data(), packet.data(), packet.size());
  ngtcp2_path raw{};
  raw.local = {const_cast<sockaddr*>(path.local.raw()), path.local.raw_bytes()};
  raw.remote = {const_cast<sockaddr*>(path.remote.raw()), path.remote.raw_bytes()};
  writer.add(packet.size(), raw, ecn);
}

using Trains = std::vector<Remembering::Train>;

TEST(TrainWriterTest, EqualPacketsAreOneTrainThatAShorterOneEnds) {
  Remembering queue;
  const NetPath path{memory_address(1), memory_address(2)};
  {
    TrainWriter writer(queue);
    for (const char* packet : {"aaaa", "bbbb", "cc", "dd", "dd"}) add(writer, packet, path);
    EXPECT_EQ(writer.bytes_written(), 14U);
  }
  EXPECT_EQ(queue.trains, (Trains{{"aaaabbbbcc", 4, 0}, {"dddd", 2, 0}}));
}

TEST(TrainWriterTest, LongerOnesOtherPathsAndOtherBitsBeginATrain) {
  Remembering queue;
  const NetPath path{memory_address(1), memory_address(2)};
  const NetPath other{memory_address(1), memory_address(3)};
  {
    TrainWriter writer(queue);
    add(writer, "aa", path);
    add(writer, "bbbb", path);
    add(writer, "cccc", other);
    add(writer, "dddd", other, 2);
  }
  EXPECT_EQ(queue.trains, (Trains{{"aa", 2, 0}, {"bbbb", 4, 0}, {"cccc", 4, 0}, {"dddd", 4, 2}}));
}

TEST(TrainWriterTest, ATrainThatIsFullIsSent) {
  Remembering queue;
  const NetPath path{memory_address(1), memory_address(2)};
  {
    TrainWriter writer(queue);
    for (int i = 0; i < 100; ++i) add(writer, std::string(1000, 'x'), path);
  }
  ASSERT_EQ(queue.trains.size(), 2U);
  EXPECT_EQ(queue.trains[0].bytes.size(), 65'000U);
  EXPECT_EQ(queue.trains[1].bytes.size(), 35'000U);
}

TEST(TrainWriterTest, ThereIsNoRoomWhereTheQueueHasNone) {
  Remembering queue;
  queue.full = true;
  TrainWriter writer(queue);
  EXPECT_TRUE(writer.room(1000).empty());
}

}  // namespace
}  // namespace penstock
