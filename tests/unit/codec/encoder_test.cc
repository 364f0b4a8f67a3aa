// SPDX-License-Identifier: Apache-2.0
#include "codec/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "codec/decoder.h"
#include "unit/base/random_seed.h"
#include "unit/codec/sample_data.h"
#include "unit/memory/guarded_bytes.h"

namespace penstock {
namespace {

class EncoderOfEachCodecTest : public testing::TestWithParam<CodecSpec> {
 protected:
  Encoder encoder_;
  Decoder decoder_;

  // Encodes into generous memory and decodes into exact memory.
  std::vector<uint8_t> round_trip(const std::vector<uint8_t>& raw) {
    const GuardedBytes in(raw);
    in.make_read_only();
    const GuardedBytes out(raw.size() + raw.size() / 8 + 1024);
    const auto length = encoder_.encode(GetParam(), in.bytes(), out.bytes());
    EXPECT_TRUE(length);
    const GuardedBytes payload(out.bytes().first(length.value_or(0)));
    payload.make_read_only();
    const GuardedBytes back(raw.size());
    EXPECT_TRUE(decoder_.decode(GetParam().id, payload.bytes(), back.bytes()));
    EXPECT_TRUE(out.intact() && back.intact());
    return {back.bytes().begin(), back.bytes().end()};
  }
};

TEST_P(EncoderOfEachCodecTest, GivesBackWhatItWasGiven) {
  for (size_t length : {0, 1, 2, 3, 11, 12, 13, 255, 4095, 4096, 65535, 65536, 65537, 1 << 20}) {
    const auto text = text_sample(length, 1);
    EXPECT_EQ(round_trip(text), text) << length << " bytes of text";
    const auto noise = random_sample(length, 2);
    EXPECT_EQ(round_trip(noise), noise) << length << " random bytes";
    const std::vector<uint8_t> zeros(length);
    EXPECT_EQ(round_trip(zeros), zeros) << length << " zeros";
  }
}

TEST_P(EncoderOfEachCodecTest, TakesTheLargestFrame) {
  const auto text = text_sample(kFrameBytesMax, 3);
  EXPECT_EQ(round_trip(text), text);
  const auto noise = random_sample(kFrameBytesMax, 3);
  EXPECT_EQ(round_trip(noise), noise);
}

TEST_P(EncoderOfEachCodecTest, GivesBackRandomMixtures) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50; ++round) {
    std::vector<uint8_t> raw;
    for (size_t pieces = random() % 6; pieces > 0; --pieces) {
      const size_t length = random() % 30000;
      const auto piece = random() % 3 == 0   ? random_sample(length, random())
                         : random() % 2 == 0 ? text_sample(length, random())
                                             : std::vector<uint8_t>(length, static_cast<uint8_t>(random()));
      raw.insert(raw.end(), piece.begin(), piece.end());
    }
    ASSERT_EQ(round_trip(raw), raw);
  }
}

TEST_P(EncoderOfEachCodecTest, SaysThatIncompressibleDataDoesNotShrink) {
  const auto noise = random_sample(100000, 4);
  const GuardedBytes out(noise.size() - 1);
  EXPECT_EQ(encoder_.encode(GetParam(), noise, out.bytes()), std::nullopt);
  EXPECT_TRUE(out.intact());
}

TEST_P(EncoderOfEachCodecTest, FitsExactlyOrSaysThatItDoesNotAndWritesNothingBehind) {
  const auto text = text_sample(20000, 5);
  const GuardedBytes roomy(text.size() + 1024);
  const auto whole = encoder_.encode(GetParam(), text, roomy.bytes());
  ASSERT_TRUE(whole);
  size_t refusals = 0;
  for (size_t room = 0; room < *whole; room += 1 + room / 4) {
    const GuardedBytes out(room);
    const auto length = encoder_.encode(GetParam(), text, out.bytes());
    EXPECT_TRUE(!length || *length <= room);
    EXPECT_TRUE(out.intact());
    refusals += length ? 0 : 1;
  }
  EXPECT_GT(refusals, 0u);
  // A refusal leaves the encoder whole.
  EXPECT_EQ(encoder_.encode(GetParam(), text, roomy.bytes()), whole);
}

TEST_P(EncoderOfEachCodecTest, GivesTheSamePayloadWhateverItEncodedBefore) {
  const auto text = text_sample(50000, 6);
  std::vector<uint8_t> first(text.size() + 1024);
  std::vector<uint8_t> later(first.size());
  Encoder fresh;
  const auto first_length = fresh.encode(GetParam(), text, first);
  static_cast<void>(encoder_.encode({CodecId::zstd, 5}, text_sample(1 << 20, 7), later));
  static_cast<void>(encoder_.encode(GetParam(), random_sample(70000, 8), later));
  const auto later_length = encoder_.encode(GetParam(), text, later);
  ASSERT_TRUE(first_length && later_length);
  first.resize(*first_length);
  later.resize(*later_length);
  EXPECT_EQ(first, later);
}

INSTANTIATE_TEST_SUITE_P(, EncoderOfEachCodecTest,
                         testing::Values(CodecSpec{CodecId::stored, 1}, CodecSpec{CodecId::lz4, 1},
                                         CodecSpec{CodecId::zstd, 1}, CodecSpec{CodecId::zstd, 3},
                                         CodecSpec{CodecId::zstd, -5}, CodecSpec{CodecId::deflate, 1}),
                         [](const auto& spec) {
                           std::string name = codec_text(spec.param);
                           for (char& letter : name)
                             letter = letter == ':' ? '_' : letter == '-' ? 'm' : letter;
                           return name;
                         });

TEST(EncoderTest, ShrinksText) {
  const auto text = text_sample(kFrameBytesMax, 9);
  std::vector<uint8_t> out(text.size());
  Encoder encoder;
  for (const CodecRow& row : codec_table()) {
    const auto length = encoder.encode({row.id, 1}, text, out);
    ASSERT_TRUE(length) << row.name;
    EXPECT_EQ(*length < text.size() / 2, row.id != CodecId::stored) << row.name;
  }
}

// A repeat at nearly the frame's length, with little in between that a small table would keep instead.
TEST(EncoderTest, MatchesAcrossTheWholeFrameAtEveryZstdLevel) {
  const auto noise = random_sample(128 * kKiB, 10);
  std::vector<uint8_t> raw(kFrameBytesMax);
  std::copy(noise.begin(), noise.end(), raw.begin());
  std::copy(noise.begin(), noise.end(), raw.end() - static_cast<ptrdiff_t>(noise.size()));
  std::vector<uint8_t> out(raw.size());
  Encoder encoder;
  for (const int level : {-5, -1, 1, 2, 3, 9}) {
    const auto length = encoder.encode({CodecId::zstd, level}, raw, out);
    ASSERT_TRUE(length) << level;
    EXPECT_LT(*length, noise.size() * 5 / 4) << level;
  }
}

TEST(EncoderMemoryTest, StaysWithinTheBoundThatItStates) {
  EXPECT_LT(encoder_memory({CodecId::lz4, 1}), 2 * kMiB);
  EXPECT_LT(encoder_memory({CodecId::zstd, 1}), 4 * kMiB);
  EXPECT_GT(encoder_memory({CodecId::zstd, 19}), encoder_memory({CodecId::zstd, 1}));
  EXPECT_LT(encoder_memory({CodecId::zstd, 19}), 64 * kMiB);
}

TEST(EncoderDeathTest, StopsAtAFrameLargerThanTheLimit) {
  const std::vector<uint8_t> raw(kFrameBytesMax + 1);
  std::vector<uint8_t> out(raw.size());
  Encoder encoder;
  EXPECT_DEATH(static_cast<void>(encoder.encode({CodecId::lz4, 1}, raw, out)), "internal error");
}

}  // namespace
}  // namespace penstock
