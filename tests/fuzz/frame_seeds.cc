// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>
#include <string>

#include "fuzz/corpus_writer.h"
#include "unit/ipstack/made_frames.h"

namespace penstock {
namespace {

constexpr MacAddress kMine{{2, 0, 0, 0, 0, 1}};
constexpr MacAddress kPeer{{2, 0, 0, 0, 0, 2}};
constexpr MacAddress kAll{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
// What follows a frame; and all checksums are taken for right.
constexpr uint8_t kThenNothing = 0x1c;
constexpr uint8_t kThenASecond = 0x1d;
constexpr uint8_t kThenTenMinutes = 0x1e;

// As frame_fuzz.cc reads it.
Frame entry(const Frame& frame, uint8_t then = kThenNothing) {
  return join({{static_cast<uint8_t>(frame.size()), static_cast<uint8_t>(frame.size() >> 8), then}, frame});
}

Frame arp(const MacAddress& to, uint16_t operation, std::string_view sender, std::string_view target) {
  return ethernet_frame(
      to, kPeer, 0x0806,
      arp_content({.operation = operation, .sender_mac = kPeer, .sender = sender, .target = target}));
}

Frame to_port(const MadeIp& ip, const Frame& content) {
  return ip_frame(kMine, kPeer, ip_packet(ip, content));
}

Frame udp(std::string_view source, std::string_view destination) {
  return to_port({.source = source, .destination = destination, .traffic_class = 2},
                 udp_content(source, destination, 50000, 4433, "payload"));
}

Frame too_big(std::string_view router, std::string_view me, std::string_view far) {
  const bool ipv6 = me.find(':') != std::string_view::npos;
  const Frame quoted =
      ip_packet({.source = me, .destination = far}, udp_content(me, far, 4433, 50000, "quoted"));
  return to_port({.source = router, .destination = me, .protocol = static_cast<uint8_t>(ipv6 ? 58 : 1)},
                 icmp_content(router, me, ipv6 ? 2 : 3, ipv6 ? 0 : 4, join({{0, 0}, be16(1400), quoted})));
}

Frame advertisement(std::string_view target) {
  return ip_frame(
      kMine, kPeer,
      ndp_packet(target, "2001:db8::1",
                 {.type = 136, .flags = 0x60, .target = target, .options = mac_option(2, kPeer)}));
}

}  // namespace

void write_frame_seeds(CorpusWriter& corpus) {
  const Frame gateway = entry(arp(kMine, 2, "192.0.2.254", "192.0.2.1"), kThenASecond);
  corpus.write("frame", "ipv4",
               join({{0},
                     gateway,
                     entry(udp("198.51.100.7", "192.0.2.1"), kThenASecond),
                     entry(too_big("203.0.113.1", "192.0.2.1", "198.51.100.7"), kThenASecond),
                     entry(udp("198.51.100.7", "192.0.2.1"), kThenTenMinutes),
                     entry(udp("198.51.100.7", "192.0.2.1"))}));
  corpus.write("frame", "ipv6",
               join({{0},
                     entry(advertisement("2001:db8::fe"), kThenASecond),
                     entry(udp("2001:db8:7::7", "2001:db8::1"), kThenASecond),
                     entry(too_big("2001:db8:8::1", "2001:db8::1", "2001:db8:7::7"), kThenTenMinutes),
                     entry(udp("2001:db8:7::7", "2001:db8::1"))}));
  corpus.write("frame", "neighbours",
               join({{0},
                     entry(arp(kAll, 1, "192.0.2.2", "192.0.2.1")),
                     entry(arp(kAll, 1, "192.0.2.2", "192.0.2.2"), kThenASecond),
                     entry(udp("192.0.2.2", "192.0.2.1"), kThenASecond),
                     entry(ip_frame({{0x33, 0x33, 0xff, 0, 0, 1}}, kPeer,
                                    ndp_packet("2001:db8::2", "ff02::1:ff00:1",
                                               {.target = "2001:db8::1", .options = mac_option(1, kPeer)}))),
                     entry(udp("2001:db8::2", "2001:db8::1"), kThenASecond)}));
  corpus.write("frame", "echo",
               join({{0},
                     entry(to_port({.source = "198.51.100.7", .destination = "192.0.2.1", .protocol = 1},
                                   icmp_content("198.51.100.7", "192.0.2.1", 8, 0, Frame(40, 1)))),
                     entry(to_port({.source = "2001:db8::2", .destination = "2001:db8::1", .protocol = 58},
                                   icmp_content("2001:db8::2", "2001:db8::1", 128, 0, Frame(40, 1))))}));
  corpus.write("frame", "vlan",
               join({{1},
                     entry(with_tag(arp(kAll, 1, "192.0.2.2", "192.0.2.1"), 77), kThenASecond),
                     entry(with_tag(udp("192.0.2.2", "192.0.2.1"), 77)),
                     entry(with_tag(udp("192.0.2.2", "192.0.2.1"), 78))}));
}

}  // namespace penstock
