// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "codec/encoder.h"
#include "unit/base/random_seed.h"
#include "unit/codec/command_line_tool.h"
#include "unit/codec/sample_data.h"
#include "unit/memory/guarded_bytes.h"

namespace penstock {
namespace {

class DecoderOfEachCodecTest : public testing::TestWithParam<CodecId> {
 protected:
  std::vector<uint8_t> encoded(const std::vector<uint8_t>& raw) {
    std::vector<uint8_t> out(raw.size() + 1024);
    out.resize(Encoder().encode({GetParam(), 1}, raw, out).value());
    return out;
  }
  // Decodes with faulting pages behind both spans.
  bool decodes(const std::vector<uint8_t>& payload, size_t raw_bytes) {
    const GuardedBytes in(payload);
    in.make_read_only();
    const GuardedBytes out(raw_bytes);
    const bool whole = decoder_.decode(GetParam(), in.bytes(), out.bytes());
    EXPECT_TRUE(out.intact());
    return whole;
  }

  // The same of a front, which of a damaged payload may come out or not.
  void check_front(const std::vector<uint8_t>& payload, size_t raw_bytes, size_t wanted) {
    const GuardedBytes in(payload);
    in.make_read_only();
    const GuardedBytes out(raw_bytes);
    const auto front = decoder_.decode_front(GetParam(), in.bytes(), out.bytes(), wanted);
    EXPECT_TRUE(!front || (*front >= wanted && *front <= raw_bytes));
    EXPECT_TRUE(out.intact());
  }

  Decoder decoder_;
};

TEST_P(DecoderOfEachCodecTest, WantsExactlyTheRawLength) {
  const auto raw = text_sample(30000, 1);
  const auto payload = encoded(raw);
  EXPECT_TRUE(decodes(payload, raw.size()));
  for (size_t wrong : {size_t{0}, size_t{1}, raw.size() / 2, raw.size() - 1, raw.size() + 1, raw.size() * 2})
    EXPECT_FALSE(decodes(payload, wrong)) << wrong;
}

TEST_P(DecoderOfEachCodecTest, RefusesEveryTruncation) {
  const auto raw = text_sample(3000, 2);
  const auto payload = encoded(raw);
  for (size_t length = 0; length < payload.size(); ++length)
    EXPECT_FALSE(decodes({payload.begin(), payload.begin() + static_cast<ptrdiff_t>(length)}, raw.size()))
        << length;
}

TEST_P(DecoderOfEachCodecTest, RefusesBytesBehindTheEnd) {
  const auto raw = text_sample(3000, 3);
  for (size_t extra : {1, 4, 8, 100}) {
    for (uint8_t value : {uint8_t{0x00}, uint8_t{0x01}, uint8_t{0xff}}) {
      auto payload = encoded(raw);
      payload.insert(payload.end(), extra, value);
      EXPECT_FALSE(decodes(payload, raw.size())) << extra << " bytes";
    }
  }
}

TEST_P(DecoderOfEachCodecTest, RefusesTwoPayloadsInARow) {
  const auto raw = text_sample(3000, 4);
  auto payload = encoded(raw);
  const auto once = payload;
  payload.insert(payload.end(), once.begin(), once.end());
  EXPECT_FALSE(decodes(payload, raw.size()));
  // Of stored payloads twice the bytes are twice the raw bytes.
  EXPECT_EQ(decodes(payload, 2 * raw.size()), GetParam() == CodecId::stored);
}

TEST_P(DecoderOfEachCodecTest, StaysInsideItsMemoryOnFlippedBits) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const auto raw = text_sample(4000, 5);
  const auto payload = encoded(raw);
  for (int round = 0; round < 3000; ++round) {
    auto damaged = payload;
    for (size_t flips = 1 + random() % 4; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1 << random() % 8);
    static_cast<void>(decodes(damaged, raw.size()));  // the guard pages and the pattern are the test
    if (round % 3 == 0) damaged.resize(random() % damaged.size());
    check_front(damaged, raw.size(), random() % (raw.size() + 1));
  }
  EXPECT_TRUE(decodes(payload, raw.size())) << "a damaged payload leaves the decoder whole";
}

TEST_P(DecoderOfEachCodecTest, StaysInsideItsMemoryOnRandomBytes) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const auto payload = random_sample(random() % 200, random());
    const size_t raw_bytes = random() % 1000;
    EXPECT_TRUE(GetParam() != CodecId::stored ||
                decodes(payload, raw_bytes) == (payload.size() == raw_bytes));
    static_cast<void>(decodes(payload, raw_bytes));
  }
}

TEST_P(DecoderOfEachCodecTest, DecodesTheFrontAlone) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  std::vector<uint8_t> raw = text_sample(700'000, 6);
  const auto noise = random_sample(300'000, 7);
  raw.insert(raw.end(), noise.begin(), noise.end());
  const auto payload = encoded(raw);
  const GuardedBytes in(payload);
  in.make_read_only();
  const GuardedBytes out(raw.size());
  for (int round = 0; round < 40; ++round) {
    const size_t wanted = round == 0 ? 0 : round == 1 ? raw.size() : random() % raw.size();
    std::ranges::fill(out.bytes(), uint8_t{0});
    const auto front = decoder_.decode_front(GetParam(), in.bytes(), out.bytes(), wanted);
    ASSERT_TRUE(front) << wanted;
    ASSERT_GE(*front, wanted);
    EXPECT_LE(*front, std::min(raw.size(), wanted + 128 * 1024)) << "more than a block too many";
    EXPECT_TRUE(std::equal(raw.begin(), raw.begin() + static_cast<ptrdiff_t>(*front), out.bytes().begin()));
    EXPECT_TRUE(out.intact());
    EXPECT_TRUE(round % 8 != 0 || decodes(payload, raw.size())) << "the front leaves the decoder whole";
  }
}

TEST_P(DecoderOfEachCodecTest, GoesOnBehindAFront) {
  const auto raw = text_sample(1'000'000, 8);
  const auto payload = encoded(raw);
  std::vector<uint8_t> out(raw.size());
  auto front = decoder_.decode_front(GetParam(), payload, out, 1);
  for (const size_t wanted : {200'000, 200'001, 100, 700'000, 1'000'000}) {
    const size_t before = front.value();
    front = decoder_.decode_further(wanted);
    ASSERT_TRUE(front) << wanted;
    EXPECT_GE(*front, std::max(before, wanted));
    // LZ4 goes on once, and to the end.
    const size_t overrun = GetParam() == CodecId::lz4 ? raw.size() : 128 * 1024;
    EXPECT_LE(*front, std::max(before, std::min(raw.size(), wanted + overrun)));
    EXPECT_TRUE(std::equal(out.begin(), out.begin() + static_cast<ptrdiff_t>(*front), raw.begin()));
  }
  EXPECT_FALSE(decoder_.decode_further(raw.size() + 1));
  EXPECT_TRUE(decodes(payload, raw.size()));
  EXPECT_FALSE(decoder_.decode_further(raw.size())) << "another frame was decoded meanwhile";
}

INSTANTIATE_TEST_SUITE_P(, DecoderOfEachCodecTest,
                         testing::Values(CodecId::stored, CodecId::lz4, CodecId::zstd, CodecId::deflate),
                         [](const auto& id) { return std::string(codec_name(id.param)); });

TEST(DecoderTest, RefusesACodecThatIsNotInTheTable) {
  std::vector<uint8_t> raw(3);
  EXPECT_FALSE(Decoder().decode(static_cast<CodecId>(9), raw, raw));
}

class ZstdFrameTest : public testing::Test {
 protected:
  const std::vector<uint8_t> raw_ = text_sample(5000, 6);
  std::vector<uint8_t> back_ = std::vector<uint8_t>(raw_.size());
  bool decodes(const std::vector<uint8_t>& frame) { return Decoder().decode(CodecId::zstd, frame, back_); }
};

TEST_F(ZstdFrameTest, WithoutAContentSizeIsTaken) {
  const auto frame = run_tool("zstd -c --no-content-size --no-check", raw_);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(decodes(*frame));
  EXPECT_EQ(back_, raw_);
}

TEST_F(ZstdFrameTest, WithAWrongChecksumIsRefused) {
  auto frame = run_tool("zstd -c --check", raw_);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(decodes(*frame));
  frame->back() ^= 1;
  EXPECT_FALSE(decodes(*frame));
}

TEST_F(ZstdFrameTest, WithASkippableFrameBeforeOrBehindIsRefused) {
  const auto frame = run_tool("zstd -c", raw_);
  ASSERT_TRUE(frame);
  const std::vector<uint8_t> skippable = {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'h', 'i'};  // RFC 8878, 3.1.2
  auto before = skippable;
  before.insert(before.end(), frame->begin(), frame->end());
  EXPECT_FALSE(decodes(before));
  auto behind = *frame;
  behind.insert(behind.end(), skippable.begin(), skippable.end());
  EXPECT_FALSE(decodes(behind));
  EXPECT_FALSE(Decoder().decode(CodecId::zstd, skippable, {}));
}

TEST_F(ZstdFrameTest, ThatWantsADictionaryIsRefused) {
  // Magic, descriptor (single segment, one byte of dictionary id), id 7, content size 1, raw last block of
  // 'x'.
  const std::vector<uint8_t> named = {0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 1, 0x09, 0, 0, 'x'};
  const std::vector<uint8_t> plain = {0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 0x09, 0, 0, 'x'};
  back_.resize(1);
  EXPECT_FALSE(decodes(named));
  EXPECT_TRUE(decodes(plain));
  EXPECT_EQ(back_[0], 'x');
}

}  // namespace
}  // namespace penstock
