// SPDX-License-Identifier: Apache-2.0
#include "codec/encoder.h"

#include <isa-l/igzip_lib.h>
#include <lz4.h>
// For the estimates of memory alone; the compression itself keeps to the stable interface.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {
namespace {

constexpr int kLz4Acceleration = 1;
constexpr uint32_t kDeflateLevel = 1;

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct Encoder::Contexts {
  std::vector<uint64_t> lz4 = std::vector<uint64_t>(static_cast<size_t>(LZ4_sizeofState()) / 8 + 1);
  std::unique_ptr<ZSTD_CCtx, FreeZstd> zstd{ZSTD_createCCtx()};
  int zstd_level = 0;  // none as yet
  isal_zstream deflate;
  std::vector<uint8_t> deflate_level = std::vector<uint8_t>(ISAL_DEF_LVL1_DEFAULT);

  std::optional<size_t> encode_lz4(Bytes raw, MutableBytes out) {
    const int written = LZ4_compress_fast_extState(
        lz4.data(), reinterpret_cast<const char*>(raw.data()), reinterpret_cast<char*>(out.data()),
        static_cast<int>(raw.size()), static_cast<int>(std::min<size_t>(out.size(), LZ4_MAX_INPUT_SIZE)),
        kLz4Acceleration);
    if (written <= 0) return std::nullopt;
    return static_cast<size_t>(written);
  }

  std::optional<size_t> encode_zstd(int level, Bytes raw, MutableBytes out) {
    if (level != zstd_level) {
      PENSTOCK_CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_compressionLevel, level)));
      PENSTOCK_CHECK(
          !ZSTD_isError(ZSTD_CCtx_setParameter(zstd.get(), ZSTD_c_minMatch, zstd_min_match(level))));
      zstd_level = level;
    }
    const size_t written = ZSTD_compress2(zstd.get(), out.data(), out.size(), raw.data(), raw.size());
    if (ZSTD_isError(written)) return std::nullopt;
    return written;
  }

  std::optional<size_t> encode_deflate(Bytes raw, MutableBytes out) {
    isal_deflate_stateless_init(&deflate);
    deflate.level = kDeflateLevel;
    deflate.level_buf = deflate_level.data();
    deflate.level_buf_size = static_cast<uint32_t>(deflate_level.size());
    deflate.end_of_stream = 1;
    deflate.flush = NO_FLUSH;
    deflate.gzip_flag = IGZIP_DEFLATE;
    deflate.next_in = const_cast<uint8_t*>(raw.data());
    deflate.avail_in = static_cast<uint32_t>(raw.size());
    deflate.next_out = out.data();
    deflate.avail_out = static_cast<uint32_t>(std::min<size_t>(out.size(), UINT32_MAX));
    if (isal_deflate_stateless(&deflate) != COMP_OK || deflate.avail_in != 0) return std::nullopt;
    return deflate.total_out;
  }
};

Encoder::Encoder() : contexts_(std::make_unique<Contexts>()) {
  PENSTOCK_CHECK(contexts_->zstd != nullptr);
  // The library shortens it to the frame that it is given.
  PENSTOCK_CHECK(
      !ZSTD_isError(ZSTD_CCtx_setParameter(contexts_->zstd.get(), ZSTD_c_windowLog, kZstdWindowLog)));
}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

std::optional<size_t> Encoder::encode(CodecSpec spec, Bytes raw, MutableBytes out) noexcept {
  PENSTOCK_CHECK(raw.size() <= kFrameBytesMax);
  if (out.empty() && !(spec.id == CodecId::stored && raw.empty())) return std::nullopt;
  switch (spec.id) {
    case CodecId::stored:
      if (raw.size() > out.size()) return std::nullopt;
      std::copy(raw.begin(), raw.end(), out.begin());
      return raw.size();
    case CodecId::lz4:
      return contexts_->encode_lz4(raw, out);
    case CodecId::zstd:
      return contexts_->encode_zstd(spec.level, raw, out);
    case CodecId::deflate:
      return contexts_->encode_deflate(raw, out);
  }
  PENSTOCK_CHECK(!"a codec of the table");
  return std::nullopt;
}

size_t encoder_memory(CodecSpec spec) {
  size_t bytes = static_cast<size_t>(LZ4_sizeofState()) + sizeof(isal_zstream) + ISAL_DEF_LVL1_DEFAULT;
  if (spec.id != CodecId::zstd) return bytes;
  // zstd has a table of parameters for each of these sizes, and the larger size does not always want more.
  constexpr std::array<uint64_t, 4> kTiers = {16 * kKiB, 128 * kKiB, 256 * kKiB, kFrameBytesMax};
  size_t zstd = 0;
  for (uint64_t tier : kTiers) {
    const ZSTD_compressionParameters parameters = ZSTD_getCParams(spec.level, tier, 0);
    zstd = std::max(zstd, ZSTD_estimateCCtxSize_usingCParams(parameters));
  }
  return bytes + zstd;
}

}  // namespace penstock
