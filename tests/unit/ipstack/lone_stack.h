// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/ipstack/ip_stack.h"
#include "unit/ipstack/made_frames.h"
#include "unit/ipstack/stack_wire.h"

namespace penstock {

inline constexpr MacAddress kAllStations{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

// One stack, 192.0.2.1 and 2001:db8::1, that is given frames byte by byte; its clock goes on when it is told.
class LoneStack : public testing::Test {
 protected:
  struct Received {
    FrameArrival arrival{};
    Frame frame{};   // which the payload is within
    Frame answer{};  // as long as it is
  };

  LoneStack() { open(); }
  void open() { stack = test_stack(config); }

  Received receive(Frame frame, FrameChecks checks = {}) {
    Received received{.frame = std::move(frame)};
    received.answer.resize(std::max(IpStack::kOwnFrameBytes, received.frame.size()));
    received.arrival = stack->receive(received.frame, checks, now_ns, received.answer);
    received.answer.resize(received.arrival.answer_bytes);
    return received;
  }
  void expect_drop(FrameDrop why, const Frame& frame, FrameChecks checks = {}) {
    const Received received = receive(frame, checks);
    EXPECT_EQ(received.arrival.kind, FrameArrival::Kind::dropped);
    EXPECT_EQ(frame_drop_name(received.arrival.drop), frame_drop_name(why));
    EXPECT_EQ(received.arrival.answer_bytes, 0U);
  }
  void expect_taken(const Frame& frame) { EXPECT_EQ(receive(frame).arrival.kind, FrameArrival::Kind::taken); }
  // What the stack wants to send now.
  std::vector<Frame> requests() {
    std::vector<Frame> all;
    for (;;) {
      Frame frame(IpStack::kOwnFrameBytes);
      frame.resize(stack->next_frame(now_ns, frame));
      if (frame.empty()) return all;
      all.push_back(std::move(frame));
    }
  }
  void pass(double seconds) { now_ns += static_cast<uint64_t>(seconds * static_cast<double>(kTestSecond)); }

  IpStack::Way way_to(std::string_view host) {
    return stack->find_way({{}, test_address(host, 50000)}, now_ns, head);
  }
  // The station that packets to a host are sent to; none: there is no way as of now.
  std::optional<MacAddress> station_of(std::string_view host) {
    if (way_to(host) != IpStack::Way::ready) return std::nullopt;
    Frame frame(head.bytes());
    head.write(frame, {}, 0, 0, {});
    MacAddress mac;
    std::copy_n(frame.begin(), 6, mac.bytes.begin());
    return mac;
  }

  // From station `number` to the stack: what its request or answer is made of.
  Frame arp_request(uint8_t number, std::string_view sender, std::string_view target) {
    return ethernet_frame(
        kAllStations, test_mac(number), 0x0806,
        arp_content({.operation = 1, .sender_mac = test_mac(number), .sender = sender, .target = target}));
  }
  Frame arp_reply(uint8_t number, std::string_view sender) {
    return ethernet_frame(test_mac(1), test_mac(number), 0x0806,
                          arp_content({.operation = 2,
                                       .sender_mac = test_mac(number),
                                       .sender = sender,
                                       .target_mac = test_mac(1),
                                       .target = "192.0.2.1"}));
  }
  Frame advertisement(uint8_t number, std::string_view target, uint8_t flags) {
    return ip_frame(
        test_mac(1), test_mac(number),
        ndp_packet(
            target, "2001:db8::1",
            {.type = 136, .flags = flags, .target = target, .options = mac_option(2, test_mac(number))}));
  }
  Frame udp_frame(std::string_view source, std::string_view destination, std::string_view payload = "hello") {
    return ip_frame(test_mac(1), test_mac(2),
                    ip_packet({.source = source, .destination = destination},
                              udp_content(source, destination, 50000, kTestPort, payload)));
  }

  IpConfig config = test_config(1);
  std::unique_ptr<IpStack> stack;
  FrameHead head;
  uint64_t now_ns = 5'000'000'000'000;
};

}  // namespace penstock
