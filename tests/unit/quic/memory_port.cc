// SPDX-License-Identifier: Apache-2.0
#include "unit/quic/memory_port.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

constexpr size_t kInboxPackets = 8192;

}  // namespace

NetAddress memory_address(uint8_t host, uint16_t port) {
  return parse_net_address("10.0.0." + std::to_string(host) + ":" + std::to_string(port)).value();
}

std::unique_ptr<MemoryPort> MemoryNetwork::open(uint8_t host, size_t queues, uint32_t packet_bytes_max) {
  return std::make_unique<MemoryPort>(*this, memory_address(host), queues, packet_bytes_max);
}

void MemoryNetwork::steer(const NetAddress& sender, size_t queue) {
  const std::lock_guard lock(mutex_);
  steered_[sender.text()] = queue;
}

void MemoryNetwork::rename(const NetAddress& sender, const NetAddress& seems) {
  const std::lock_guard lock(mutex_);
  renamed_[sender.text()] = seems;
  truly_[seems.text()] = sender;
}

void MemoryNetwork::inject(const NetPath& path, Bytes packet) {
  deliver(path, packet, 0);
}

void MemoryNetwork::watch(std::function<bool(const NetPath&, Bytes)> watcher) {
  const std::lock_guard lock(mutex_);
  watcher_ = std::move(watcher);
}

void MemoryNetwork::watch_waits(const NetAddress& port, std::function<void()> watcher) {
  const std::lock_guard lock(mutex_);
  wait_watchers_[port.text()] = std::move(watcher);
}

bool MemoryNetwork::happens(double percent) {
  return percent != 0 && std::uniform_real_distribution<double>(0, 100)(random_) < percent;
}

// `path` as the sender sees it.
void MemoryNetwork::deliver(NetPath path, Bytes packet, uint8_t ecn) {
  const std::lock_guard lock(mutex_);
  if (watcher_ && !watcher_(path, packet)) return;
  if (const auto at = renamed_.find(path.local.text()); at != renamed_.end()) path.local = at->second;
  if (const auto at = truly_.find(path.remote.text()); at != truly_.end()) path.remote = at->second;
  const auto port = ports_.find(path.remote.text());
  if (port == ports_.end() || happens(faults_.lost)) return;
  const auto& queues = port->second->queues_;
  const auto steered = steered_.find(path.local.text());
  size_t number = steered == steered_.end() ? path.local.port() % queues.size() : steered->second;
  if (heeds_steering_ && port->second->steering_) number = port->second->steering_(packet).value_or(number);
  MemoryQueue& queue = *queues[number];
  const size_t back = happens(faults_.swapped) ? 1 + random_() % 8 : 0;
  const MemoryQueue::Packet arrived{{packet.begin(), packet.end()}, ecn, {path.remote, path.local}};
  if (happens(faults_.doubled)) queue.put(arrived, 0);
  queue.put(arrived, back);
}

MemoryQueue::MemoryQueue(MemoryNetwork& network, NetAddress local, uint32_t packet_bytes_max)
    : network_(network),
      local_(local),
      packet_bytes_max_(packet_bytes_max),
      buffer_(PacketQueue::kTrainBytes) {}

void MemoryQueue::put(Packet packet, size_t places_back) {
  const std::lock_guard lock(mutex_);
  if (inbox_.size() >= kInboxPackets) return;
  inbox_.insert(inbox_.end() - static_cast<ptrdiff_t>(std::min(places_back, inbox_.size())),
                std::move(packet));
  came_.notify_one();
}

Result<size_t> MemoryQueue::receive(std::span<PacketTrain> into) {
  if (owner_.load() != std::this_thread::get_id()) ++strangers_;
  received_.clear();
  const std::lock_guard lock(mutex_);
  while (received_.size() < into.size() && !inbox_.empty()) {
    received_.push_back(std::move(inbox_.front()));
    inbox_.pop_front();
  }
  for (size_t i = 0; i < received_.size(); ++i) {
    Packet& packet = received_[i];
    into[i] = {packet.bytes, static_cast<uint32_t>(packet.bytes.size()), packet.ecn, packet.path};
    ++counters_.packets_in;
    counters_.bytes_in += packet.bytes.size();
  }
  return received_.size();
}

void MemoryQueue::send(const PacketTrain& train) {
  for (size_t at = 0; at < train.bytes.size(); at += train.segment_bytes) {
    const size_t bytes = std::min<size_t>(train.segment_bytes, train.bytes.size() - at);
    ++counters_.packets_out;
    counters_.bytes_out += bytes;
    network_.deliver({local_, train.path.remote}, train.bytes.subspan(at, bytes), train.ecn);
  }
}

MutableBytes MemoryQueue::reserve() {
  return network_.takes_nothing_ ? MutableBytes() : MutableBytes(buffer_);
}

void MemoryQueue::wait(std::chrono::steady_clock::time_point deadline) {
  {
    const std::lock_guard lock(network_.mutex_);
    const auto watcher = network_.wait_watchers_.find(local_.text());
    if (watcher != network_.wait_watchers_.end()) watcher->second();
  }
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return woken_ || !inbox_.empty(); };
  if (deadline == std::chrono::steady_clock::time_point::max())
    came_.wait(lock, ready);
  else
    came_.wait_until(lock, deadline, ready);
  woken_ = false;
}

void MemoryQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  came_.notify_one();
}

MemoryPort::MemoryPort(MemoryNetwork& network, NetAddress local, size_t queues, uint32_t packet_bytes_max)
    : network_(network), local_(local) {
  for (size_t i = 0; i < queues; ++i)
    queues_.push_back(std::make_unique<MemoryQueue>(network, local, packet_bytes_max));
  const std::lock_guard lock(network.mutex_);
  network.ports_[local.text()] = this;
}

void MemoryPort::steer_by(PacketSteering steering) {
  const std::lock_guard lock(network_.mutex_);
  steering_ = std::move(steering);
}

MemoryPort::~MemoryPort() {
  const std::lock_guard lock(network_.mutex_);
  network_.ports_.erase(local_.text());
}

}  // namespace penstock
