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

  // What decode_front began and decode_further goes on with.
  struct Front {
    CodecId id = CodecId::stored;
    Bytes encoded;
    MutableBytes raw;
    size_t taken = 0;    // of encoded, by zstd
    size_t step = 0;     // what zstd asks for next
    size_t decoded = 0;  // of raw
  };
  std::optional<Front> front;

  bool begin_front(CodecId id, Bytes encoded, MutableBytes raw) {
    front = Front{.id = id, .encoded = encoded, .raw = raw};
    switch (id) {
      case CodecId::stored:
        return encoded.size() == raw.size();
      case CodecId::lz4:
        return true;
      case CodecId::zstd:
        front->step = ZSTD_FRAMEHEADERSIZE_MIN(ZSTD_f_zstd1);
        PENSTOCK_CHECK(!ZSTD_isError(ZSTD_DCtx_reset(zstd.get(), ZSTD_reset_session_only)));
        PENSTOCK_CHECK(!ZSTD_isError(ZSTD_DCtx_setParameter(zstd.get(), ZSTD_d_stableOutBuffer, 1)));
        return is_one_plain_frame(encoded, raw.size());
      case CodecId::deflate:
        isal_inflate_init(&deflate);
        deflate.next_in = const_cast<uint8_t*>(encoded.data());
        deflate.avail_in = static_cast<uint32_t>(encoded.size());
        return true;
    }
    return false;
  }

  std::optional<size_t> further(size_t wanted) {
    switch (front->id) {
      case CodecId::stored:
        std::copy(front->encoded.begin() + static_cast<ptrdiff_t>(front->decoded),
                  front->encoded.begin() + static_cast<ptrdiff_t>(wanted),
                  front->raw.begin() + static_cast<ptrdiff_t>(front->decoded));
        return wanted;
      case CodecId::lz4:
        // A block has no places to stop at: from the front again, and that once.
        return decode_lz4_front(front->encoded, front->raw, front->decoded == 0 ? wanted : front->raw.size());
      case CodecId::zstd:
        return further_zstd(wanted);
      case CodecId::deflate:
        return further_deflate(wanted);
    }
    return std::nullopt;
  }

  std::optional<size_t> further_zstd(size_t wanted) {
    ZSTD_outBuffer out{front->raw.data(), front->raw.size(), front->decoded};
    ZSTD_inBuffer in{front->encoded.data(), 0, front->taken};
    while (out.pos < wanted) {
      // As much as the library asks for is one block and the next one's header.
      in.size = std::min(front->encoded.size(), in.pos + front->step);
      if (in.size == in.pos) return std::nullopt;
      front->step = ZSTD_decompressStream(zstd.get(), &out, &in);
      if (ZSTD_isError(front->step) || (front->step == 0 && out.pos < wanted)) return std::nullopt;
    }
    front->taken = in.pos;
    return out.pos;
  }

  std::optional<size_t> further_deflate(size_t wanted) {
    deflate.next_out = front->raw.data() + front->decoded;
    deflate.avail_out = static_cast<uint32_t>(wanted - front->decoded);
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
  contexts_->front.reset();
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
  contexts_->front.reset();
  if (encoded.size() > INT_MAX || raw.size() > INT_MAX) return std::nullopt;
  if (contexts_->begin_front(id, encoded, raw)) return decode_further(wanted);
  contexts_->front.reset();
  return std::nullopt;
}

std::optional<size_t> Decoder::decode_further(size_t wanted) noexcept {
  auto& front = contexts_->front;
  if (!front || wanted > front->raw.size()) return std::nullopt;
  if (wanted <= front->decoded) return front->decoded;
  const auto decoded = contexts_->further(wanted);
  if (decoded) {
    front->decoded = *decoded;
  } else {
    front.reset();
  }
  return decoded;
}

}  // namespace penstock
