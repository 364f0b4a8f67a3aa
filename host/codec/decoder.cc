// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.h"

#include <isa-l/igzip_lib.h>
#include <lz4.h>
// For decoding into a buffer that stays where it is, block by block.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>
#include <climits>
#include <cstdint>

#include "base/check.h"

namespace penstock {
namespace {

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// RFC 8878: one frame, no skippable one and nothing behind it, no dictionary, and if it says how much it
// holds, that. The library would take several frames in a row. The window needs no limit: decoding in one
// pass uses `raw` itself as the window.
bool is_one_plain_frame(Bytes encoded, size_t raw_bytes) {
  if (encoded.size() < sizeof(uint32_t) || load_le<uint32_t>(encoded.data()) != ZSTD_MAGICNUMBER)
    return false;
  if (ZSTD_findFrameCompressedSize(encoded.data(), encoded.size()) != encoded.size()) return false;
  const unsigned long long content = ZSTD_getFrameContentSize(encoded.data(), encoded.size());
  if (content != ZSTD_CONTENTSIZE_UNKNOWN && content != raw_bytes) return false;
  return ZSTD_getDictID_fromFrame(encoded.data(), encoded.size()) == 0;
}

bool decode_lz4(Bytes encoded, MutableBytes raw) {
  const int written =
      LZ4_decompress_safe(reinterpret_cast<const char*>(encoded.data()), reinterpret_cast<char*>(raw.data()),
                          static_cast<int>(encoded.size()), static_cast<int>(raw.size()));
  return written >= 0 && static_cast<size_t>(written) == raw.size();
}

std::optional<size_t> decode_lz4_front(Bytes encoded, MutableBytes raw, size_t wanted) {
  const int written = LZ4_decompress_safe_partial(
      reinterpret_cast<const char*>(encoded.data()), reinterpret_cast<char*>(raw.data()),
      static_cast<int>(encoded.size()), static_cast<int>(wanted), static_cast<int>(raw.size()));
  if (written < 0 || static_cast<size_t>(written) < wanted) return std::nullopt;
  return static_cast<size_t>(written);
}

bool decode_stored(Bytes encoded, MutableBytes raw) {
  if (encoded.size() != raw.size()) return false;
  std::copy(encoded.begin(), encoded.end(), raw.begin());
  return true;
}

}  // namespace

struct Decoder::Contexts {
  std::unique_ptr<ZSTD_DCtx, FreeZstd> zstd{ZSTD_createDCtx()};
  inflate_state deflate;

  bool decode_zstd(Bytes encoded, MutableBytes raw) {
    if (!is_one_plain_frame(encoded, raw.size())) return false;
    const size_t written =
        ZSTD_decompressDCtx(zstd.get(), raw.data(), raw.size(), encoded.data(), encoded.size());
    return !ZSTD_isError(written) && written == raw.size();
  }

  std::optional<size_t> decode_zstd_front(Bytes encoded, MutableBytes raw, size_t wanted) {
    if (!is_one_plain_frame(encoded, raw.size())) return std::nullopt;
    ZSTD_DCtx* const context = zstd.get();
    PENSTOCK_CHECK(!ZSTD_isError(ZSTD_DCtx_reset(context, ZSTD_reset_session_only)));
    PENSTOCK_CHECK(!ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_stableOutBuffer, 1)));
    ZSTD_outBuffer out{raw.data(), raw.size(), 0};
    ZSTD_inBuffer in{encoded.data(), 0, 0};
    size_t step = ZSTD_FRAMEHEADERSIZE_MIN(ZSTD_f_zstd1);
    while (out.pos < wanted) {
      // As much as the library asks for is one block and the next one's header.
      in.size = std::min(encoded.size(), in.pos + step);
      if (in.size == in.pos) return std::nullopt;
      step = ZSTD_decompressStream(context, &out, &in);
      if (ZSTD_isError(step) || (step == 0 && out.pos < wanted)) return std::nullopt;
    }
    return out.pos;
  }

  std::optional<size_t> decode_deflate_front(Bytes encoded, MutableBytes raw, size_t wanted) {
    isal_inflate_init(&deflate);
    deflate.next_in = const_cast<uint8_t*>(encoded.data());
    deflate.avail_in = static_cast<uint32_t>(encoded.size());
    deflate.next_out = raw.data();
    deflate.avail_out = static_cast<uint32_t>(wanted);
    if (isal_inflate(&deflate) != ISAL_DECOMP_OK || deflate.avail_out != 0) return std::nullopt;
    return wanted;
  }

  bool decode_deflate(Bytes encoded, MutableBytes raw) {
    isal_inflate_init(&deflate);
    deflate.next_in = const_cast<uint8_t*>(encoded.data());
    deflate.avail_in = static_cast<uint32_t>(encoded.size());
    deflate.next_out = raw.data();
    deflate.avail_out = static_cast<uint32_t>(raw.size());
    return isal_inflate_stateless(&deflate) == ISAL_DECOMP_OK && deflate.avail_in == 0 &&
           deflate.avail_out == 0;
  }
};

Decoder::Decoder() : contexts_(std::make_unique<Contexts>()) {
  PENSTOCK_CHECK(contexts_->zstd != nullptr);
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

bool Decoder::decode(CodecId id, Bytes encoded, MutableBytes raw) noexcept {
  // The libraries count in int and uint32_t.
  if (encoded.size() > INT_MAX || raw.size() > INT_MAX) return false;
  switch (id) {
    case CodecId::stored:
      return decode_stored(encoded, raw);
    case CodecId::lz4:
      return decode_lz4(encoded, raw);
    case CodecId::zstd:
      return contexts_->decode_zstd(encoded, raw);
    case CodecId::deflate:
      return contexts_->decode_deflate(encoded, raw);
  }
  return false;
}

std::optional<size_t> Decoder::decode_front(CodecId id, Bytes encoded, MutableBytes raw,
                                            size_t wanted) noexcept {
  PENSTOCK_CHECK(wanted <= raw.size());
  if (encoded.size() > INT_MAX || raw.size() > INT_MAX) return std::nullopt;
  if (wanted == 0) return 0;
  switch (id) {
    case CodecId::stored:
      if (encoded.size() != raw.size()) return std::nullopt;
      std::copy_n(encoded.begin(), wanted, raw.begin());
      return wanted;
    case CodecId::lz4:
      return decode_lz4_front(encoded, raw, wanted);
    case CodecId::zstd:
      return contexts_->decode_zstd_front(encoded, raw, wanted);
    case CodecId::deflate:
      return contexts_->decode_deflate_front(encoded, raw, wanted);
  }
  return std::nullopt;
}

}  // namespace penstock
