// SPDX-License-Identifier: Apache-2.0
#include "benchmark/library_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "codec/decoder.h"

namespace penstock {
namespace {

using Data = std::vector<uint8_t>;

const CodecSpec kSpecs[] = {
    {CodecId::zstd, 1}, {CodecId::zstd, -3}, {CodecId::lz4, 1}, {CodecId::deflate, 1}};

Data noise(size_t bytes) {
  std::mt19937_64 random(bytes);
  Data data(bytes);
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
  return data;
}

void expect_round_trip(CodecSpec spec, const Data& raw) {
  const auto library = open_library_codec(spec);
  ASSERT_NE(library, nullptr);
  Data encoded(library->encoded_max(raw.size()));
  const auto length = library->encode(raw, encoded);
  ASSERT_TRUE(length.has_value()) << library->encoder_name();
  Data decoded(raw.size());
  ASSERT_TRUE(library->decode(Bytes(encoded).first(*length), decoded)) << library->decoder_name();
  EXPECT_EQ(decoded, raw) << library->encoder_name();
  // Ours takes what the library makes: both work on the same format.
  Data again(raw.size());
  EXPECT_TRUE(Decoder().decode(spec.id, Bytes(encoded).first(*length), again)) << codec_text(spec);
  EXPECT_EQ(again, raw);
}

TEST(LibraryCodecTest, EncodesAndDecodesWhatShrinks) {
  for (const CodecSpec spec : kSpecs) expect_round_trip(spec, Data(2 << 20, 'x'));
}

TEST(LibraryCodecTest, HasRoomForWhatDoesNotShrink) {
  for (const CodecSpec spec : kSpecs) expect_round_trip(spec, noise(2 << 20));
}

TEST(LibraryCodecTest, RefusesAPayloadThatIsCutShort) {
  for (const CodecSpec spec : kSpecs) {
    const auto library = open_library_codec(spec);
    const Data raw = noise(10'000);
    Data encoded(library->encoded_max(raw.size()));
    const auto length = library->encode(raw, encoded);
    ASSERT_TRUE(length.has_value());
    Data decoded(raw.size());
    EXPECT_FALSE(library->decode(Bytes(encoded).first(*length / 2), decoded)) << library->decoder_name();
  }
}

TEST(LibraryCodecTest, NeedsNoLibraryForStored) {
  EXPECT_EQ(open_library_codec({CodecId::stored, 1}), nullptr);
}

}  // namespace
}  // namespace penstock
