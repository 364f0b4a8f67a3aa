// SPDX-License-Identifier: Apache-2.0
#include "benchmark/library_codec.h"

#include <isa-l/igzip_lib.h>
#include <lz4.h>
#include <zstd.h>

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "codec/encoder.h"

namespace penstock {
namespace {

class ZstdLibrary final : public LibraryCodec {
 public:
  explicit ZstdLibrary(int level) {
    PENSTOCK_CHECK(encoder_ != nullptr && decoder_ != nullptr);
    PENSTOCK_CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(encoder_.get(), ZSTD_c_compressionLevel, level)));
    PENSTOCK_CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(encoder_.get(), ZSTD_c_windowLog, kZstdWindowLog)));
    PENSTOCK_CHECK(
        !ZSTD_isError(ZSTD_CCtx_setParameter(encoder_.get(), ZSTD_c_minMatch, zstd_min_match(level))));
  }

  const char* encoder_name() const override { return "ZSTD_compress2"; }
  const char* decoder_name() const override { return "ZSTD_decompressDCtx"; }
  size_t encoded_max(size_t raw_bytes) const override { return ZSTD_compressBound(raw_bytes); }

  std::optional<size_t> encode(Bytes raw, MutableBytes out) override {
    const size_t written = ZSTD_compress2(encoder_.get(), out.data(), out.size(), raw.data(), raw.size());
    if (ZSTD_isError(written)) return std::nullopt;
    return written;
  }

  bool decode(Bytes encoded, MutableBytes raw) override {
    return ZSTD_decompressDCtx(decoder_.get(), raw.data(), raw.size(), encoded.data(), encoded.size()) ==
           raw.size();
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> encoder_{ZSTD_createCCtx()};
  std::unique_ptr<ZSTD_DCtx, Free> decoder_{ZSTD_createDCtx()};
};

class Lz4Library final : public LibraryCodec {
 public:
  const char* encoder_name() const override { return "LZ4_compress_default"; }
  const char* decoder_name() const override { return "LZ4_decompress_safe"; }
  size_t encoded_max(size_t raw_bytes) const override {
    return static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw_bytes)));
  }

  std::optional<size_t> encode(Bytes raw, MutableBytes out) override {
    const int written =
        LZ4_compress_default(reinterpret_cast<const char*>(raw.data()), reinterpret_cast<char*>(out.data()),
                             static_cast<int>(raw.size()), static_cast<int>(out.size()));
    if (written <= 0) return std::nullopt;
    return static_cast<size_t>(written);
  }

  bool decode(Bytes encoded, MutableBytes raw) override {
    const int written = LZ4_decompress_safe(reinterpret_cast<const char*>(encoded.data()),
                                            reinterpret_cast<char*>(raw.data()),
                                            static_cast<int>(encoded.size()), static_cast<int>(raw.size()));
    return written >= 0 && static_cast<size_t>(written) == raw.size();
  }
};

class DeflateLibrary final : public LibraryCodec {
 public:
  const char* encoder_name() const override { return "isal_deflate_stateless"; }
  const char* decoder_name() const override { return "isal_inflate_stateless"; }
  // Stored blocks of at most 65,535 bytes with five of head each, and the library's margin.
  size_t encoded_max(size_t raw_bytes) const override { return raw_bytes + raw_bytes / 1024 + 1024; }

  std::optional<size_t> encode(Bytes raw, MutableBytes out) override {
    isal_deflate_stateless_init(&encoder_);
    encoder_.level = 1;
    encoder_.level_buf = memory_.data();
    encoder_.level_buf_size = static_cast<uint32_t>(memory_.size());
    encoder_.end_of_stream = 1;
    encoder_.next_in = const_cast<uint8_t*>(raw.data());
    encoder_.avail_in = static_cast<uint32_t>(raw.size());
    encoder_.next_out = out.data();
    encoder_.avail_out = static_cast<uint32_t>(out.size());
    if (isal_deflate_stateless(&encoder_) != COMP_OK) return std::nullopt;
    return encoder_.total_out;
  }

  bool decode(Bytes encoded, MutableBytes raw) override {
    isal_inflate_init(&decoder_);
    decoder_.next_in = const_cast<uint8_t*>(encoded.data());
    decoder_.avail_in = static_cast<uint32_t>(encoded.size());
    decoder_.next_out = raw.data();
    decoder_.avail_out = static_cast<uint32_t>(raw.size());
    return isal_inflate_stateless(&decoder_) == ISAL_DECOMP_OK && decoder_.avail_out == 0;
  }

 private:
  isal_zstream encoder_;
  inflate_state decoder_;
  std::vector<uint8_t> memory_ = std::vector<uint8_t>(ISAL_DEF_LVL1_DEFAULT);
};

}  // namespace

std::unique_ptr<LibraryCodec> open_library_codec(CodecSpec spec) {
  switch (spec.id) {
    case CodecId::zstd:
      return std::make_unique<ZstdLibrary>(spec.level);
    case CodecId::lz4:
      return std::make_unique<Lz4Library>();
    case CodecId::deflate:
      return std::make_unique<DeflateLibrary>();
    case CodecId::stored:
      break;
  }
  return nullptr;
}

}  // namespace penstock
