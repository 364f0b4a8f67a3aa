// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>

namespace penstock {

// The link of a device whose other end is a process (memif): memory that is shared as long as that lives, so
// there are bursts only while it is up. Who connects has to connect again: such a device is started anew. The
// driver's connecting and its interrupt handler share their queue of messages without a lock, so it is
// started and stopped where that runs. Any thread.
class PeerLink {
 public:
  // `arguments`: of the device; with role=server it is the one that waits.
  PeerLink(uint16_t port, std::string_view arguments)
      : port_(port),
        connects_(arguments.find("role=server") == std::string_view::npos),
        slot_bytes_(slot_bytes_in(arguments)) {}

  // burst(), or 0 while the link is down.
  template <class Burst>
  uint16_t burst(Burst burst) {
    const std::shared_lock lock(restarting_, std::try_to_lock);
    return lock.owns_lock() && look() ? burst() : uint16_t{0};
  }
  // Looks whether it is up. Peers come and go within milliseconds.
  bool look();
  // When it was looked at last, and how often it was otherwise than before.
  bool up() const { return up_.load(std::memory_order_relaxed); }
  uint64_t links_found() const { return links_found_.load(std::memory_order_relaxed); }
  uint64_t links_lost() const { return links_lost_.load(std::memory_order_relaxed); }
  // Of a buffer that both ends share (bsize). Nothing: it is no number.
  std::optional<uint32_t> slot_bytes() const { return slot_bytes_; }
  // Called now and then while it is down.
  void connect_again(uint64_t now_ns);
  void stop();

 private:
  static constexpr uint64_t kRetryNs = 1'000'000'000;

  const uint16_t port_;
  static std::optional<uint32_t> slot_bytes_in(std::string_view arguments);

  const bool connects_;
  const std::optional<uint32_t> slot_bytes_;
  std::atomic<bool> up_{false};
  std::atomic<uint64_t> links_found_{0};
  std::atomic<uint64_t> links_lost_{0};
  std::shared_mutex restarting_;
  std::optional<uint64_t> next_try_ns_;  // under it
};

}  // namespace penstock
