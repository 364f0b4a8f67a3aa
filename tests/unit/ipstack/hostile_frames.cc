// SPDX-License-Identifier: Apache-2.0
#include "unit/ipstack/hostile_frames.h"

#include <algorithm>
#include <array>
#include <string>

#include "drivers/ipstack/big_endian.h"
#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

constexpr MacAddress kAll{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr MacAddress kGroup{{0x33, 0x33, 0xff, 0, 0, 1}};

Frame to_port(const MadeIp& ip, const Frame& content) {
  return ip_frame(test_mac(1), test_mac(2), ip_packet(ip, content));
}

std::vector<Frame> good_frames(std::string_view me, std::string_view peer, std::string_view far) {
  const uint8_t icmp = me.find(':') == std::string_view::npos ? 1 : 58;
  const bool ipv6 = icmp == 58;
  const Frame quoted =
      ip_packet({.source = me, .destination = far}, udp_content(me, far, kTestPort, 50000, "quoted"));
  const auto too_big = icmp_content(far, me, ipv6 ? 2 : 3, ipv6 ? 0 : 4, join({hex("00000514"), quoted}));
  return {
      to_port({.source = peer, .destination = me}, udp_content(peer, me, 50000, kTestPort, "x")),
      to_port({.source = far, .destination = me},
              udp_content(far, me, 50000, kTestPort, std::string(1300, 'x'))),
      to_port({.source = far, .destination = me, .protocol = icmp},
              icmp_content(far, me, ipv6 ? 128 : 8, 0, Frame(60, 1))),
      to_port({.source = far, .destination = me, .protocol = icmp}, too_big),
  };
}

std::vector<Frame> all_good_frames() {
  std::vector<Frame> all = good_frames("192.0.2.1", "192.0.2.2", "198.51.100.7");
  for (Frame& frame : good_frames("2001:db8::1", "2001:db8::2", "2001:db8:7::7"))
    all.push_back(std::move(frame));
  const auto arp = [](const MacAddress& to, uint16_t operation, std::string_view sender,
                      std::string_view target) {
    return ethernet_frame(
        to, test_mac(2), 0x0806,
        arp_content({.operation = operation, .sender_mac = test_mac(2), .sender = sender, .target = target}));
  };
  all.push_back(arp(kAll, 1, "192.0.2.2", "192.0.2.1"));
  all.push_back(arp(test_mac(1), 2, "192.0.2.2", "192.0.2.1"));
  all.push_back(arp(kAll, 1, "192.0.2.254", "192.0.2.254"));
  for (const uint8_t flags : std::initializer_list<uint8_t>{0, 0x20, 0x60})
    all.push_back(ip_frame(
        test_mac(1), test_mac(2),
        ndp_packet(
            "2001:db8::2", "2001:db8::1",
            {.type = 136, .flags = flags, .target = "2001:db8::2", .options = mac_option(2, test_mac(2))})));
  for (const std::string_view source : {"2001:db8::2", "fe80::2"})
    all.push_back(ip_frame(kGroup, test_mac(2),
                           ndp_packet(source, "ff02::1:ff00:1",
                                      {.target = "2001:db8::1", .options = mac_option(1, test_mac(2))})));
  // An MLD query.
  all.push_back(ip_frame(
      {{0x33, 0x33, 0, 0, 0, 1}}, test_mac(9),
      ip_packet({.source = "fe80::9", .destination = "ff02::1", .protocol = 0, .hop_limit = 1},
                join({hex("3a 00 05 02 00 00 01 00"),
                      icmp_content("fe80::9", "ff02::1", 130, 0, join({hex("03e8 0000"), Frame(20, 0)}))}))));
  all.push_back(with_tag(all.front(), 0));
  all.push_back(with_tag(all[3], 77));
  return all;
}

void put(Frame& frame, size_t at, uint16_t value) {
  if (at + 2 > frame.size()) return;
  frame[at] = static_cast<uint8_t>(value >> 8);
  frame[at + 1] = static_cast<uint8_t>(value);
}

}  // namespace

HostileFrames::HostileFrames(uint64_t seed) : random_(seed), good_(all_good_frames()) {}

Frame HostileFrames::next() {
  if (random_.chance(0.03)) {
    Frame noise(random_.below(200));
    random_.fill(noise);
    return noise;
  }
  Frame frame = good_[random_.below(good_.size())];
  if (random_.chance(0.05)) return frame;
  return changed(std::move(frame));
}

Frame HostileFrames::changed(Frame frame) {
  for (uint64_t times = random_.between(1, 4); times != 0; --times) change_once(frame);
  if (random_.chance(0.7)) set_checksums_right(frame);
  return frame;
}

void HostileFrames::change_once(Frame& frame) {
  static constexpr std::array<uint8_t, 8> kEdges{0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x45, 0x60};
  if (frame.empty()) return;
  // Headers are where it matters.
  const size_t at = random_.below(random_.chance(0.9) ? std::min<size_t>(frame.size(), 100) : frame.size());
  switch (random_.below(8)) {
    case 0:
      frame[at] ^= static_cast<uint8_t>(1U << random_.below(8));
      return;
    case 1:
      frame[at] = static_cast<uint8_t>(random_.next());
      return;
    case 2:
      frame[at] = kEdges[random_.below(kEdges.size())];
      return;
    case 3:
      frame.resize(at);
      return;
    case 4:
      frame.resize(frame.size() + random_.below(64), static_cast<uint8_t>(random_.next()));
      return;
    case 5: {  // another sender: the last bytes of IPv4's, ARP's and IPv6's
      const size_t sender = std::array<size_t, 4>{28, 30, 36, 72}[random_.below(4)];
      put(frame, sender, static_cast<uint16_t>(random_.next()));
      return;
    }
    case 6: {  // the end of another
      const Frame& other = good_[random_.below(good_.size())];
      if (at >= other.size()) return;
      frame.resize(at);
      frame.insert(frame.end(), other.begin() + static_cast<ptrdiff_t>(at), other.end());
      return;
    }
    default:
      if (frame.size() >= 14) frame = with_tag(frame, static_cast<uint16_t>(random_.next() & 0xf0ff));
      return;
  }
}

void HostileFrames::set_checksums_right(Frame& frame) {
  if (frame.size() < 38) return;
  const bool ipv6 = frame[12] == 0x86;
  const size_t head = ipv6 ? 54 : 14 + 4 * size_t{frame[14] & 15U};
  if (!ipv6 && head <= frame.size()) {
    put(frame, 24, 0);
    put(frame, 24, slow_checksum({frame.begin() + 14, frame.begin() + static_cast<ptrdiff_t>(head)}));
  }
  const uint8_t protocol = frame[ipv6 ? 20 : 23];
  const size_t field = head + (protocol == 17 ? 6 : 2);
  if (frame.size() < head + 8) return;
  const size_t carried = ipv6 ? load_be16(&frame[18]) : size_t{load_be16(&frame[16])} - (head - 14);
  const size_t end = std::min(frame.size(), head + (carried > frame.size() ? frame.size() : carried));
  if (end < field + 2) return;
  put(frame, field, 0);
  Frame summed(frame.begin() + static_cast<ptrdiff_t>(head), frame.begin() + static_cast<ptrdiff_t>(end));
  const Frame length = be16(static_cast<uint16_t>(summed.size()));
  if (ipv6)
    summed = join({summed,
                   summed.size() % 2 == 0 ? Frame{} : Frame{0},
                   {frame.begin() + 22, frame.begin() + 54},
                   length,
                   {0, protocol}});
  else if (protocol == 17)
    summed = join({summed,
                   summed.size() % 2 == 0 ? Frame{} : Frame{0},
                   {frame.begin() + 26, frame.begin() + 34},
                   length,
                   {0, protocol}});
  put(frame, field, slow_checksum(summed));
}

}  // namespace penstock
