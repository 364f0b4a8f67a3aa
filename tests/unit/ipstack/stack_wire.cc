// SPDX-License-Identifier: Apache-2.0
#include "unit/ipstack/stack_wire.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {

MacAddress test_mac(uint8_t number) {
  return {{2, 0, 0, 0, 0, number}};
}

IpPrefix test_prefix(std::string_view text) {
  auto prefix = parse_ip_prefix(text);
  PENSTOCK_CHECK(prefix.has_value());
  return *prefix;
}

NetAddress test_address(std::string_view host, uint16_t port) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  NetAddress address = test_prefix(std::string(host) + (ipv6 ? "/128" : "/32")).address;
  address.set_port(port);
  return address;
}

IpConfig test_config(uint8_t number) {
  IpConfig config;
  config.mac = test_mac(number);
  config.addresses = {test_prefix("192.0.2." + std::to_string(number) + "/24"),
                      test_prefix("2001:db8::" + std::to_string(number) + "/64")};
  config.udp_port = kTestPort;
  config.announces = false;  // announcer_test.cc has them
  return config;
}

std::unique_ptr<IpStack> test_stack(const IpConfig& config) {
  auto stack = IpStack::create(config);
  PENSTOCK_CHECK(stack.has_value());
  return std::move(*stack);
}

size_t StackWire::add(const IpConfig& config) {
  stacks_.push_back(test_stack(config));
  return stacks_.size() - 1;
}

void StackWire::carry(size_t from, const Frame& frame) {
  if (watcher_ && !watcher_(from, frame)) return;
  for (size_t to = 0; to < stacks_.size(); ++to) {
    if (to == from) continue;
    Frame copy = frame;
    Frame answer(std::max(IpStack::kOwnFrameBytes, frame.size()));
    const FrameArrival arrival = stacks_[to]->receive(copy, {}, now_ns_, answer);
    switch (arrival.kind) {
      case FrameArrival::Kind::datagram:
        datagrams.push_back({to, std::string(as_text(arrival.payload)), arrival.ecn, arrival.path});
        break;
      case FrameArrival::Kind::answered:
        answer.resize(arrival.answer_bytes);
        carry(to, answer);
        break;
      case FrameArrival::Kind::dropped:
        drops.push_back(arrival.drop);
        break;
      case FrameArrival::Kind::taken:
        break;
    }
  }
}

bool StackWire::settle() {
  bool sent = false;
  for (size_t station = 0; station < stacks_.size(); ++station) {
    for (;;) {
      Frame frame(IpStack::kOwnFrameBytes);
      frame.resize(stacks_[station]->next_frame(now_ns_, frame));
      if (frame.empty()) break;
      sent = true;
      carry(station, frame);
    }
  }
  return sent;
}

void StackWire::run(double seconds) {
  const uint64_t end = now_ns_ + static_cast<uint64_t>(seconds * static_cast<double>(kTestSecond));
  for (;;) {
    while (settle()) {
    }
    uint64_t next = end;
    for (const auto& stack : stacks_) next = std::min(next, stack->next_due_ns());
    if (now_ns_ == end) return;
    PENSTOCK_CHECK(next > now_ns_);  // it was asked until it had nothing more to send
    now_ns_ = next;
  }
}

IpStack::Way StackWire::send(size_t from, const NetPath& path, std::string_view payload, uint8_t ecn) {
  FrameHead head;
  const IpStack::Way way = stacks_[from]->find_way(path, now_ns_, head);
  if (way != IpStack::Way::ready) return way;
  Frame frame(head.bytes() + payload.size());
  head.write(frame, as_bytes(payload), ecn, 7, {});
  carry(from, frame);
  return way;
}

}  // namespace penstock
