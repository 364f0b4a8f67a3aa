// SPDX-License-Identifier: Apache-2.0
// Frames to a stack that remembers: several of one input, with time between them. Whatever comes, nothing is
// written beside frame and answer, payloads are within their frames, and good traffic goes through
// afterwards.
#include <array>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "drivers/ipstack/big_endian.h"
#include "drivers/ipstack/internet_checksum.h"
#include "drivers/ipstack/ip_stack.h"
#include "drivers/ipstack/neighbour_table.h"
#include "fuzz/fuzz_input.h"
#include "unit/ipstack/made_frames.h"

namespace penstock {
namespace {

constexpr uint16_t kPort = 4433;
constexpr size_t kFramesMax = 32;
constexpr uint64_t kSecond = 1'000'000'000;
constexpr MacAddress kMine{{2, 0, 0, 0, 0, 1}};
constexpr MacAddress kPeer{{2, 0, 0, 0, 0, 2}};

NetAddress host(const char* text) {
  return parse_ip_prefix(text)->address;
}

std::unique_ptr<IpStack> open(bool vlan) {
  IpConfig config;
  config.mac = kMine;
  if (vlan) config.vlan = 77;
  config.addresses = {*parse_ip_prefix("192.0.2.1/24"), *parse_ip_prefix("2001:db8::1/64")};
  config.routes = {{*parse_ip_prefix("0.0.0.0/0"), host("192.0.2.254/32")},
                   {*parse_ip_prefix("::/0"), host("2001:db8::fe/128")}};
  config.udp_port = kPort;
  auto stack = IpStack::create(config);
  PENSTOCK_CHECK(stack.has_value());
  return std::move(*stack);
}

void use_way(IpStack& stack, const NetPath& path, uint64_t now_ns) {
  FrameHead head;
  if (stack.find_way(path, now_ns, head) != IpStack::Way::ready) return;
  PENSTOCK_CHECK(head.payload_max() == (head.is_ipv6() ? 1452U : 1472U));
  const uint32_t advised = stack.payload_max(path.remote);
  PENSTOCK_CHECK(advised >= 1200 && advised <= head.payload_max());
  std::vector<uint8_t> frame(head.bytes() + 20);
  head.write(frame, std::vector<uint8_t>(20, 1), 1, 2, {});
}

void let_send(IpStack& stack, uint64_t now_ns) {
  for (size_t frames = 0;; ++frames) {
    PENSTOCK_CHECK(frames < kFramesMax + 16);
    std::vector<uint8_t> frame(IpStack::kOwnFrameBytes);
    const size_t bytes = stack.next_frame(now_ns, frame);
    if (bytes == 0) return;
    PENSTOCK_CHECK(bytes >= 60 && bytes <= frame.size());
  }
}

// Sets an ICMP checksum right, which no fuzzer finds; those of IPv4 and UDP are good if the NIC says so.
void repair(std::vector<uint8_t>& frame) {
  if (frame.size() < 62) return;
  const bool ipv6 = frame[12] == 0x86;
  const size_t head = ipv6 ? 54 : 14 + 4 * size_t{frame[14] & 15U};
  if (frame[ipv6 ? 20 : 23] != (ipv6 ? 58 : 1) || frame.size() < head + 4) return;
  const size_t stated = ipv6 ? load_be16(&frame[18]) : load_be16(&frame[16]) - (head - 14);
  const size_t bytes = std::min(stated, frame.size() - head);
  if (bytes < 4) return;
  store_be16(&frame[head + 2], 0);
  InternetSum sum;
  if (ipv6) sum.add(Bytes(frame).subspan(22, 32)).add_be16(58).add_be16(static_cast<uint16_t>(bytes));
  sum.add(Bytes(frame).subspan(head, bytes)).store(&frame[head + 2]);
}

// Buffers are as long as they say: the address sanitizer sees what goes beside them.
void receive(IpStack& stack, const std::vector<uint8_t>& content, FrameChecks checks, uint64_t now_ns) {
  std::vector<uint8_t> frame = content;
  std::vector<uint8_t> answer(std::max(content.size(), IpStack::kOwnFrameBytes));
  const FrameArrival arrival = stack.receive(frame, checks, now_ns, answer);
  PENSTOCK_CHECK(frame == content);
  PENSTOCK_CHECK(arrival.answer_bytes <= answer.size());
  PENSTOCK_CHECK((arrival.answer_bytes != 0) == (arrival.kind == FrameArrival::Kind::answered));
  if (arrival.kind != FrameArrival::Kind::datagram) return;
  PENSTOCK_CHECK(arrival.payload.empty() ||
                 (arrival.payload.data() >= frame.data() &&
                  arrival.payload.data() + arrival.payload.size() <= frame.data() + frame.size()));
  PENSTOCK_CHECK(arrival.path.local.port() == kPort && arrival.path.remote.port() != 0);
  use_way(stack, arrival.path, now_ns);
}

void check_good_traffic(IpStack& stack, bool vlan, uint64_t now_ns) {
  const auto tagged = [&](const Frame& frame) { return vlan ? with_tag(frame, 77) : frame; };
  Frame frame =
      tagged(ip_frame(kMine, kPeer,
                      ip_packet({.source = "198.51.100.7", .destination = "192.0.2.1"},
                                udp_content("198.51.100.7", "192.0.2.1", 50000, kPort, "still there"))));
  std::array<uint8_t, IpStack::kOwnFrameBytes> answer{};
  PENSTOCK_CHECK(stack.receive(frame, {}, now_ns, answer).kind == FrameArrival::Kind::datagram);
  frame = tagged(ip_frame(kMine, kPeer, ndp_packet("2001:db8::2", "2001:db8::1", {.target = "2001:db8::1"})));
  PENSTOCK_CHECK(stack.receive(frame, {}, now_ns, answer).kind == FrameArrival::Kind::answered);
  const IpStack::Counters counted = stack.counters();
  PENSTOCK_CHECK(counted.neighbours_known + counted.neighbours_silent <= NeighbourTable::kSlots + 2);
}

// A byte of settings; then frames: their length in two bytes, what follows them in one, and themselves.
void run(Bytes bytes) {
  FuzzInput input(bytes);
  const bool vlan = (input.take<uint8_t>() & 1) != 0;
  const auto stack = open(vlan);
  uint64_t now_ns = 1000 * kSecond;
  for (size_t frames = 0; frames < kFramesMax && !input.empty(); ++frames) {
    const auto length = input.take<uint16_t>();
    const auto then = input.take<uint8_t>();
    FrameChecks checks;
    if ((then & 4) != 0) checks.ip_header = FrameChecks::Verdict::good;
    if ((then & 8) != 0) checks.udp = FrameChecks::Verdict::good;
    const Bytes taken = input.take_bytes(length);
    std::vector<uint8_t> content(taken.begin(), taken.end());
    if ((then & 16) != 0) repair(content);
    receive(*stack, content, checks, now_ns);
    if ((then & 1) != 0) now_ns += kSecond;
    if ((then & 2) != 0) now_ns += 600 * kSecond;
    let_send(*stack, now_ns);
  }
  check_good_traffic(*stack, vlan, now_ns + 60 * kSecond);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  penstock::run({data, size});
  return 0;
}
