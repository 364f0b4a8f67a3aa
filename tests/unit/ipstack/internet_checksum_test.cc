// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/internet_checksum.h"

#include <gtest/gtest.h>

#include <vector>

#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"
#include "unit/ipstack/made_frames.h"

namespace penstock {
namespace {

// What goes into the field, as a number.
uint16_t checksum_of(InternetSum sum) {
  std::array<uint8_t, 2> field{};
  sum.store(field.data());
  return load_be16(field.data());
}

TEST(InternetChecksumTest, TheExampleOfRfc1071) {
  const Frame bytes = hex("00 01 f2 03 f4 f5 f6 f7");
  EXPECT_EQ(InternetSum().add(bytes).folded(), __builtin_bswap16(0xddf2));
  EXPECT_EQ(checksum_of(InternetSum().add(bytes)), 0x220d);
  EXPECT_TRUE(InternetSum().add(bytes).add_be16(0x220d).is_right());
  EXPECT_FALSE(InternetSum().add(bytes).add_be16(0x220c).is_right());
}

TEST(InternetChecksumTest, AnyLengthAndAlignmentAgreesWithTheSlowOne) {
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  std::vector<uint8_t> bytes(2048);
  random.fill(bytes);
  std::vector<uint8_t> copy(2048 + 64);
  for (size_t length = 0; length <= 700; ++length) {
    const size_t from = random.below(64);
    const size_t to = random.below(64);
    const Bytes part = Bytes(bytes).subspan(from, length);
    const uint16_t expected = slow_checksum({part.begin(), part.end()});
    ASSERT_EQ(checksum_of(InternetSum().add(part)), expected) << length << " bytes at " << from;
    std::ranges::fill(copy, 0xa5);
    ASSERT_EQ(checksum_of(InternetSum().add_copying(copy.data() + to, part)), expected) << length;
    ASSERT_TRUE(std::equal(part.begin(), part.end(), copy.begin() + static_cast<ptrdiff_t>(to)));
    ASSERT_TRUE(std::all_of(copy.begin() + static_cast<ptrdiff_t>(to + length), copy.end(),
                            [](uint8_t byte) { return byte == 0xa5; }));
    ASSERT_TRUE(std::all_of(copy.begin(), copy.begin() + static_cast<ptrdiff_t>(to),
                            [](uint8_t byte) { return byte == 0xa5; }));
  }
}

TEST(InternetChecksumTest, NoCarryIsLostInTheLargestPacket) {
  for (const size_t length : {size_t{65535}, size_t{65534}, size_t{8900}}) {
    const Frame ones(length, 0xff);
    EXPECT_EQ(checksum_of(InternetSum().add(ones)), slow_checksum(ones)) << length;
  }
}

TEST(InternetChecksumTest, PartsOfEvenLengthAddUp) {
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  Frame bytes(1453);
  random.fill(bytes);
  for (int round = 0; round < 200; ++round) {
    const size_t cut = 2 * random.below(bytes.size() / 2);
    const InternetSum head = InternetSum().add(Bytes(bytes).first(cut));
    InternetSum whole(head.partial());
    EXPECT_EQ(checksum_of(whole.add(Bytes(bytes).subspan(cut))), slow_checksum(bytes)) << cut;
  }
}

}  // namespace
}  // namespace penstock
