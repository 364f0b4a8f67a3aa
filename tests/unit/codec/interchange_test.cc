// SPDX-License-Identifier: Apache-2.0
// Payloads against the tools that others read them with.
#include <gtest/gtest.h>
#include <isa-l/crc.h>

#include <vector>

#include "base/limits.h"
#include "codec/codec.h"
#include "unit/codec/command_line_tool.h"
#include "unit/codec/sample_data.h"

namespace penstock {
namespace {

using Blob = std::vector<uint8_t>;

void append(Blob& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_le32(Blob& to, uint32_t value) {
  uint8_t bytes[4];
  store_le(bytes, value);
  append(to, bytes);
}

std::vector<Blob> samples() {
  return {text_sample(1, 1), text_sample(100, 1),   text_sample(70000, 1), text_sample(kFrameBytesMax, 1),
          Blob(300000),      random_sample(5000, 1)};
}

Blob encoded(CodecId id, const Blob& raw) {
  Blob out(raw.size() + raw.size() / 8 + 1024);
  out.resize(Encoder().encode({id, 1}, raw, out).value());
  return out;
}

Blob decoded(CodecId id, Bytes payload, size_t raw_bytes) {
  Blob raw(raw_bytes);
  return Decoder().decode(id, payload, raw) ? raw : Blob();
}

// lz4_Frame_format.md: magic, version 1 with independent blocks, blocks of 4 MiB at most, the descriptor's
// xxh32 byte.
const Blob kLz4Header = {0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73};

TEST(Lz4InterchangeTest, TheLz4ToolReadsOurBlocks) {
  for (const Blob& raw : samples()) {
    const Blob block = encoded(CodecId::lz4, raw);
    Blob frame = kLz4Header;
    append_le32(frame, static_cast<uint32_t>(block.size()));
    append(frame, block);
    append_le32(frame, 0);
    EXPECT_EQ(run_tool("lz4 -dc", frame), raw) << raw.size();
  }
}

TEST(Lz4InterchangeTest, WeReadTheBlocksOfTheLz4Tool) {
  for (const Blob& raw : samples()) {
    const auto frame = run_tool("lz4 -c -9 -B7 -BI --no-frame-crc --no-content-size", raw);
    ASSERT_TRUE(frame);
    ASSERT_GT(frame->size(), kLz4Header.size() + 4);
    const uint32_t word = load_le<uint32_t>(frame->data() + kLz4Header.size());
    constexpr uint32_t kStoredBlock = 1u << 31;
    if (word & kStoredBlock) continue;  // the tool found it incompressible
    EXPECT_EQ(decoded(CodecId::lz4, Bytes(*frame).subspan(kLz4Header.size() + 4, word), raw.size()), raw);
  }
}

TEST(ZstdInterchangeTest, TheZstdToolReadsOurFrames) {
  for (const Blob& raw : samples())
    EXPECT_EQ(run_tool("zstd -dc", encoded(CodecId::zstd, raw)), raw) << raw.size();
}

TEST(ZstdInterchangeTest, WeReadTheFramesOfTheZstdTool) {
  for (const char* command :
       {"zstd -c -1", "zstd -c -12", "zstd -c --fast=5 --no-check", "zstd -c --long=27"}) {
    for (const Blob& raw : samples()) {
      const auto frame = run_tool(command, raw);
      ASSERT_TRUE(frame);
      EXPECT_EQ(decoded(CodecId::zstd, *frame, raw.size()), raw) << command;
    }
  }
}

constexpr size_t kGzipHeaderBytes = 10;  // RFC 1952 without optional fields
constexpr size_t kGzipTrailerBytes = 8;

TEST(DeflateInterchangeTest, TheGzipToolReadsOurStreams) {
  for (const Blob& raw : samples()) {
    Blob member = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    append(member, encoded(CodecId::deflate, raw));
    append_le32(member, crc32_gzip_refl(0, raw.data(), raw.size()));
    append_le32(member, static_cast<uint32_t>(raw.size()));
    EXPECT_EQ(run_tool("gzip -dc", member), raw) << raw.size();
  }
}

TEST(DeflateInterchangeTest, WeReadTheStreamsOfTheGzipTool) {
  for (const char* command : {"gzip -nc -1", "gzip -nc -9"}) {
    for (const Blob& raw : samples()) {
      const auto member = run_tool(command, raw);
      ASSERT_TRUE(member);
      const Bytes stream =
          Bytes(*member).subspan(kGzipHeaderBytes, member->size() - kGzipHeaderBytes - kGzipTrailerBytes);
      EXPECT_EQ(decoded(CodecId::deflate, stream, raw.size()), raw) << command;
    }
  }
}

}  // namespace
}  // namespace penstock
