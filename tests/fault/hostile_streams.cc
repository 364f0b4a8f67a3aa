// SPDX-License-Identifier: Apache-2.0
#include "fault/hostile_streams.h"

#include <array>
#include <functional>

#include "fault/h3_bytes.h"

namespace penstock {
namespace {

using Streams = std::vector<HostileStream>;

// RFC 9114, sections 6.2 and 7.2; RFC 9204, section 4.2.
constexpr uint64_t kControl = 0x00;
constexpr uint64_t kPush = 0x01;
constexpr uint64_t kEncoder = 0x02;
constexpr uint64_t kDecoder = 0x03;
constexpr uint64_t kReserved = 0x21;
constexpr uint64_t kData = 0x00;
constexpr uint64_t kHeaders = 0x01;
constexpr uint64_t kCancelPush = 0x03;
constexpr uint64_t kSettings = 0x04;
constexpr uint64_t kPushPromise = 0x05;
constexpr uint64_t kGoaway = 0x07;
constexpr uint64_t kMaxPushId = 0x0d;
constexpr uint64_t kNumberMax = (uint64_t{1} << 62) - 1;

std::vector<uint8_t> noise(SeededRandom& random, size_t bytes_max) {
  std::vector<uint8_t> bytes(random.below(bytes_max + 1));
  random.fill(bytes);
  return bytes;
}

HostileStream one_way(H3Bytes bytes, bool last = false) {
  return {true, bytes.take(), last, false};
}
HostileStream request(H3Bytes bytes, bool last = true) {
  return {false, bytes.take(), last, false};
}

H3Bytes control_with(uint64_t type, Bytes content) {
  return H3Bytes().number(kControl).frame(kSettings, {}).frame(type, content);
}

// The head of an upload that would be right, if what follows were.
H3Bytes upload_head(const std::string& token, const char* length) {
  H3Bytes section;
  section.byte(0).byte(0);
  section.field(":method", "PUT").field(":scheme", "https").field(":authority", "localhost");
  section.field(":path", "/objects/hostile").field("authorization", "Bearer " + token);
  if (length != nullptr) section.field("content-length", length);
  return H3Bytes().frame(kHeaders, section.bytes());
}

Streams by_chance(SeededRandom& random, const std::string& token) {
  constexpr std::array<uint64_t, 14> kTypes{kData,   kHeaders,   kCancelPush, kSettings, kPushPromise,
                                            kGoaway, kMaxPushId, 0x02,        0x06,      0x08,
                                            0x09,    0x21,       0x40,        kNumberMax};
  Streams streams;
  const uint64_t count = random.between(1, 4);
  for (uint64_t i = 0; i < count; ++i) {
    H3Bytes bytes;
    const bool uni = random.chance(0.4);
    if (uni) bytes.number(random.chance(0.8) ? random.below(4) : random.next() & kNumberMax);
    if (!uni && random.chance(0.4)) bytes = upload_head(token, "1000000");
    const uint64_t frames = random.below(6);
    for (uint64_t frame = 0; frame < frames; ++frame) {
      const std::vector<uint8_t> content = noise(random, 300);
      bytes.number(kTypes[random.below(kTypes.size())]);
      bytes.number(random.chance(0.8) ? content.size() : random.next() & kNumberMax).raw(content);
    }
    streams.push_back({uni, bytes.take(), random.chance(0.5), random.chance(0.1)});
  }
  return streams;
}

using Way = std::function<Streams(SeededRandom&, const std::string&)>;

const std::vector<Way>& control_ways() {
  static const std::vector<Way> ways = {
      [](auto&, auto&) { return Streams{one_way(H3Bytes().number(kControl).frame(kGoaway, {}))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kSettings, {}))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kData, as_bytes("x")))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kHeaders, as_bytes("\0\0")))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kGoaway, as_bytes("\xff")))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kMaxPushId, {}))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(kCancelPush, H3Bytes().number(77).bytes()))}; },
      [](auto&, auto&) { return Streams{one_way(control_with(0x06, as_bytes("12345678")))}; },
      [](auto&, auto&) { return Streams{one_way(H3Bytes().number(kControl).frame(kSettings, {}), true)}; },
      [](auto&, auto&) {
        return Streams{one_way(H3Bytes().number(kControl).frame(kSettings, {})),
                       one_way(H3Bytes().number(kControl).frame(kSettings, {}))};
      },
      [](auto&, auto&) {
        const H3Bytes twice = H3Bytes().number(0x06).number(1).number(0x06).number(2).number(0x02).number(1);
        return Streams{one_way(H3Bytes().number(kControl).frame(kSettings, twice.bytes()))};
      },
      [](auto&, auto&) {
        return Streams{one_way(H3Bytes().number(kControl).number(kSettings).number(kNumberMax).text("xyz"))};
      },
      [](auto& random, auto&) { return Streams{one_way(H3Bytes().number(kPush).raw(noise(random, 100)))}; },
      [](auto& random, auto&) {
        return Streams{one_way(H3Bytes().number(kEncoder).raw(noise(random, 500)))};
      },
      [](auto& random, auto&) {
        return Streams{one_way(H3Bytes().number(kDecoder).raw(noise(random, 500)))};
      },
      [](auto& random, auto&) {
        Streams streams;
        for (int i = 0; i < 8; ++i)
          streams.push_back(
              one_way(H3Bytes().number(kReserved + 31 * random.below(1000)).raw(noise(random, 4000))));
        return streams;
      },
      [](auto& random, auto&) { return Streams{one_way(H3Bytes().raw(noise(random, 3)))}; }};
  return ways;
}

const std::vector<Way>& request_ways() {
  static const std::vector<Way> ways = {
      [](auto&, auto&) { return Streams{request(H3Bytes().frame(kData, as_bytes("body")))}; },
      [](auto& random, auto&) { return Streams{request(H3Bytes().frame(kHeaders, noise(random, 400)))}; },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, "10").frame(kData, as_bytes("short")))};
      },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, "3").frame(kData, as_bytes("more than three")))};
      },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, nullptr).number(kData).number(1000).text("cut"))};
      },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, nullptr).number(kData).number(kNumberMax).text("endless"))};
      },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, nullptr).frame(kData, as_bytes("1")).frame(kSettings, {}))};
      },
      [](auto&, auto& token) {
        return Streams{request(upload_head(token, nullptr).frame(kPushPromise, as_bytes("\1\0\0")))};
      },
      [](auto&, auto& token) {
        const H3Bytes pseudo = H3Bytes().byte(0).byte(0).field(":path", "/objects/other");
        return Streams{
            request(upload_head(token, nullptr).frame(kData, as_bytes("1")).frame(kHeaders, pseudo.bytes()))};
      },
      [](auto&, auto& token) {
        const H3Bytes trailer = H3Bytes().byte(0).byte(0).field("x-after", "1");
        return Streams{request(upload_head(token, "1000")
                                   .frame(kHeaders, trailer.bytes())
                                   .frame(kData, as_bytes("behind the trailer")))};
      },
      [](auto&, auto& token) {
        return Streams{{false, upload_head(token, "9").take(), false, true}};
      },
      [](auto&, auto& token) {
        return Streams{
            request(upload_head(token, nullptr).frame(0x08, as_bytes("1")).frame(kData, as_bytes("2")))};
      },
      [](auto&, auto&) {
        const std::string much(60'000, 'x');
        const H3Bytes section = H3Bytes().byte(0).byte(0).field(":method", "PUT").field("x-much", much);
        return Streams{request(H3Bytes().frame(kHeaders, section.bytes()))};
      },
      [](auto&, auto&) {
        // Refers to a dynamic table that there is not.
        return Streams{request(H3Bytes().frame(kHeaders, as_bytes("\x05\x80\x80\x81")))};
      }};
  return ways;
}

}  // namespace

uint64_t hostile_ways() {
  return control_ways().size() + request_ways().size();
}

Streams hostile_streams(uint64_t way, SeededRandom& random, const std::string& token) {
  if (way < control_ways().size()) return control_ways()[way](random, token);
  way -= control_ways().size();
  if (way < request_ways().size()) return request_ways()[way](random, token);
  return by_chance(random, token);
}

}  // namespace penstock
