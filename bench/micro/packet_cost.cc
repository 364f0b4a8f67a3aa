// SPDX-License-Identifier: Apache-2.0
// packet_cost [ROUNDS]: what IpStack takes for a packet, one thread: to receive it, and to write it with its
// head, where the NIC looks at checksums and where the stack does; against copying it. Packets lie in turn in
// 256 buffers, as those of a NIC's ring do.
#include <fmt/core.h>

#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "drivers/ipstack/ip_stack.h"
#include "micro/alternating.h"

namespace {

using namespace penstock;

constexpr size_t kBuffers = 256;
constexpr uint16_t kPort = 4433;

std::unique_ptr<IpStack> open(uint8_t number) {
  IpConfig config;
  config.mac = {{2, 0, 0, 0, 0, number}};
  config.addresses = {*parse_ip_prefix(fmt::format("192.0.2.{}/24", number)),
                      *parse_ip_prefix(fmt::format("2001:db8::{}/64", number))};
  config.udp_port = kPort;
  config.mtu = 9000;
  auto stack = IpStack::create(config);
  PENSTOCK_CHECK(stack.has_value());
  return std::move(*stack);
}

// The head of packets from one stack to the other, when they have found each other.
FrameHead find_head(IpStack& from, IpStack& to, bool ipv6) {
  NetAddress remote = parse_ip_prefix(ipv6 ? "2001:db8::2/128" : "192.0.2.2/32")->address;
  remote.set_port(kPort);
  FrameHead head;
  PENSTOCK_CHECK(from.find_way({{}, remote}, 1, head) == IpStack::Way::resolving);
  std::array<uint8_t, IpStack::kOwnFrameBytes> request{};
  std::array<uint8_t, IpStack::kOwnFrameBytes> answer{};
  const size_t bytes = from.next_frame(1, request);
  const FrameArrival asked = to.receive(MutableBytes(request).first(bytes), {}, 1, answer);
  from.receive(MutableBytes(answer).first(asked.answer_bytes), {}, 1, request);
  PENSTOCK_CHECK(from.find_way({{}, remote}, 1, head) == IpStack::Way::ready);
  return head;
}

struct Frames {
  std::vector<std::vector<uint8_t>> buffers;
  std::vector<uint8_t> payload;
};

void receive_all(IpStack& stack, Frames& frames, FrameChecks checks) {
  for (auto& frame : frames.buffers)
    PENSTOCK_CHECK(stack.receive(frame, checks, 2, {}).kind == FrameArrival::Kind::datagram);
}

void write_all(const FrameHead& head, Frames& frames, SendOffloads offloads) {
  for (auto& frame : frames.buffers) head.write(frame, frames.payload, 2, 7, offloads);
}

void measure(bool ipv6, size_t payload_bytes, int rounds) {
  const auto sender = open(1);
  const auto receiver = open(2);
  const FrameHead head = find_head(*sender, *receiver, ipv6);
  Frames sent;
  sent.payload.assign(payload_bytes, 0x5a);
  sent.buffers.assign(kBuffers, std::vector<uint8_t>(head.bytes() + payload_bytes));
  write_all(head, sent, {});
  Frames received = sent;
  constexpr auto kGood = FrameChecks::Verdict::good;
  const std::vector<bench::Contestant> contestants{
      {"copy",
       [&] {
         for (auto& frame : sent.buffers)
           std::memcpy(frame.data() + head.bytes(), sent.payload.data(), payload_bytes);
       }},
      {"receive, NIC checks",
       [&] {
         receive_all(*receiver, received, {kGood, kGood});
       }},
      {"receive, stack checks", [&] { receive_all(*receiver, received, {}); }},
      {"write, NIC sums",
       [&] {
         write_all(head, sent, {true, true});
       }},
      {"write, stack sums", [&] { write_all(head, sent, {}); }},
  };
  const auto speeds = bench::time_alternating(contestants, kBuffers, rounds);
  fmt::print("IPv{}, {} bytes\n", ipv6 ? 6 : 4, payload_bytes);
  for (size_t i = 0; i < contestants.size(); ++i)
    fmt::print("  {:<22} {:6.1f} ns a packet, {:6.1f} at best\n", contestants[i].name, 1 / speeds[i].median,
               1 / speeds[i].best);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 2000;
  for (const bool ipv6 : {false, true})
    for (const size_t bytes : {size_t{1452}, size_t{8900}}) measure(ipv6, bytes, rounds);
  return 0;
}
