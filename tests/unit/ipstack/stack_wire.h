// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/ipstack/ip_stack.h"
#include "unit/ipstack/made_frames.h"

namespace penstock {

inline constexpr uint64_t kTestSecond = 1'000'000'000;
inline constexpr uint16_t kTestPort = 4433;

// 02:00:00:00:00:NUMBER.
MacAddress test_mac(uint8_t number);
IpPrefix test_prefix(std::string_view text);
NetAddress test_address(std::string_view host, uint16_t port);
// Of the port with this number: 192.0.2.NUMBER/24 and 2001:db8::NUMBER/64.
IpConfig test_config(uint8_t number);
std::unique_ptr<IpStack> test_stack(const IpConfig& config);

// One Ethernet that some stacks are at, with a clock that stands until it is told to go on. What a station
// sends comes to all others at once.
class StackWire {
 public:
  struct Datagram {
    size_t station = 0;
    std::string payload;
    uint8_t ecn = 0;
    NetPath path{};
  };

  size_t add(const IpConfig& config);
  IpStack& stack(size_t station) { return *stacks_[station]; }
  uint64_t now_ns() const { return now_ns_; }

  // Sees every frame first; false: it is lost.
  void watch(std::function<bool(size_t from, const Frame& frame)> watcher) { watcher_ = std::move(watcher); }
  // Lets the stacks send what they want to until they are content, with `seconds` of time between.
  void run(double seconds = 0);
  // What a station outside sends.
  void carry(size_t from, const Frame& frame);
  // Asks for the way and sends, if it is ready.
  IpStack::Way send(size_t from, const NetPath& path, std::string_view payload, uint8_t ecn = 0);

  std::vector<Datagram> datagrams;
  std::vector<FrameDrop> drops;

 private:
  bool settle();

  std::vector<std::unique_ptr<IpStack>> stacks_;
  std::function<bool(size_t, const Frame&)> watcher_;
  uint64_t now_ns_ = 1'000'000'000'000;
};

}  // namespace penstock
