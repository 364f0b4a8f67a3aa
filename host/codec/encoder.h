// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "codec/codec_spec.h"

namespace penstock {

// Every zstd level matches across the whole of a frame. The library's own windows are shorter below level 3:
// 512 KiB at level 1 (docs/codecs.md has what that costs).
inline constexpr int kZstdWindowLog = 21;
static_assert(uint64_t{1} << kZstdWindowLog == kFrameBytesMax);

// The shortest match that zstd looks for; 0 is the library's own choice. At level 1 that would be 7, in
// frames of 256 KiB and more (docs/codecs.md has what either costs).
constexpr int zstd_min_match(int level) {
  return level == 1 ? 6 : 0;
}

// Turns frames into payloads. Owns the libraries' contexts: encoding allocates only when zstd first sees a
// level, or a frame so much larger or smaller that it wants other tables. One thread at a time.
class Encoder {
 public:
  Encoder();
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Encodes `raw` (at most kFrameBytesMax) into `out`, standard formats only (base/ids.h). Returns the bytes
  // written, or nothing where the result does not fit in `out`. Give out raw.size() - 1 bytes to learn
  // whether the data shrinks. Never writes past `out`. The same raw bytes, spec and library give the same
  // payload.
  std::optional<size_t> encode(CodecSpec spec, Bytes raw, MutableBytes out) noexcept;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

// Upper bound of the memory of one Encoder at `spec` for frames of kFrameBytesMax, bytes.
size_t encoder_memory(CodecSpec spec);

}  // namespace penstock
