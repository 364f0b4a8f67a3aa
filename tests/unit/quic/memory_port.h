// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "port/packet_port.h"

namespace penstock {

class MemoryPort;

// A network in memory: what one port sends another receives, or does not. Any thread.
class MemoryNetwork {
 public:
  // Of a hundred packets, and the seed of what happens to which.
  struct Faults {
    double lost = 0;
    double swapped = 0;
    double doubled = 0;
    uint32_t seed = 1;
  };

  MemoryNetwork() = default;
  explicit MemoryNetwork(Faults faults) : faults_(faults), random_(faults.seed) {}

  // At 10.0.0.HOST:4433. Its queues take packets of up to `packet_bytes_max`.
  std::unique_ptr<MemoryPort> open(uint8_t host, size_t queues = 1, uint32_t packet_bytes_max = 1452);

  // From now on packets from that sender arrive at this queue of whatever port they are for.
  void steer(const NetAddress& sender, size_t queue);
  // ... and seem to come from another one.
  // From now on packets arrive where the receiving port is told that they belong, if it is told.
  void heed_steering() { heeds_steering_ = true; }
  void rename(const NetAddress& sender, const NetAddress& seems);
  // From now on its ports know the first hop of each way alone.
  void route() { routed_ = true; }
  // Packets that no port sent.
  void inject(const NetPath& path, Bytes packet);
  // From now on ports take packets, or none at all.
  void take_nothing(bool nothing) { takes_nothing_ = nothing; }
  // Called where a queue of that port is about to wait.
  void watch_waits(const NetAddress& port, std::function<void()> watcher);
  // Sees each packet before it is delivered; false drops it.
  void watch(std::function<bool(const NetPath& from_to, Bytes)> watcher);

 private:
  friend class MemoryPort;
  friend class MemoryQueue;

  void deliver(NetPath path, Bytes packet, uint8_t ecn);
  bool happens(double percent);

  std::mutex mutex_;
  Faults faults_{};
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same faults each time
  std::mt19937 random_{1};
  std::map<std::string, MemoryPort*> ports_;
  std::map<std::string, size_t> steered_;
  std::map<std::string, NetAddress> renamed_;
  std::map<std::string, NetAddress> truly_;
  std::function<bool(const NetPath&, Bytes)> watcher_;
  std::map<std::string, std::function<void()>> wait_watchers_;
  std::atomic<bool> takes_nothing_{false};
  std::atomic<bool> heeds_steering_{false};
  std::atomic<bool> routed_{false};
};

class MemoryQueue : public PacketQueue {
 public:
  MemoryQueue(MemoryNetwork& network, NetAddress local, uint32_t packet_bytes_max);

  void adopt_thread() override { owner_ = std::this_thread::get_id(); }
  Result<size_t> receive(std::span<PacketTrain> into) override;
  MutableBytes reserve() override;
  void send(const PacketTrain& train) override;
  void flush() override {}
  void wait(std::chrono::steady_clock::time_point deadline) override;
  void wake() override;
  uint32_t packet_bytes_max(const NetAddress&) const override { return packet_bytes_max_.load(); }
  bool knows_whole_way(const NetAddress& remote) const override {
    return !network_.routed_ && PacketQueue::knows_whole_way(remote);
  }
  // What its packets may have from now on.
  void take_packets_of(uint32_t bytes_max) { packet_bytes_max_ = bytes_max; }
  NetAddress local_address() const override { return local_; }
  PacketCounters counters() const override { return counters_; }
  // Calls of receive() by any other thread than the one that adopted it.
  uint64_t strangers() const { return strangers_; }

 private:
  friend class MemoryNetwork;

  struct Packet {
    std::vector<uint8_t> bytes;
    uint8_t ecn;
    NetPath path;
  };

  void put(Packet packet, size_t places_back);

  MemoryNetwork& network_;
  const NetAddress local_;
  std::atomic<uint32_t> packet_bytes_max_;
  std::vector<uint8_t> buffer_;
  std::vector<Packet> received_;
  PacketCounters counters_{};
  std::atomic<std::thread::id> owner_{};
  std::atomic<uint64_t> strangers_{0};

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Packet> inbox_;
  bool woken_ = false;
};

class MemoryPort : public PacketPort {
 public:
  MemoryPort(MemoryNetwork& network, NetAddress local, size_t queues, uint32_t packet_bytes_max);
  ~MemoryPort() override;

  size_t queue_count() const override { return queues_.size(); }
  PacketQueue& queue(size_t number) override { return *queues_[number]; }
  NetAddress local_address() const override { return local_; }
  std::string name() const override { return "memory"; }
  void steer_by(PacketSteering steering) override;
  MemoryQueue& memory_queue(size_t number) const { return *queues_[number]; }

 private:
  friend class MemoryNetwork;

  MemoryNetwork& network_;
  const NetAddress local_;
  std::vector<std::unique_ptr<MemoryQueue>> queues_;
  PacketSteering steering_;
};

NetAddress memory_address(uint8_t host, uint16_t port = 4433);

}  // namespace penstock
