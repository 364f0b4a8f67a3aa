// SPDX-License-Identifier: Apache-2.0
#include "verify/verifier.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/limits.h"
#include "hash/sha256.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

// A frame as an honest device hands it over; the tests then lie about it.
struct Frame {
  std::vector<uint8_t> raw;
  std::vector<BlockEntry> entries;
  std::vector<uint8_t> payload;
  CodecId codec = CodecId::zstd;

  Frame(CodecId with, std::vector<uint8_t> bytes, const std::vector<uint32_t>& lengths)
      : raw(std::move(bytes)), codec(with) {
    size_t offset = 0;
    for (uint32_t length : lengths) {
      entries.push_back({sha256(Bytes(raw).subspan(offset, length)), Multicodec::raw, length});
      offset += length;
    }
    payload.resize(raw.size() + raw.size() / 8 + 1024);
    payload.resize(Encoder().encode({codec, 1}, raw, payload).value());
  }
  EncodedBlock block() const { return {codec, raw, entries, payload, false}; }
};

Frame text_frame(CodecId codec = CodecId::zstd) {
  return Frame(codec, text_sample(100000, 1), {40000, 1, 0, 59999});
}

std::vector<Digest> digests_of(const Frame& frame) {
  std::vector<Digest> digests;
  for (const BlockEntry& entry : frame.entries) digests.push_back(entry.digest);
  return digests;
}

class VerifierTest : public testing::Test {
 protected:
  Verifier verifier(const char* level) {
    return Verifier(parse_verify_level(level).value(), pool_->acquire());
  }
  static void expect_mismatch(Verifier& verifier, const EncodedBlock& block, const char* why) {
    const uint64_t before = verifier.counters().mismatches;
    const auto result = verifier.verify(block);
    ASSERT_FALSE(result) << why;
    EXPECT_EQ(result.error().code, Errc::corrupt);
    EXPECT_NE(result.error().message().find(why), std::string::npos) << result.error().message();
    EXPECT_EQ(verifier.counters().mismatches, before + 1);
  }

  std::unique_ptr<BufferPool> pool_ = std::move(BufferPool::create("verify", kFrameBytesMax, 4).value());
};

TEST_F(VerifierTest, PassesAnHonestFrameOfEachCodec) {
  for (const char* level : {"full", "cross", "payload", "sample:0.5"}) {
    Verifier verifier = this->verifier(level);
    for (const CodecRow& row : codec_table()) {
      const Frame frame = text_frame(row.id);
      const auto verified = verifier.verify(frame.block());
      ASSERT_TRUE(verified) << level << " " << row.name << ": " << verified.error().message();
      EXPECT_EQ(verified->codec(), row.id);
      EXPECT_EQ(verified->raw_length(), frame.raw.size());
      EXPECT_EQ(verified->entries().data(), frame.entries.data());
      EXPECT_TRUE(std::ranges::equal(verified->payload(), frame.payload));
    }
  }
}

TEST_F(VerifierTest, PassesTheLargestFrameAndTheEmptyOne) {
  Verifier verifier = this->verifier("full");
  const Frame largest(CodecId::lz4, text_sample(kFrameBytesMax, 2),
                      std::vector<uint32_t>(kFrameChunksMax, kFrameBytesMax / kFrameChunksMax));
  EXPECT_TRUE(verifier.verify(largest.block()));
  const Frame noise(CodecId::stored, random_sample(kFrameBytesMax, 2), {kFrameBytesMax});
  EXPECT_TRUE(verifier.verify(noise.block()));
  const Frame empty(CodecId::stored, {}, {0});
  EXPECT_TRUE(verifier.verify(empty.block()));
}

TEST_F(VerifierTest, RefusesAWrongDigestOfAnyChunk) {
  Verifier full = verifier("full");
  Verifier cross = verifier("cross");
  for (size_t i = 0; i < 4; ++i) {
    Frame frame = text_frame();
    frame.entries[i].digest.bytes[31] ^= 1;
    expect_mismatch(full, frame.block(), ("chunk " + std::to_string(i)).c_str());
    expect_mismatch(cross, frame.block(), ("chunk " + std::to_string(i)).c_str());
  }
}

TEST_F(VerifierTest, TrustsDigestsThatTheCpuMadeOrThatThePayloadLevelDoesNotLookAt) {
  Frame frame = text_frame();
  frame.entries[0].digest.bytes[0] ^= 1;
  EncodedBlock block = frame.block();
  EXPECT_TRUE(verifier("payload").verify(block));
  block.digests_from_cpu = true;
  EXPECT_TRUE(verifier("full").verify(block));
}

TEST_F(VerifierTest, RefusesAPayloadThatDecodesToOtherBytes) {
  for (const char* level : {"full", "cross", "payload", "sample:1"}) {
    Verifier verifier = this->verifier(level);
    for (const CodecRow& row : codec_table()) {
      Frame frame = text_frame(row.id);
      frame.payload = Frame(row.id, text_sample(100000, 99), {100000}).payload;
      expect_mismatch(verifier, frame.block(), "other bytes");
    }
  }
}

TEST_F(VerifierTest, RefusesADamagedPayload) {
  Verifier verifier = this->verifier("full");
  for (CodecId codec : {CodecId::lz4, CodecId::zstd, CodecId::deflate}) {
    Frame frame = text_frame(codec);
    frame.payload.resize(frame.payload.size() - 1);
    expect_mismatch(verifier, frame.block(), "does not decode");
    frame.payload.clear();
    expect_mismatch(verifier, frame.block(), "does not decode");
  }
}

TEST_F(VerifierTest, RefusesEveryFlippedBitOfASmallFrame) {
  for (const CodecRow& row : codec_table()) {
    Verifier verifier = this->verifier("full");
    const Frame frame(row.id, text_sample(150, 3), {150});
    for (size_t bit = 0; bit < frame.payload.size() * 8; ++bit) {
      Frame damaged = frame;
      damaged.payload[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      const auto result = verifier.verify(damaged.block());
      // Some bits have no meaning, such as those behind DEFLATE's end: then it still decodes to the raw
      // bytes.
      if (!result) continue;
      std::vector<uint8_t> back(frame.raw.size());
      EXPECT_TRUE(Decoder().decode(row.id, damaged.payload, back) && back == frame.raw)
          << row.name << " bit " << bit;
    }
    EXPECT_GT(verifier.counters().mismatches, frame.payload.size() * 7) << row.name;
  }
}

TEST_F(VerifierTest, RefusesLengthsThatDoNotAddUpAtEveryLevel) {
  for (const char* level : {"full", "cross", "payload", "sample:0.000001"}) {
    Verifier verifier = this->verifier(level);
    Frame frame = text_frame();
    frame.entries[0].length += 1;
    expect_mismatch(verifier, frame.block(), "add up to 100001");
    frame.entries[0].length = UINT32_MAX;
    frame.entries[1].length = UINT32_MAX;
    expect_mismatch(verifier, frame.block(), "add up to");
    frame.entries.clear();
    expect_mismatch(verifier, frame.block(), "holds 0 chunks");
    frame.entries.resize(kFrameChunksMax + 1);
    expect_mismatch(verifier, frame.block(), "holds 4097 chunks");
  }
}

TEST_F(VerifierTest, RefusesWhatPassesTheLimitsOfAFrame) {
  Verifier verifier = this->verifier("full");
  const std::vector<uint8_t> large(kFrameBytesMax + 1);
  const std::vector<BlockEntry> entries = {{sha256(large), Multicodec::raw, kFrameBytesMax + 1}};
  expect_mismatch(verifier, {CodecId::stored, large, entries, large, true}, "larger than a frame");
  Frame frame = text_frame();
  frame.payload.resize(kFrameBytesMax + 1);
  expect_mismatch(verifier, frame.block(), "payload is larger");
}

TEST_F(VerifierTest, RefusesAStoredBlockOfAnotherLengthAndAnUnknownCodec) {
  Verifier verifier = this->verifier("sample:0.000001");
  Frame frame = text_frame(CodecId::stored);
  frame.payload.pop_back();
  expect_mismatch(verifier, frame.block(), "stored as it is");
  frame = text_frame();
  frame.codec = static_cast<CodecId>(9);
  expect_mismatch(verifier, frame.block(), "codec is not known");
}

TEST_F(VerifierTest, HandsOnThePayloadThatItChecked) {
  Verifier verifier = this->verifier("full");
  const Frame frame = text_frame();
  const auto verified = verifier.verify(frame.block());
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->payload().data(), frame.payload.data());
  EXPECT_EQ(verified->payload().size(), frame.payload.size());
}

TEST_F(VerifierTest, CountsWhatItDid) {
  Verifier verifier = this->verifier("full");
  const Frame frame = text_frame();
  EXPECT_TRUE(verifier.verify(frame.block()));
  EncodedBlock block = frame.block();
  block.digests_from_cpu = true;
  EXPECT_TRUE(verifier.verify(block));
  EXPECT_EQ(verifier.counters().frames, 2u);
  EXPECT_EQ(verifier.counters().bytes_decoded, 2 * frame.raw.size());
  EXPECT_EQ(verifier.counters().bytes_digested, frame.raw.size());
  EXPECT_GT(verifier.counters().nanoseconds, 0u);
}

TEST_F(VerifierTest, PassesWhatAnotherDeviceAgreesWith) {
  Verifier verifier = this->verifier("cross");
  for (const CodecId codec : {CodecId::lz4, CodecId::stored}) {
    Frame frame = text_frame(CodecId::lz4);
    if (codec == CodecId::stored) frame.payload = frame.raw;
    frame.codec = codec;
    const EncodedBlock block = frame.block();
    const std::vector<Digest> digests = digests_of(frame);
    const auto result = verifier.verify_cross(block, {.decoded = frame.raw, .digests = digests});
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->payload().data(), frame.payload.data());
    EXPECT_EQ(result->entries().size(), frame.entries.size());
  }
  EXPECT_EQ(verifier.counters().frames_crossed, 2u);
  EXPECT_EQ(verifier.counters().bytes_decoded + verifier.counters().bytes_digested, 0u);
}

TEST_F(VerifierTest, RefusesWhatAnotherDeviceDoesNotAgreeWith) {
  Verifier verifier = this->verifier("cross");
  const Frame frame = text_frame();
  EncodedBlock block = frame.block();
  const std::vector<Digest> right = digests_of(frame);
  std::vector<Digest> wrong = right;
  wrong.back() = right.front();
  std::vector<uint8_t> other = frame.raw;
  other.back() ^= 1;
  const auto agrees = [&](Bytes decoded, std::span<const Digest> digests) {
    return verifier.verify_cross(block, {.decoded = decoded, .digests = digests}).has_value();
  };
  EXPECT_TRUE(agrees(frame.raw, right));
  EXPECT_FALSE(agrees(other, right));
  EXPECT_FALSE(agrees({}, right));
  EXPECT_FALSE(agrees(Bytes(frame.raw).first(frame.raw.size() - 1), right));
  EXPECT_FALSE(agrees(frame.raw, wrong));
  EXPECT_FALSE(agrees(frame.raw, {}));
  block.digests_from_cpu = true;
  EXPECT_TRUE(agrees(frame.raw, {}));
  EXPECT_EQ(verifier.counters().frames, 2u);
  EXPECT_EQ(verifier.counters().mismatches, 0u) << "who was wrong is not known yet";
}

TEST_F(VerifierTest, RefusesAStoredPayloadOfOtherBytesWhateverAnotherDeviceSays) {
  Verifier verifier = this->verifier("cross");
  Frame frame = text_frame();
  frame.codec = CodecId::stored;
  frame.payload = frame.raw;
  frame.payload[7] ^= 1;
  const EncodedBlock block = frame.block();
  const std::vector<Digest> digests = digests_of(frame);
  EXPECT_FALSE(verifier.verify_cross(block, {.decoded = frame.raw, .digests = digests}));
}

TEST_F(VerifierTest, TellsWhetherAnotherDeviceDecodedRightly) {
  Verifier verifier = this->verifier("cross");
  Frame frame = text_frame();
  std::vector<uint8_t> other = frame.raw;
  other[0] ^= 1;
  EXPECT_TRUE(verifier.decodes_to(frame.block(), frame.raw));
  EXPECT_FALSE(verifier.decodes_to(frame.block(), other));
  frame.payload.pop_back();
  EXPECT_FALSE(verifier.decodes_to(frame.block(), frame.raw));
}

TEST_F(VerifierTest, ChecksEveryFrameOnceNothingIsTrusted) {
  Verifier verifier = this->verifier("sample:0.000001");
  Frame frame = text_frame();
  frame.entries[0].digest = frame.entries[1].digest;
  EXPECT_TRUE(verifier.verify(frame.block()));
  verifier.trust_nothing();
  expect_mismatch(verifier, frame.block(), "chunk 0");
}

TEST_F(VerifierTest, PutsItsOwnDigestsInThePlaceOfADevices) {
  Verifier verifier = this->verifier("full");
  const std::vector<uint8_t> bytes = text_sample(5000, 3);
  const std::vector<Bytes> messages{Bytes(bytes).first(100), Bytes(bytes).subspan(100)};
  const std::vector<Digest> right{sha256(messages[0]), sha256(messages[1])};
  std::vector<Digest> digests = right;
  EXPECT_TRUE(verifier.recompute(messages, digests));
  EXPECT_EQ(verifier.counters().mismatches, 0u);
  digests[1] = digests[0];
  EXPECT_FALSE(verifier.recompute(messages, digests));
  EXPECT_EQ(digests, right);
  EXPECT_EQ(verifier.counters().mismatches, 1u);
  EXPECT_EQ(verifier.counters().bytes_digested, 2 * bytes.size());
  EXPECT_GT(verifier.counters().nanoseconds, 0u);
}

TEST_F(VerifierTest, SamplesAboutTheFractionAskedFor) {
  Verifier verifier = this->verifier("sample:0.25");
  Frame frame(CodecId::lz4, text_sample(100, 4), {100});
  frame.entries[0].digest.bytes[0] ^= 1;
  constexpr int kFrames = 4000;
  for (int i = 0; i < kFrames; ++i) static_cast<void>(verifier.verify(frame.block()).has_value());
  // 1,000 expected, standard deviation 27: more than ten of them away does not happen by chance.
  EXPECT_GT(verifier.counters().mismatches, 700u);
  EXPECT_LT(verifier.counters().mismatches, 1300u);
}

}  // namespace
}  // namespace penstock
