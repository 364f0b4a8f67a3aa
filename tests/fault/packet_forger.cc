// SPDX-License-Identifier: Apache-2.0
#include "fault/packet_forger.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

constexpr size_t kNoiseBytesMax = 1452;
constexpr size_t kFirstPacketBytes = 1200;  // RFC 9000, section 14.1
constexpr size_t kHeadBytes = 64;           // in which ids, tokens and lengths stand
constexpr std::array<uint8_t, 4> kVersion1{0, 0, 0, 1};

}  // namespace

size_t PacketForger::alter(MutableBytes room, size_t bytes) {
  const MutableBytes packet = room.first(bytes);
  const auto any_byte = [&](MutableBytes of) -> uint8_t& { return of[random_.below(of.size())]; };
  switch (random_.below(8)) {
    case 0:
      return 1 + random_.below(bytes);
    case 1: {
      const size_t more = std::min<size_t>(1 + random_.below(200), room.size() - bytes);
      random_.fill(room.subspan(bytes, more));
      return bytes + more;
    }
    case 2:
      alter_head(packet);
      return bytes;
    case 3:
      random_.fill(packet.subspan(random_.below(bytes)));
      return bytes;
    case 4:
      // As it is: it is said again, later.
      return bytes;
    case 5:
      any_byte(packet) ^= static_cast<uint8_t>(1U << random_.below(8));
      return bytes;
    case 6:
      any_byte(packet.first(std::min(bytes, kHeadBytes))) = static_cast<uint8_t>(random_.next());
      return bytes;
    default:
      for (size_t i = 0; i < 1 + random_.below(16); ++i)
        any_byte(packet) = static_cast<uint8_t>(random_.next());
      return bytes;
  }
}

// The type and bits of the first byte; a long header's version, and the lengths of its ids.
void PacketForger::alter_head(MutableBytes packet) {
  constexpr size_t kIdLengthAt = 5;
  switch (random_.below(4)) {
    case 0:
      packet[0] = static_cast<uint8_t>(random_.next());
      break;
    case 1:
      packet[0] |= 0x80;
      if (packet.size() > kIdLengthAt) packet[1 + random_.below(4)] = static_cast<uint8_t>(random_.next());
      break;
    default:
      if (packet.size() > kIdLengthAt) packet[kIdLengthAt] = static_cast<uint8_t>(random_.next());
  }
}

size_t PacketForger::noise(MutableBytes room) {
  const size_t most = std::min(room.size(), kNoiseBytesMax);
  // A third would begin a connection, were it not for what follows.
  const bool begins = random_.below(3) == 0;
  const size_t bytes = begins && most > kFirstPacketBytes ? random_.between(kFirstPacketBytes, most)
                                                          : random_.between(1, most);
  const MutableBytes packet = room.first(bytes);
  random_.fill(packet);
  if (!begins || bytes < kHeadBytes) return bytes;
  packet[0] = static_cast<uint8_t>(0xc0 | (packet[0] & 0x3f));
  std::ranges::copy(kVersion1, &packet[1]);
  packet[5] = static_cast<uint8_t>(8 + random_.below(14));
  packet[6 + packet[5]] = static_cast<uint8_t>(random_.below(22));
  return bytes;
}

}  // namespace penstock
