// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/frame_head.h"

#include <gtest/gtest.h>

#include "drivers/ipstack/big_endian.h"
#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"
#include "unit/ipstack/made_frames.h"
#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

FrameHead head_of(const char* source, const char* destination, std::optional<uint16_t> vlan = {},
                  uint16_t port = 50000) {
  return {{.link = {test_mac(1), vlan},
           .next_hop = test_mac(9),
           .source = *IpAddress::of(test_address(source, 0)),
           .destination = *IpAddress::of(test_address(destination, 0)),
           .source_port = kTestPort,
           .destination_port = port},
          1400};
}

Frame written(const FrameHead& head, std::string_view payload, uint8_t ecn = 0, uint16_t id = 0,
              SendOffloads offloads = {}) {
  Frame frame(head.bytes() + payload.size());
  head.write(frame, as_bytes(payload), ecn, id, offloads);
  return frame;
}

TEST(FrameHeadTest, Ipv4ByteByByte) {
  const FrameHead head = head_of("192.0.2.1", "198.51.100.7");
  EXPECT_EQ(head.bytes(), 42U);
  EXPECT_EQ(head.ethernet_bytes(), 14U);
  EXPECT_FALSE(head.is_ipv6());
  EXPECT_EQ(head.payload_max(), 1400U);
  Frame expected =
      hex("020000000009 020000000001 0800"
          "45 02 0021 abcd 4000 40 11 0000 c0000201 c6336407"
          "1151 c350 000d 0000"
          "68656c6c6f");
  const uint16_t ip_sum = slow_checksum({expected.begin() + 14, expected.begin() + 34});
  store_be16(&expected[24], ip_sum);
  const uint16_t udp_sum = slow_checksum(
      join({hex("c0000201 c6336407 00 11 000d"), Frame(expected.begin() + 34, expected.end())}));
  store_be16(&expected[40], udp_sum);
  EXPECT_EQ(written(head, "hello", 2, 0xabcd), expected);
}

TEST(FrameHeadTest, Ipv6ByteByByte) {
  const FrameHead head = head_of("2001:db8::1", "2001:db8:1::7");
  EXPECT_EQ(head.bytes(), 62U);
  EXPECT_TRUE(head.is_ipv6());
  Frame expected =
      hex("020000000009 020000000001 86dd"
          "60 10 0000 000d 11 40 20010db8000000000000000000000001 20010db8000100000000000000000007"
          "1151 c350 000d 0000"
          "68656c6c6f");
  const uint16_t udp_sum = slow_checksum(
      join({hex("20010db8000000000000000000000001 20010db8000100000000000000000007 0000000d 00000011"),
            Frame(expected.begin() + 54, expected.end())}));
  store_be16(&expected[60], udp_sum);
  EXPECT_EQ(written(head, "hello", 1), expected);
}

TEST(FrameHeadTest, AVlanTagStandsBeforeTheType) {
  const FrameHead plain = head_of("192.0.2.1", "198.51.100.7");
  const FrameHead tagged = head_of("192.0.2.1", "198.51.100.7", 0x123);
  EXPECT_EQ(tagged.bytes(), 46U);
  EXPECT_EQ(tagged.ethernet_bytes(), 18U);
  EXPECT_EQ(written(tagged, "hello"), with_tag(written(plain, "hello"), 0x123));
}

TEST(FrameHeadTest, AnyPayloadHasRightChecksums) {
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  for (const bool ipv6 : {false, true}) {
    const char* const source = ipv6 ? "2001:db8::1" : "192.0.2.1";
    const char* const destination = ipv6 ? "2001:db8::2" : "192.0.2.2";
    const FrameHead head = head_of(source, destination);
    for (int round = 0; round < 500; ++round) {
      std::string payload(random.below(2000), 0);
      for (char& byte : payload) byte = static_cast<char>(random.next());
      const auto ecn = static_cast<uint8_t>(random.below(4));
      const Frame frame = written(head, payload, ecn, 0x1234);
      const Frame content = udp_content(source, destination, kTestPort, 50000, payload);
      EXPECT_EQ(
          frame,
          ip_frame(test_mac(9), test_mac(1),
                   ip_packet({.source = source, .destination = destination, .traffic_class = ecn}, content)));
    }
  }
}

TEST(FrameHeadTest, APayloadThatStandsInTheFrameIsLeftThere) {
  const FrameHead head = head_of("2001:db8::1", "2001:db8::2");
  const std::string payload(1301, 'x');
  Frame frame(head.bytes() + payload.size());
  std::memcpy(frame.data() + head.bytes(), payload.data(), payload.size());
  head.write(frame, Bytes(frame).subspan(head.bytes()), 0, 0, {});
  EXPECT_EQ(frame, written(head, payload));
  EXPECT_EQ(written(head, "").size(), head.bytes());
}

TEST(FrameHeadTest, WhatTheNicSumsIsLeftToIt) {
  const FrameHead head = head_of("192.0.2.1", "198.51.100.7");
  const Frame frame = written(head, "hello", 0, 0, {.ip_checksum = true, .udp_checksum = true});
  EXPECT_EQ(load_be16(&frame[24]), 0);
  // The pseudo-header's own sum, not its complement.
  EXPECT_EQ(load_be16(&frame[40]),
            static_cast<uint16_t>(~slow_checksum(hex("c0000201 c6336407 00 11 000d"))));
  EXPECT_EQ(as_text(Bytes(frame).subspan(42)), "hello");
  const Frame half = written(head, "hello", 0, 0, {.ip_checksum = false, .udp_checksum = true});
  EXPECT_EQ(slow_checksum({half.begin() + 14, half.begin() + 34}), 0);
}

TEST(FrameHeadTest, AChecksumOfZeroIsSentAsOnes) {
  const FrameHead head = head_of("192.0.2.1", "192.0.2.2");
  // With a last word of what the checksum is without it, the sum is all ones.
  const Frame before = written(head, std::string("\0\0", 2));
  const Frame frame = written(head, as_text(Bytes(before).subspan(40, 2)));
  EXPECT_EQ(load_be16(&frame[40]), 0xffff);
}

}  // namespace
}  // namespace penstock
